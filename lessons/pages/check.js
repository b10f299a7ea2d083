// Compares what is typed with the right answer, then with each known mistake, as far as the digits typed go.
for (const input of document.querySelectorAll("[data-checks]")) input.addEventListener("change", () => {
  const typed = input.value.trim().replace(/,(?=\d{3}(\D|$))/g, "").replace(",", "."), said = input.parentNode.querySelector("output");
  if (!typed) { said.textContent = ""; return; }
  if (!/^\d+(\.\d+)?$/.test(typed)) { said.textContent = "Type a number, such as 12.3, without words."; return; }
  const places = (typed.split(".")[1] || "").length, checks = JSON.parse(input.dataset.checks);
  const fits = ([value]) => Math.abs(value - typed) <= 0.500001 / 10 ** places && (value >= 1 || places > 0);
  const found = checks.find(fits);
  if (found === checks[0] && places < input.dataset.digits) said.textContent = "So far right. Give more digits after the point.";
  else said.textContent = found ? found[2] : "Not yet. Look at the way, or check what you typed.";
});
