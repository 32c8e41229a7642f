// The answer in words, and the table of issuers; a click on one chooses it.

import { el } from "./elements.js";

const change = (text, sign, of = "") => el("td", { class: "by" },
  el("span", { class: sign > 0 ? "rise" : sign < 0 ? "fall" : "unsure", text }), of ? el("small", { class: "over", text: of }) : null);

// How far it moves with the inputs, where that is known.
const over = (text) => (text ? el("small", { class: "over", text: `over the inputs ${text}` }) : null);

export class Answer {
  constructor(catalogue, state, looked) {
    Object.assign(this, { catalogue, state, looked });
    this.body = document.querySelector("#table tbody");
    this.summary = document.getElementById("summary");
    this.until = document.getElementById("until");
    this.errors = document.getElementById("errors");
    this.rows = new Map();
  }

  show(answer) {
    this.summary.textContent = answer.summary;
    this.until.textContent = `Funding failure by the end of ${this.catalogue.end}`;
    if (answer.errors) this.errors.textContent = answer.errors;
    document.body.classList.toggle("alone", "run" in answer && answer.behind === "");
    this.#drop(answer.rows.map(({ name }) => name));
    answer.rows.forEach((row) => {
      const line = this.rows.get(row.name) ?? this.#row(row);
      line.tr.classList.toggle("chosen", row.issuer !== "" && row.issuer === this.state.issuer);
      line.button?.setAttribute("aria-pressed", String(row.issuer === this.state.issuer));
      const failure = [el("td", {}, row.failure, " ", el("small", { text: row.failure_odds.replace("about ", "") }), over(row.failure_over)), change(row.failure_change, row.failure_sign)];
      const negative = row.issuer === "" ? [el("td", { colspan: 3 })] : [
        el("td", {}, row.negative, " ", el("small", { text: `in ${row.year}` }), over(row.negative_over)),
        // Of two likeliest years both are named: the difference is not one of the figures seen before.
        change(row.negative_change, row.negative_sign, row.year_before && `of ${row.year}; before, ${row.year_before} was likeliest`),
        el("td", { text: (row.cause || "n/a").replace(" %", "\u00a0%").replace(" ± ", "\u00a0±\u00a0") })];
      while (line.tr.lastChild !== line.head) line.tr.lastChild.remove(); // the head has the focus
      line.tr.append(...failure, ...negative);
    });
  }

  // Rows of another run, whose issuers are others.
  #drop(names) {
    if (names.join() === [...this.rows.keys()].join()) return;
    this.rows.clear();
    this.body.replaceChildren();
  }

  #row({ issuer, name }) {
    const button = issuer === "" ? null : el("button", { type: "button", text: name, onclick: () => { this.state.issuer = issuer; this.looked(); } });
    const head = el("th", { scope: "row" }, button ?? name);
    const line = { tr: el("tr", { class: issuer === "" ? "several" : "" }, head), head, button };
    this.rows.set(name, line);
    this.body.append(line.tr);
    return line;
  }
}
