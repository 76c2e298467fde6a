addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(d => { d.open = true; }));

// A link to what is folded unfolds it.
const unfold = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let folded = target.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
  target.scrollIntoView();
};
addEventListener("hashchange", unfold);
unfold();

// A cell counts by its data-value, else by its text; a column of numbers is ordered as numbers, and
// what is empty comes last either way.
const worth = cell => (cell.dataset.value ?? cell.textContent).trim();
const number = text => Number(text.replace(/[\u00a0\s%]/g, "").replace(/^>/, ""));
function compare(a, b, sign) {
  if (a === "" || b === "") return (a === "") - (b === "");
  const x = number(a), y = number(b);
  if (!Number.isNaN(x) && !Number.isNaN(y)) return sign * (x - y);
  return sign * a.localeCompare(b, "en", { numeric: true });
}
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0], given = [...body.rows];
  heads.forEach((head, k) => {
    const button = document.createElement("button");
    button.className = "sort";
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    const first = head.dataset.first ?? "ascending";
    const second = first === "ascending" ? "descending" : "ascending";
    button.addEventListener("click", () => {
      const order = head.getAttribute("aria-sort") === first ? second : first;
      heads.forEach(other => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      body.append(...[...given].sort((a, b) => compare(worth(a.cells[k]), worth(b.cells[k]), sign)));
    });
  });
}
