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

function reveal() {
  const pane = scroller();
  const current = pane?.querySelector('.cs-current');
  if (pane) pane.scrollTop = current ? current.offsetTop - Math.max(24, (pane.clientHeight - current.offsetHeight) / 3) : 0;
  if (narrow.matches && window.citespan?.opener) element.scrollIntoView({ block: 'start' });
}

watch('value', () => {
  const pane = scroller();
  markChip(element.querySelector('.cs-pane'));
  if (window.citespan?.grew && pane) pane.scrollTop += pane.scrollHeight - height;
  else reveal();
  element.querySelector('.cs-documents')?.scrollTo(0, listed);
  refocus('.cs-scroll', '.cs-document');
  window.citespan = { ...window.citespan, grew: false, opener: null };
});

// A citation that is open already comes back unchanged, so nothing is rendered: go to it here.
document.addEventListener('citespan', ({ detail }) => {
  const view = element.querySelector('.cs-pane');
  const open = view?.dataset.turn === detail.turn && view?.dataset.number === detail.number;
  if (detail.event === 'cite' && open) reveal();
});
