// Scenarios of the same firms and quarters: one is laid over the first, on the same points.

import { el } from "./elements.js";
import { go, post } from "./host.js";

// The choice stands there from the start, and what comes later changes no height: nothing below it
// may move away from under a hand.
export class Library {
  constructor(catalogue, state) {
    this.state = state;
    this.listed = false;
    this.select = document.getElementById("scenario");
    this.first = { name: "", title: `${catalogue.base}, the first` };
    this.#offer(state.scenario ? [this.first, { name: state.scenario, title: state.scenario }] : [this.first]);
    this.select.addEventListener("change", () => go(state.over(this.select.value)));
    document.getElementById("library").hidden = catalogue.file === "";
  }

  // Ask for the others, which takes the server a while; once, but for a server that does not answer.
  async list() {
    if (this.listed) return;
    this.listed = true;
    let scenarios;
    try {
      ({ scenarios = [] } = await post("library", {}));
    } catch {
      this.listed = false;
      return;
    }
    if (scenarios.length > 0) this.#offer([this.first, ...scenarios.map(({ name, title }) => ({ name, title: `${name}: ${title}` }))]);
    else if (!this.state.scenario) document.getElementById("library-says").textContent = "No other scenario of the same firms lies in its folder.";
  }

  #offer(choices) {
    this.select.replaceChildren(...choices.map(({ name, title }) => el("option", { value: name, text: title, selected: name === this.state.scenario })));
    this.select.disabled = choices.length < 2;
  }
}
