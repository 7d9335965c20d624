// Conversations: which one this tab has open, what other tabs of the browser keep, files to save, menus that close.
const OPEN = `citespan ${location.pathname}`;
const tabs = new BroadcastChannel(OPEN);
let known = '';

tabs.addEventListener('message', ({ data }) => {
  if (data === known) return;
  known = data;
  trigger('mirror', { shelf: JSON.parse(data), open: window.citespan.current() });
});

window.citespan = {
  ...window.citespan,
  current: () => sessionStorage.getItem(OPEN),
  share: (shelf) => {
    const data = JSON.stringify(shelf);
    if (data !== known) tabs.postMessage(data);
    known = data;
  },
  save: ({ name, text }) => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  },
};

watch('value', () => {
  sessionStorage.setItem(OPEN, element.querySelector('.cs-bar')?.dataset.current ?? '');
  refocus('.cs-right > summary');
});

element.addEventListener('click', ({ target }) => {
  if (target.closest('[data-event="begin"], [data-event="resume"], [data-event="discard"]')) window.citespan.leave();
});

function closeMenus(except) {
  for (const menu of element.querySelectorAll('.cs-menu[open]')) {
    if (menu !== except) menu.removeAttribute('open');
  }
}
document.addEventListener('click', (event) => closeMenus(event.target.closest?.('.cs-menu')));
document.addEventListener('keydown', (event) => {
  const menu = event.key === 'Escape' && element.querySelector('.cs-menu[open]');
  if (!menu) return;
  event.preventDefault(); // it stops no answer
  closeMenus();
  menu.querySelector('summary').focus();
}, true);
