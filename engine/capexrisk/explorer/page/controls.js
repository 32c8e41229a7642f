// The left side: groups of judgements, inputs found by search, inputs with a value of their own.

import { el, figure, numberField, percentile } from "./elements.js";

const MOST_FOUND = 40;
const STEPS = 200;

const matches = (text, words) => words.every((word) => text.includes(word));
const wordsOf = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);

const evidence = (one, rows) => {
  const list = el("dl");
  for (const [term, text] of rows) if (text) list.append(el("dt", { text: term }), el("dd", { text }));
  list.append(el("dt", { text: one.confidence || "no source" }), el("dd", { text: `${one.source} ${one.address || ""}`.trim() }));
  return el("details", {}, el("summary", { text: "Range and evidence" }), list);
};

export class Controls {
  // `changed` is called after each move, `said` with what a screen reader is to hear.
  constructor(catalogue, state, changed) {
    Object.assign(this, { catalogue, state, changed });
    this.inputs = catalogue.inputs.filter((one) => !one.path.startsWith("events.")); // theirs are on the time line
    this.byPath = new Map(this.inputs.map((one) => [one.path, one]));
    this.groups = new Map(); // name: what keeps its control up to date
    this.own = new Map(); // path: its control
    this.#groups();
    this.#search();
    this.refresh();
  }

  // Everything as the state says, such as after "Put everything back".
  refresh() {
    for (const control of this.groups.values()) control.refresh();
    for (const path of [...this.own.keys()]) if (!this.state.values.has(path)) this.#drop(path);
    for (const path of this.state.values.keys()) if (!this.own.has(path) && this.byPath.has(path)) this.#add(path);
    for (const control of this.own.values()) control.refresh();
    this.#count();
  }

  // What the numbers have become, from an answer.
  tell(moved) {
    for (const control of this.groups.values()) control.tell(moved);
  }

  #groups() {
    const box = document.querySelector("#groups div");
    this.catalogue.groups.forEach((group, number) => box.append(this.#group(group, number)));
    document.getElementById("groups").hidden = this.catalogue.groups.length === 0;
  }

  #group(group, number) {
    const id = `group-${number}`;
    const slider = el("input", { type: "range", id, min: group.least, max: group.most, step: 0.01 });
    const said = el("output", { for: id });
    const back = el("button", { type: "button", text: "Put back", "aria-label": `Put back: ${group.name}` });
    const now = el("dd");
    const details = evidence(group, [["Law", group.law]]);
    details.querySelector("dl").prepend(el("dt", { text: "Moves" }), now);
    const box = el("div", { class: "control" },
      el("div", { class: "line" }, el("label", { for: id, text: group.name }), said, back),
      el("div", { class: "track" }, slider, el("i", { style: `--at:${(group.share - group.least) / (group.most - group.least)}` })),
      details);
    const words = `${group.name} ${group.law} ${group.source} ${group.moves.map((one) => one.path).join(" ")}`.toLowerCase();
    const refresh = () => {
      const share = this.state.shares.get(group.name);
      slider.value = share ?? group.share;
      said.textContent = share === undefined ? "as it stands" : percentile(share);
      slider.setAttribute("aria-valuetext", share === undefined ? `as it stands, ${percentile(group.share)}` : percentile(share));
      box.classList.toggle("moved", share !== undefined);
      back.hidden = share === undefined;
    };
    let last = {}; // what was told last: written when it can be read
    const write = () => {
      if (details.open) now.replaceChildren(...group.moves.map((one) => el("div", { text: `${one.path}: ${nowAndThen(last, one)}` })));
    };
    const tell = (moved) => {
      last = moved;
      write();
    };
    details.addEventListener("toggle", write);
    slider.addEventListener("input", () => {
      this.state.shares.set(group.name, Number(slider.value));
      refresh();
      this.#count();
      this.changed();
    });
    back.addEventListener("click", () => {
      this.state.shares.delete(group.name);
      refresh();
      this.#count();
      slider.focus();
      this.changed();
    });
    this.groups.set(group.name, { box, words, refresh, tell, focus: () => slider.focus() });
    return box;
  }

  #search() {
    const field = document.getElementById("search");
    const list = document.querySelector("#inputs ul");
    const texts = this.inputs.map((one) =>
      [one, `${one.name} ${one.unit} ${one.confidence} ${one.path}`.toLowerCase()]);
    field.addEventListener("input", () => {
      const words = wordsOf(field.value);
      let groups = 0;
      for (const { box, words: text } of this.groups.values()) {
        box.hidden = !matches(text, words);
        groups += box.hidden ? 0 : 1;
      }
      const found = words.length ? texts.filter(([, text]) => matches(text, words)).map(([one]) => one) : [];
      list.replaceChildren(...found.slice(0, MOST_FOUND).map((one) => this.#row(one)));
      document.getElementById("inputs").hidden = found.length === 0;
      const more = found.length > MOST_FOUND ? `, the first ${MOST_FOUND} shown` : "";
      document.getElementById("found").textContent = words.length ? `${groups} groups and ${found.length} inputs${more}` : "";
    });
  }

  #row(one) {
    const button = el("button", { type: "button", text: "Move", "aria-label": `Move ${one.name}`, onclick: () => {
      if (!this.own.has(one.path)) this.#add(one.path);
      this.#count();
      this.own.get(one.path).focus();
    } });
    return el("li", {}, el("div", {}, el("span", { text: one.name }),
      el("small", { text: `${figure(one.value)} ${one.unit} · ${one.confidence || "no source"}` })), button);
  }

