// The time line: each scheduled event is moved by a quarter or switched off; others are added.

import { el, numberField } from "./elements.js";

const OFF = "off";

export class Events {
  constructor(catalogue, state, changed) {
    Object.assign(this, { catalogue, state, changed });
    this.kinds = new Map(catalogue.kinds.map((kind) => [kind.what, kind]));
    this.rows = document.getElementById("line");
    this.#axis();
    this.#adder();
    this.refresh();
  }

  // Everything as the state says.
  refresh() {
    const { schedule } = this.catalogue;
    this.rows.replaceChildren(
      ...schedule.map((event, place) => this.#own(event, String(place + 1))),
      ...this.state.added.map((event) => this.#added(event)));
    document.getElementById("years").hidden = schedule.length + this.state.added.length === 0;
  }

  #own(event, number) {
    const kind = this.kinds.get(event.what);
    const path = `events.${event.quarter}.${event.what}`;
    const given = () => this.state.events.get(number) ?? event.quarter;
    const put = (quarter) => {
      if (quarter === event.quarter) this.state.events.delete(number);
      else this.state.events.set(number, quarter);
      this.changed();
    };
    const on = el("input", { type: "checkbox", checked: given() !== OFF, "aria-label": `${this.#name(kind)} happens`, onchange: () => {
      put(on.checked ? event.quarter : OFF);
      this.#again(() => this.rows.children[Number(number) - 1].querySelector("[type=checkbox]"));
    } });
    const value = this.state.values.get(path) ?? event.value;
    const set = (text) => {
      if (text === String(event.value)) this.state.values.delete(path);
      else this.state.values.set(path, text);
      this.changed();
    };
    return this.#row(kind, given() === OFF ? event.quarter : given(), value, { before: on, off: given() === OFF, put, set });
  }

  #added(event) {
    const kind = this.kinds.get(event[0]) ?? { what: event[0], name: event[0], meaning: "" };
    const remove = el("button", { type: "button", text: "Remove", "aria-label": `Remove ${kind.name}`, onclick: () => {
      this.state.added.splice(this.state.added.indexOf(event), 1);
      this.#again(() => document.getElementById("add-kind"));
      this.changed();
    } });
    return this.#row(kind, event[1], event[2] ?? "", { after: remove,
      put: (quarter) => { event[1] = quarter; this.changed(); }, set: (text) => { event[2] = text; this.changed(); } });
  }

  // A row of the time line: what happens, when, and how strongly.
  #row(kind, quarter, value, { before = null, after = null, off = false, put, set }) {
    const { quarters } = this.catalogue;
    const said = el("output", { text: off ? OFF : quarter });
    const slider = el("input", { type: "range", min: 0, max: quarters.length - 1, step: 1, value: Math.max(quarters.indexOf(quarter), 0),
      disabled: off, "aria-label": `Quarter of ${this.#name(kind)}`, "aria-valuetext": quarter });
    slider.addEventListener("input", () => {
      const chosen = quarters[Number(slider.value)];
      said.textContent = chosen;
      slider.setAttribute("aria-valuetext", chosen);
      put(chosen);
    });
    const field = this.#value(kind, value, off, set);
    return el("li", { class: off ? "control off" : "control" },
      el("div", { class: "line" }, el("span", {}, before ?? "", ` ${this.#name(kind)}`), said, after),
      el("div", { class: "row" }, slider, ...[field ?? []].flat()));
  }

  #value(kind, value, disabled, set) {
    if (!("value" in kind)) return null;
    const name = `${this.#name(kind)}: ${kind.meaning}`;
    if (kind.choices) {
      const select = el("select", { "aria-label": name, disabled }, ...kind.choices.map((one) => el("option", { text: one, selected: one === value })));
      select.addEventListener("change", () => set(select.value));
      return select;
    }
    const { field, wrong, clear } = numberField({ value, disabled, "aria-label": name, title: kind.meaning }, (text) => { clear(); set(text); });
    return [field, wrong];
  }

  #adder() {
    const select = document.getElementById("add-kind");
    select.append(...this.catalogue.kinds.map((kind) => el("option", { value: kind.what, text: this.#name(kind) })));
    document.getElementById("add").addEventListener("click", () => {
      const kind = this.kinds.get(select.value);
      const { quarters } = this.catalogue;
      const taken = [...this.catalogue.schedule.map((one) => [one.what, one.quarter]), ...this.state.added];
      const free = quarters.slice(1).find((quarter) => !taken.some(([what, when]) => what === kind.what && when === quarter));
      this.state.added.push([kind.what, free ?? quarters[0], ..."value" in kind ? [String(kind.value)] : []]);
      this.#again(() => this.rows.lastElementChild.querySelector("[type=range]"));
      this.changed();
    });
  }

  #axis() {
    const { quarters } = this.catalogue;
    document.getElementById("years").append(...quarters.map((quarter, k) =>
      el("span", { style: `--at:${k / Math.max(quarters.length - 1, 1)}`, text: quarter.endsWith("Q1") || k === 0 ? quarter.slice(0, 4) : "" })));
  }

  // Rows anew, with the focus where it belongs.
  #again(focused) {
    this.refresh();
    focused()?.focus();
  }

  #name(kind) { return kind.name[0].toUpperCase() + kind.name.slice(1); }
}
