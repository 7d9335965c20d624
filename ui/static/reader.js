// The reader: brings the cited span into view, keeps one's place when earlier text is added, leads back to the answer.
const narrow = matchMedia('(max-width: 860px)');
let height = 0;
let listed = 0; // how far the list of documents is scrolled

function scroller() {
  return element.querySelector('.cs-scroll');
}

element.addEventListener('click', (event) => {
  height = scroller()?.scrollHeight ?? 0;
  if (event.target.closest('[data-event="back"]')) {
    const opener = window.citespan?.chip;
    opener?.scrollIntoView({ block: 'center' });
    opener?.focus();
  }
});

element.addEventListener('scroll', ({ target }) => {
  if (target.matches('.cs-documents')) listed = target.scrollTop;
}, true);

function markChip(view) {
  for (const chip of document.querySelectorAll('#cs-conversation .cs-chip')) {
    const open = view && chip.dataset.turn === view.dataset.turn && chip.dataset.number === view.dataset.number;
    chip.toggleAttribute('data-open', Boolean(open));
    if (open) window.citespan = { ...window.citespan, chip };
  }
}

window.citespan = { ...window.citespan, mark: () => markChip(element.querySelector('.cs-pane')) };

function offset(inner, outer) {
  return inner.getBoundingClientRect().top - outer.getBoundingClientRect().top + outer.scrollTop;
}

function reveal() {
  const pane = scroller();
  const current = pane?.querySelector('.cs-current');
  if (pane) pane.scrollTop = current ? offset(current, pane) - Math.max(24, (pane.clientHeight - current.offsetHeight) / 3) : 0;
  if (narrow.matches && window.citespan?.opener) element.scrollIntoView({ block: 'start' });
}

watch('value', () => {
  const pane = scroller();
  fit();
  markChip(element.querySelector('.cs-pane'));
  if (window.citespan?.grew && pane) pane.scrollTop += pane.scrollHeight - height;
  else reveal();
  element.querySelector('.cs-documents')?.scrollTo(0, listed);
  refocus('.cs-scroll', '.cs-document');
  window.citespan = { ...window.citespan, grew: false, opener: null };
});

// Zoom is this browser's own affair: the picture is sharp enough for twice its width.
const WIDTHS = [60, 80, 100, 130, 170, 220];
let zoom = 2;
function fit() {
  element.querySelector('.cs-sheets')?.style.setProperty('--cs-zoom', `${WIDTHS[zoom]}%`);
}
element.addEventListener('click', ({ target }) => {
  const tool = target.closest('[data-zoom]');
  if (!tool) return;
  zoom = Math.min(WIDTHS.length - 1, Math.max(0, zoom + Number(tool.dataset.zoom)));
  fit();
  reveal();
});

// A citation that is open already comes back unchanged, so nothing is rendered: go to it here.
document.addEventListener('citespan', ({ detail }) => {
  const view = element.querySelector('.cs-pane');
  const open = view?.dataset.turn === detail.turn && view?.dataset.number === detail.number;
  if (detail.event === 'cite' && open) reveal();
});
