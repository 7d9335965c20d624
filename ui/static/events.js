// Sends what a button or a form means to the server: `data-event` names the event, the other data attributes and a
// form's fields are its values. Only these names are sent, whatever the page holds; Gradio reads its events from here.
const EVENTS = [
  'ask', 'cite', 'show', 'documents', 'earlier', 'later', 'remove', 'vote', 'comment',
  'turn', 'paper', 'plain',
  'begin', 'resume', 'rename', 'discard', 'export', 'mirror',
];

function send(owner, fields = {}) {
  if (!EVENTS.includes(owner.dataset.event)) return;
  window.citespan = { ...window.citespan, opener: owner, grew: owner.dataset.event === 'earlier' };
  const { current, asked } = window.citespan;
  trigger(owner.dataset.event, { ...owner.dataset, ...fields, open: current(), asked: asked() });
  document.dispatchEvent(new CustomEvent('citespan', { detail: owner.dataset }));
}

// A panel is rendered as a whole, so the control that had the keyboard goes away: it goes on from the one like it.
let held = null; // { control, likes, at }: the focused control of this panel, and which of those like it it is

// Not one in a menu that has closed.
function there(control) {
  return control.isConnected && control.checkVisibility();
}

function likes({ localName, dataset, ariaLabel }) {
  const { event, turn, number, vote, doc, id } = dataset;
  const key = JSON.stringify([event, turn, number, vote, doc, id, event ? null : ariaLabel]);
  return () => [...element.querySelectorAll(localName)].filter((each) => {
    const own = each.dataset;
    const name = own.event ? null : each.ariaLabel;
    const same = JSON.stringify([own.event, own.turn, own.number, own.vote, own.doc, own.id, name]) === key;
    return same && there(each);
  });
}
element.addEventListener('focusin', ({ target }) => {
  const found = likes(target);
  held = { control: target, likes: found, at: found().indexOf(target) };
});
element.addEventListener('focusout', ({ target }) => queueMicrotask(() => {
  if (held?.control === target && there(target)) held = null; // left, not taken away
}));

// After rendering: the keyboard to the control like the one it was on, or to the first of `others` that is there.
function refocus(...others) {
  if (!held || there(held.control) || ![document.body, held.control].includes(document.activeElement)) return;
  const same = held.likes();
  const next = same[held.at] ?? same[0] ?? others.map((other) => element.querySelector(other)).find(Boolean);
  window.citespan.restoring = true; // no card for this
  next?.focus({ preventScroll: true });
  window.citespan.restoring = false;
}

element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-event]');
  if (button) send(button);
});
element.addEventListener('submit', (event) => {
  event.preventDefault();
  send(event.target, Object.fromEntries(new FormData(event.target)));
});
