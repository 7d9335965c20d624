// Sends what a button means to the server: `data-event` names the event, the other data attributes are its values.
// Only these names are sent, whatever the page holds; Gradio also reads them from here to know its events.
const EVENTS = ['cite', 'show', 'documents', 'earlier', 'later', 'example'];

element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-event]');
  if (!button || !EVENTS.includes(button.dataset.event)) return;
  window.citespan = { ...window.citespan, opener: button, grew: button.dataset.event === 'earlier' };
  trigger(button.dataset.event, { ...button.dataset });
  document.dispatchEvent(new CustomEvent('citespan', { detail: button.dataset }));
});
