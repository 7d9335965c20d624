// Adding files: those dropped anywhere on the page too. Gradio's own drop zones take them on their own box only, and a
// browser leaves the page for a file that is dropped beside it. Gradio also takes no file at all where one is too large:
// what it would turn away is named here, and the rest goes on. The server checks everything again.
const INPUT = 'input[type=file]';
const LARGEST = window.gradio_config?.max_file_size ?? Infinity; // bytes
const carries = (event) => event.dataTransfer?.types.includes('Files');
const page = document.documentElement;

const refused = document.createElement('div');
refused.className = 'cs-notice cs-bad';
refused.setAttribute('role', 'status');
const panel = document.querySelector('#cs-told');

function reason(file, endings) {
  if (file.size > LARGEST) return `is larger than ${Math.floor(LARGEST / 2 ** 20)} MB`;
  const read = !endings.length || endings.some((ending) => file.name.toLowerCase().endsWith(ending));
  return read ? '' : `is of no format that is read: ${endings.join(', ')}`;
}

// Characters that hide or reorder their neighbours, made visible as `rag/markup.py` does where there is no room for boxes.
function named(words) {
  const hidden = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/gu;
  const code = (found) => found.codePointAt(0).toString(16).toUpperCase().padStart(4, '0');
  return words.replace(hidden, (found) => `[U+${code(found)}]`);
}

function row([file, why]) {
  const made = document.createElement('li');
  const name = document.createElement('strong');
  made.className = 'cs-failed';
  name.textContent = named(file.name);
  made.append('Not added: ', name, ` ${why}`);
  return made;
}

function tell(found) {
  refused.hidden = false;
  refused.remove();
  if (!found.length) return;
  const rows = document.createElement('ul');
  const away = document.createElement('button');
  rows.append(...found.map(row));
  away.className = 'cs-away';
  away.ariaLabel = 'Put this message away';
  refused.replaceChildren(rows, away);
  panel.append(refused);
}

function show() {
  if (matchMedia('(max-width: 860px)').matches) panel.scrollIntoView({ block: 'start' });
}

// Before Gradio hears of it, for it listens further down.
window.addEventListener('change', (event) => {
  if (!event.target.matches?.(INPUT)) return;
  const taken = new DataTransfer();
  const endings = event.target.accept.split(',').map((each) => each.trim()).filter(Boolean);
  const found = [...event.target.files].map((file) => [file, reason(file, endings)]);
  for (const [file, why] of found) {
    if (!why) taken.items.add(file);
  }
  tell(found.filter(([, why]) => why));
  show();
  if (!taken.files.length) event.stopPropagation();
  else if (taken.files.length < found.length) event.target.files = taken.files;
}, true);

panel.addEventListener('click', (event) => {
  if (event.target.matches('.cs-away')) event.target.closest('.cs-notice').hidden = true;
});
watch('value', () => {
  const row = element.querySelector('.cs-reading');
  row?.parentElement.scrollTo(0, row.offsetTop - row.parentElement.offsetTop - 48); // of many, the one at hand
  refocus('.cs-away');
});

for (const name of ['dragenter', 'dragover']) {
  document.addEventListener(name, (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    page.toggleAttribute('data-dropping', true);
  });
}
document.addEventListener('dragleave', (event) => {
  if (!event.relatedTarget) page.removeAttribute('data-dropping');
});
document.addEventListener('drop', (event) => {
  page.removeAttribute('data-dropping');
  if (!carries(event)) return;
  event.preventDefault();
  const input = document.querySelector('input[type=file][data-testid$="upload-button"], input[type=file]');
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
});
