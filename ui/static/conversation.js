// The conversation: asks one question at a time, keeps the newest in sight, shows cards on hover and focus, lets Esc
// stop an answer.
const asking = document.querySelector('#cs-ask'); // its data-state: none before the first `ready`, busy, waiting, ready

function ask(question) {
  asking.dataset.state = 'busy';
  trigger('ask', { question });
}

// A question entered while another is being answered stays in the box, and is sent from there once its turn has come.
function take(question) {
  if (!question.trim()) return question;
  if (asking.dataset.state === 'ready') {
    ask(question);
    return '';
  }
  asking.dataset.state = 'waiting';
  return question;
}

function ready(next) {
  const waiting = asking.dataset.state === 'waiting';
  const box = asking.querySelector('textarea');
  asking.dataset.state = 'ready';
  if (!next || !waiting || !box.value.trim()) return;
  ask(box.value);
  box.value = '';
  box.dispatchEvent(new Event('input', { bubbles: true }));
}

// An answer is being stopped: a question that waits for its end stays in the box.
function hold() {
  if (asking.dataset.state === 'waiting') asking.dataset.state = 'busy';
  return [];
}

window.citespan = { ...window.citespan, take, ready, hold };

document.addEventListener('click', (event) => {
  const example = event.target.closest?.('.cs-example');
  if (example && asking.dataset.state === 'ready') ask(example.dataset.question);
});

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

// What was pressed has been rendered anew: the keyboard stays where it was.
function refocus() {
  const { event, turn, vote } = window.citespan.opener?.dataset ?? {};
  if (event === 'vote') element.querySelector(`.cs-vote[data-turn="${turn}"][data-vote="${vote}"]`)?.focus();
}

let shown = 0;
watch('value', () => {
  const turns = element.querySelectorAll('.cs-turn');
  if (turns.length !== shown || turns[turns.length - 1]?.matches('[aria-busy]')) {
    turns[turns.length - 1]?.scrollIntoView({ block: 'start' });
  }
  shown = turns.length;
  window.citespan.mark();
  refocus();
});
