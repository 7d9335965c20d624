// Sends what a button or a form means to the server: `data-event` names the event, the other data attributes and a
// form's fields are its values. Only these names are sent, whatever the page holds; Gradio reads its events from here.
const EVENTS = [
  'ask', 'cite', 'show', 'documents', 'earlier', 'later', 'remove', 'vote', 'comment',
  'begin', 'resume', 'rename', 'discard', 'export', 'mirror',
];

function send(owner, fields = {}) {
  if (!EVENTS.includes(owner.dataset.event)) return;
  window.citespan = { ...window.citespan, opener: owner, grew: owner.dataset.event === 'earlier' };
  trigger(owner.dataset.event, { ...owner.dataset, ...fields });
  document.dispatchEvent(new CustomEvent('citespan', { detail: owner.dataset }));
}

element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-event]');
  if (button) send(button);
});
element.addEventListener('submit', (event) => {
  event.preventDefault();
  send(event.target, Object.fromEntries(new FormData(event.target)));
});
