// The left side of a page of finished runs: which is drawn, which behind, and what differs.

import { el } from "./elements.js";

const RUN = "run", BEHIND = "behind", NONE = "";
const MOST_LISTED = 40;

const known = (name, names) => (names.includes(name) ? name : names[0]);

export class Runs {
  // `changed` is called after each choice.
  constructor(catalogue, state, changed) {
    Object.assign(this, { runs: catalogue.runs, state, changed });
    const names = this.runs.map(({ name }) => name);
    this.run = known(state.values.get(RUN) ?? names[1] ?? names[0], names);
    this.behind = state.values.get(BEHIND) ?? names.find((name) => name !== this.run) ?? NONE;
    this.notes = el("div");
    this.differs = el("section", { "aria-labelledby": "differs-name" });
    this.radios = [];
    document.querySelector("aside").replaceChildren(
      el("h2", { id: "moves", text: "Finished runs" }), ...this.runs.map((run) => this.#run(run)),
      ...(this.runs.length > 1 ? [el("div", { class: "run" }, el("div", { class: "line" }, el("span", { text: "No run behind" }), this.#radio(BEHIND, NONE, "No run behind")))] : []),
      this.notes, this.differs);
    this.#choose();
  }

  // What is shown in words, for paper.
  get told() { return `Drawn: ${this.run}${this.behind === NONE ? "" : `; dashed: ${this.behind}`}.`; }

  #run({ name, title, about, quarantine }) {
    const several = this.runs.length > 1;
    return el("div", { class: "run" },
      el("div", { class: "line" }, el("strong", { text: name }),
        ...(several ? [el("span", {}, this.#radio(RUN, name, "Drawn", `Draw ${name}`), " ", this.#radio(BEHIND, name, "Behind", `${name} behind`))] : [])),
      el("p", { class: "quiet", text: title }), el("p", { class: "quiet", text: about }),
      ...(quarantine ? [el("p", { class: "quiet", text: quarantine })] : []));
  }

  #radio(group, name, text, label = text) {
    const radio = el("input", { type: "radio", name: group, value: name, "aria-label": label });
    radio.addEventListener("change", () => (group === RUN ? this.#draw(name) : this.#put(name)));
    this.radios.push({ radio, group, name });
    return el("label", { class: "radio" }, radio, " ", name === NONE ? "" : text);
  }

  // The run that was drawn goes behind the one that was behind it.
  #draw(name) {
    if (name === this.behind) this.behind = this.run;
    this.run = name;
    const { issuers, years } = this.runs.find((run) => run.name === name);
    this.state.issuer = known(this.state.issuer, issuers);
    this.state.year = known(this.state.year, years);
    this.#choose();
    this.changed();
  }

  #put(name) {
    if (name === this.run) this.run = this.behind || this.runs.find((one) => one.name !== name).name;
    this.behind = name;
    this.#choose();
    this.changed();
  }

  #choose() {
    this.state.values.set(RUN, this.run);
    this.state.values.set(BEHIND, this.behind);
    for (const { radio, group, name } of this.radios) radio.checked = name === (group === RUN ? this.run : this.behind);
  }

  tell(moved, { run, notes, differs }) {
    this.notes.replaceChildren(...notes.map((text) => el("p", { class: "note", text })));
    const from = this.behind;
    const list = el("dl", { class: "differs" }, ...differs.slice(0, MOST_LISTED).flatMap(({ input, values, confidence, source }) => [
      el("dt", { text: input }), el("dd", {}, values, el("small", { text: source ? `${confidence}: ${source}` : confidence }))]));
    const more = differs.length > MOST_LISTED ? [el("p", { class: "quiet", text: `and ${(differs.length - MOST_LISTED).toLocaleString("en")} more` })] : [];
    this.differs.replaceChildren(...(from === NONE ? [] : [
      el("h3", { id: "differs-name", text: "What differs" }),
      el("p", { class: "quiet", text: differs.length ? `${differs.length.toLocaleString("en")} ${differs.length === 1 ? "input" : "inputs"}, ${from} → ${run}:` : `No input of ${run} differs from ${from}.` }), list, ...more]));
  }
}
