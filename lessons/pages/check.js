// Compares what is typed with the right answer, then with each known mistake, as far as the digits typed go.
for (const input of document.querySelectorAll("[data-checks]")) input.addEventListener("change", () => {
  const text = input.value.trim(), said = input.parentNode.querySelector("output");
  if (!text) { said.textContent = ""; return; }
  // A comma may part thousands or decimals: the reading that fits something counts.
  const readings = [text.replace(/,(?=\d{3}(\D|$))/g, ""), text].map(t => t.replace(",", "."));
  const isNumber = typed => /^\d+(\.\d+)?$/.test(typed);
  if (!isNumber(readings[0])) { said.textContent = "Type a number, such as 12.3, without words."; return; }
  const checks = JSON.parse(input.dataset.checks), digits = typed => (typed.split(".")[1] || "").length;
  const fits = (typed, value) => isNumber(typed) && Math.abs(value - typed) <= 0.500001 / 10 ** digits(typed) && (value >= 1 || digits(typed) > 0);
  const match = typed => checks.find(([value]) => fits(typed, value));
  const typed = readings.find(match) || readings[0], found = match(typed), places = digits(typed);
  if (found === checks[0] && places < input.dataset.digits) said.textContent = "So far right. Give more digits after the point.";
  else said.textContent = found ? found[2] : "Not yet. Look at the way, or check what you typed.";
});
