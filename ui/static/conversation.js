// The conversation: keeps the newest question in sight, shows cards on hover and focus, lets Esc stop an answer.
const card = document.createElement('div');
card.className = 'cs-card';
card.setAttribute('role', 'tooltip');
card.hidden = true;
document.querySelector('.gradio-container').append(card);

function line(name, words) {
  if (!words) return;
  const part = document.createElement('p');
  part.className = name;
  part.textContent = words;
  card.append(part);
}

function showCard(owner) {
  card.replaceChildren();
  line('cs-card-quote', owner.dataset.quote);
  line('cs-card-source', owner.dataset.source);
  line('cs-card-note', owner.dataset.note);
  card.hidden = false;
  const at = owner.getBoundingClientRect();
  const left = Math.min(Math.max(8, at.left + at.width / 2 - card.offsetWidth / 2), innerWidth - card.offsetWidth - 8);
  const above = at.top - card.offsetHeight - 8;
  card.style.left = `${left}px`;
  card.style.top = `${above > 8 ? above : at.bottom + 8}px`;
}

function ownerOf(event) {
  return event.target.closest?.('[data-note], [data-quote]');
}

for (const name of ['mouseover', 'focusin']) {
  element.addEventListener(name, (event) => ownerOf(event) && showCard(ownerOf(event)));
}
for (const name of ['mouseout', 'focusout', 'click']) {
  element.addEventListener(name, () => { card.hidden = true; });
}

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  card.hidden = true;
  document.querySelector('#cs-question .stop-button')?.click();
});

let shown = 0;
watch('value', () => {
  const turns = element.querySelectorAll('.cs-turn');
  if (turns.length !== shown || turns[turns.length - 1]?.matches('[aria-busy]')) {
    turns[turns.length - 1]?.scrollIntoView({ block: 'start' });
  }
  shown = turns.length;
});
