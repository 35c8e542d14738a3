"use strict";
// Sorting and searching. Without this script the report is the same, but for these two.
(() => {
  const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

  const sort = (table, heading, column) => {
    const falling = heading.getAttribute("aria-sort") === "ascending";
    const body = table.tBodies[0];
    const rows = Array.from(body.rows, (row) => [row.cells[column].textContent, row]);
    rows.sort((one, other) => order.compare(one[0], other[0]) * (falling ? -1 : 1));
    for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", falling ? "descending" : "ascending");
    const sorted = document.createDocumentFragment();
    for (const [, row] of rows) sorted.append(row);
    body.append(sorted);
  };

  for (const table of document.querySelectorAll("table")) {
    if (table.tBodies[0].rows.length < 2) continue;
    Array.from(table.tHead.rows[0].cells, (heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sort(table, heading, column));
      heading.append(button);
    });
  }

  const search = document.getElementById("search");
  if (search) {
    const words = document.getElementById("words");
    const found = document.getElementById("found");
    const lists = Array.from(document.querySelectorAll(".list"), (list) => ({
      list,
      open: list.open,
      rows: Array.from(list.querySelectorAll("tbody tr"), (row) => ({ row, text: null })),
    }));
    const textOf = (row) => Array.from(row.cells, (cell) => cell.textContent).join(" ").toLowerCase();
    const look = () => {
      const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      let all = 0;
      for (const one of lists) {
        let here = 0;
        for (const entry of one.rows) {
          entry.text ??= textOf(entry.row);
          const fits = wanted.every((word) => entry.text.includes(word));
          if (entry.row.hidden === fits) entry.row.hidden = !fits;
          here += fits;
        }
        one.list.hidden = here === 0;
        if (one.list.localName === "details") one.list.open = wanted.length ? here > 0 : one.open;
        shown += here;
        all += one.rows.length;
      }
      found.value = wanted.length ? `${shown} of ${all} rows` : "";
    };
    let waiting;
    words.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(look, 120);
    });
    search.hidden = false;
    if (words.value) look();
  }

  const folded = new Set();
  addEventListener("beforeprint", () => {
    for (const one of document.querySelectorAll("details:not([open])")) {
      folded.add(one);
      one.open = true;
    }
  });
  addEventListener("afterprint", () => {
    for (const one of folded) one.open = false;
    folded.clear();
  });
})();