  #add(path) {
    const one = this.byPath.get(path);
    const control = one.choices.length ? this.#choice(one) : this.#number(one);
    this.own.set(path, control);
    document.querySelector("#own div").append(control.box);
    control.refresh();
  }

  #drop(path) {
    this.own.get(path)?.box.remove();
    this.own.delete(path);
  }

  #set(one, text) {
    if (text === String(one.value)) this.state.values.delete(one.path);
    else this.state.values.set(one.path, text);
    this.own.get(one.path).refresh();
    this.#count();
    this.changed();
  }

  #box(one, id, row) {
    const said = el("output", { for: id });
    const back = el("button", { type: "button", text: "Put back", "aria-label": `Put back: ${one.name}`, onclick: () => {
      this.state.values.delete(one.path);
      this.#drop(one.path);
      this.#count();
      this.changed();
      document.getElementById("search").focus();
    } });
    const range = one.range ? `P5 ${figure(one.range[0])} to P95 ${figure(one.range[1])}` : "no range given";
    const bounds = "least" in one ? `${figure(one.least)} to ${figure(one.most)}` : "";
    const box = el("div", { class: "control" },
      el("div", { class: "line" }, el("label", { for: id, text: one.name }), said, back), row,
      evidence(one, [["Input", one.path], ["Unit", one.unit], ["Range", range], ["Accepted", bounds]]));
    return { box, said };
  }

  #number(one) {
    const id = `input-${one.path}`;
    const step = one.whole ? 1 : (one.high - one.low) / STEPS;
    const slider = el("input", { type: "range", id, min: one.low, max: one.high, step });
    const { field, wrong, clear } = numberField({ "aria-label": `${one.name}, as a number` }, (text) => this.#set(one, text));
    const at = (one.value - one.low) / (one.high - one.low || 1);
    const { box, said } = this.#box(one, id, el("div", { class: "row" },
      el("div", { class: "track" }, slider, el("i", { style: `--at:${at}` })), field, wrong));
    slider.addEventListener("input", () => this.#set(one, String(Number(Number(slider.value).toPrecision(6)))));
    const refresh = () => {
      const text = this.state.values.get(one.path) ?? String(one.value);
      slider.value = text;
      field.value = text;
      clear();
      said.textContent = this.state.values.has(one.path) ? `was ${figure(one.value)}` : "as it stands";
      slider.setAttribute("aria-valuetext", `${text} ${one.unit}`);
      box.classList.toggle("moved", this.state.values.has(one.path));
    };
    return { box, refresh, focus: () => slider.focus() };
  }

  #choice(one) {
    const id = `input-${one.path}`;
    const select = el("select", { id }, ...one.choices.map((choice) => el("option", { value: String(choice), text: String(choice) })));
    const { box, said } = this.#box(one, id, el("div", { class: "row" }, select));
    select.addEventListener("change", () => this.#set(one, select.value));
    const refresh = () => {
      select.value = this.state.values.get(one.path) ?? String(one.value);
      said.textContent = this.state.values.has(one.path) ? `was ${one.value}` : "as it stands";
      box.classList.toggle("moved", this.state.values.has(one.path));
    };
    return { box, refresh, focus: () => select.focus() };
  }

  // What is moved, each a button that leads to its control.
  #count() {
    document.getElementById("own").hidden = this.own.size === 0;
    const entry = (text, control) => el("li", {}, el("button", { type: "button", text, onclick: () => {
      control.box.hidden = false;
      control.focus();
    } }));
    document.getElementById("moved-list").replaceChildren(
      ...[...this.state.shares].filter(([name]) => this.groups.has(name))
        .map(([name, share]) => entry(`${name} ${percentile(share)}`, this.groups.get(name))),
      ...[...this.state.values].filter(([path]) => this.own.has(path))
        .map(([path, text]) => entry(`${this.byPath.get(path).name} ${text}`, this.own.get(path))));
  }
}

// "0.41 (0.25)": the number now, and what the scenario says.
function nowAndThen(moved, one) {
  const whole = moved[one.input];
  if (whole === undefined) return figure(one.value);
  const places = [...one.path.slice(one.input.length).matchAll(/\[(\d+)\]/g)].map((found) => Number(found[1]));
  const value = places.reduce((inner, place) => inner[place], whole);
  return value === one.value ? figure(value) : `${figure(value)} (was ${figure(one.value)})`;
}
