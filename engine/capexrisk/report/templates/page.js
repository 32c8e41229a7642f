"use strict";
(() => {
  // Tables: a click on a heading sorts, a second turns the order, a third restores the first one.
  const collator = new Intl.Collator("en", { numeric: true });
  const keyOf = (row, column) => {
    const cell = row.cells[column];
    if (!("sort" in cell.dataset)) return cell.textContent.trim();
    return cell.dataset.sort === "" ? null : Number(cell.dataset.sort);
  };
  const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : collator.compare(a, b);
  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0];
    const first = [...body.rows];
    const headings = [...table.tHead.rows[0].cells];
    headings.forEach((heading, column) => {
      const numeric = first.some((row) => typeof keyOf(row, column) === "number");
      const orders = numeric ? ["descending", "ascending"] : ["ascending", "descending"];
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const order = orders[orders.indexOf(heading.getAttribute("aria-sort")) + 1];
        headings.forEach((other) => other.removeAttribute("aria-sort"));
        let rows = first;
        if (order) {
          heading.setAttribute("aria-sort", order);
          const sign = order === "ascending" ? 1 : -1;
          const known = first.filter((row) => keyOf(row, column) !== null);
          known.sort((a, b) => sign * compare(keyOf(a, column), keyOf(b, column)));
          rows = [...known, ...first.filter((row) => !known.includes(row))];
        }
        body.append(...rows);
      });
    });
  }

  // Only what scrolls needs to be reached by the keyboard.
  const boxes = document.querySelectorAll(".wide");
  const reach = () => boxes.forEach((box) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  });
  reach();
  window.addEventListener("resize", reach);

  // The list of inputs: a filter over all of its tables.
  const tools = document.querySelector(".tools");
  if (!tools) return;
  const [filter, all] = [tools.querySelector("input"), tools.querySelector("button")];
  const groups = [...document.querySelectorAll("details.inputs")];
  const said = tools.querySelector("output");
  tools.hidden = false;
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const group of groups) {
      let found = 0;
      const name = group.querySelector("summary").firstElementChild.textContent;
      for (const row of group.querySelectorAll("tbody tr")) {
        const text = `${name} ${row.textContent}`.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        found += row.hidden ? 0 : 1;
      }
      group.hidden = found === 0;
      if (words.length) group.open = found > 0;
      shown += found;
    }
    said.textContent = words.length ? `${shown} found` : "";
    reach();
  });
  all.addEventListener("click", () => {
    const open = groups.some((group) => !group.open);
    groups.forEach((group) => { group.open = open; });
    all.textContent = open ? "Close all" : "Open all";
    reach();
  });
  groups.forEach((group) => group.addEventListener("toggle", reach));
})();
