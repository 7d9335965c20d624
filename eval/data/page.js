const questions = [...document.querySelectorAll("details[data-type]")];
const [words, type, outcome] = ["words", "type", "outcome"].map((id) => document.getElementById(id));
function show() {
  const wanted = words.value.toLowerCase();
  for (const one of questions) {
    const fits = (!type.value || one.dataset.type === type.value) && (!outcome.value || one.dataset.outcome === outcome.value);
    one.hidden = !fits || !one.textContent.toLowerCase().includes(wanted);
  }
  document.getElementById("shown").textContent = `${questions.filter((one) => !one.hidden).length} of ${questions.length} shown`;
}
for (const one of [words, type, outcome]) one.addEventListener("input", show);
show();
