// Files dropped anywhere on the page are added. Gradio's own drop zones take them on their own box only, and a browser
// leaves the page for a file that is dropped beside it.
const carries = (event) => event.dataTransfer?.types.includes('Files');
const page = document.documentElement;

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
