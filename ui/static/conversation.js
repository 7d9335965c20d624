// The conversation: asks one question at a time, keeps the newest in sight, shows cards on hover and focus, lets Esc
// stop an answer.
const asking = document.querySelector('#cs-ask'); // its data-state: none before the first `ready`, busy, waiting, ready

// The keyboard to the box, but where that would bring up one on the screen.
function write() {
  if (!matchMedia('(pointer: coarse)').matches) asking.querySelector('textarea').focus({ preventScroll: true });
}

let asked = 0; // how many questions this page has sent
const underway = new Set(['opening']); // what must have ended before a question is sent: that, an 'answer', 'leaving'

function ask(question) {
  underway.add('answer');
  asking.dataset.state = 'busy';
  asked += 1;
  trigger('ask', { question, asked, open: window.citespan.current() });
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

function ready(ended) {
  underway.delete(ended);
  if (underway.size) return;
  const waiting = asking.dataset.state === 'waiting';
  const box = asking.querySelector('textarea');
  asking.dataset.state = 'ready';
  if (document.activeElement === document.body) write(); // the button that was pressed is gone
  if (!waiting || !box.value.trim()) return;
  ask(box.value);
  box.value = '';
  box.dispatchEvent(new Event('input', { bubbles: true }));
}

// An answer is being stopped: a question that waits for its end stays in the box.
function hold() {
  if (asking.dataset.state === 'waiting') asking.dataset.state = 'busy';
  return [];
}

// Another conversation is being opened, one to go on with; what was typed for the last one is not sent to it by itself.
function leave() {
  underway.add('leaving');
  asking.dataset.state = 'busy';
  write();
}

window.citespan = { ...window.citespan, take, ready, hold, leave, asked: () => asked };

document.addEventListener('click', (event) => {
  const example = event.target.closest?.('.cs-example');
  if (!example || asking.dataset.state !== 'ready') return;
  ask(example.dataset.question);
  write();
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

let shown = null; // the control whose card is shown
let leaving = 0; // the pointer may cross the gap to the card, to read on or to copy from it

function showCard(owner) {
  clearTimeout(leaving);
  shown = owner;
  card.replaceChildren();
  line('cs-card-quote', owner.dataset.quote);
  line('cs-card-source', owner.dataset.source);
  line('cs-card-note', owner.dataset.note);
  card.hidden = false;
  placeCard();
}

function placeCard() {
  if (!shown?.isConnected) hideCard();
  if (card.hidden) return;
  const at = shown.getBoundingClientRect();
  const left = Math.min(Math.max(8, at.left + at.width / 2 - card.offsetWidth / 2), innerWidth - card.offsetWidth - 8);
  const above = at.top - card.offsetHeight - 8;
  card.style.left = `${left}px`;
  card.style.top = `${above > 8 ? above : at.bottom + 8}px`;
}

function hideCard() {
  card.hidden = true;
  shown = null;
}

function ownerOf(event) {
  return event.target.closest?.('[data-note], [data-quote]');
}

for (const name of ['mouseover', 'focusin']) {
  element.addEventListener(name, (event) => {
    if (ownerOf(event) && !window.citespan.restoring) showCard(ownerOf(event));
  });
}
function leaveCard() {
  clearTimeout(leaving);
  leaving = setTimeout(hideCard, 200);
}

for (const name of ['focusout', 'click']) {
  element.addEventListener(name, hideCard);
}
element.addEventListener('mouseout', leaveCard);
card.addEventListener('mouseenter', () => clearTimeout(leaving));
card.addEventListener('mouseleave', leaveCard);
document.addEventListener('scroll', placeCard, true);

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || event.defaultPrevented) return;
  hideCard();
  document.querySelector('#cs-question .stop-button')?.click();
});

// What is being done, and then the answer, for those who do not see it: everything in the panel is new each time, and
// would all be read again.
const said = document.createElement('p');
said.className = 'cs-said';
said.setAttribute('role', 'status');
document.querySelector('.gradio-container').append(said);

function words(part) {
  const copy = part.cloneNode(true);
  for (const chips of copy.querySelectorAll('.cs-chips')) chips.remove();
  return copy.textContent;
}

function tell(turn) {
  const whole = '.cs-statement, .cs-note, .cs-refusal > :not(ul, .cs-label)';
  const parts = turn.querySelectorAll(turn.querySelector('.cs-waiting') ? '.cs-waiting' : whole);
  said.textContent = [...parts].map(words).join(' ');
}

let count = 0;
let busy = false;
watch('value', () => {
  const turns = element.querySelectorAll('.cs-turn');
  const last = turns[turns.length - 1];
  const working = Boolean(last?.matches('[aria-busy]'));
  if (turns.length !== count || working) last?.scrollIntoView({ block: 'start' });
  if (last && (working || busy)) tell(last);
  count = turns.length;
  busy = working;
  placeCard();
  window.citespan.mark();
  refocus(`.cs-vote[data-turn="${window.citespan.opener?.dataset.turn}"][aria-pressed="true"]`);
});
