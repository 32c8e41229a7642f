// A path told quarter by quarter: chosen in the distribution of the year, and kept while inputs move.

import { el } from "./elements.js";
import { post } from "./host.js";

const PATIENCE = 3000; // ms
const SHARES = [["Worst 1 %", 0.01], ["Median", 0.5], ["Best 1 %", 0.99]];

export class Tale {
  // `changed` is called when another path is told.
  constructor(state, changed) {
    Object.assign(this, { state, changed });
    this.box = document.getElementById("tale");
    this.heading = document.getElementById("tale-name");
    this.said = document.getElementById("tale-said");
    this.list = document.getElementById("tale-quarters");
    document.getElementById("tale-by").append(...SHARES.map(([text, share]) =>
      el("button", { type: "button", text, onclick: () => this.choose({ share }) })));
    document.getElementById("tale-close").addEventListener("click", () => this.#close());
  }

  // A bar of the histogram that was clicked, or a share of the paths.
  async choose(where) {
    if (await this.#ask(where)) {
      this.changed();
      this.heading.focus();
    }
  }

  // The same path with what is moved now: its shocks are the same.
  async again() {
    if (this.state.path) await this.#ask({ path: Number(this.state.path) });
  }

  async #ask(where) {
    const query = this.state.query;
    const waiting = setTimeout(() => {
      this.box.hidden = false;
      this.said.textContent = "Compiling, once on this machine: about a minute…";
    }, PATIENCE);
    const told = await post("tell", { query, ...where }).catch(() => ({ refused: "The explorer does not answer." }));
    clearTimeout(waiting);
    if (query !== this.state.query) return false; // moved meanwhile
    this.box.hidden = false;
    this.list.replaceChildren();
    if (told.refused) {
      this.said.textContent = told.refused;
      return false;
    }
    this.state.path = String(told.path);
    const { issuer, year } = this.state;
    this.said.textContent = `Path ${told.path.toLocaleString("en")}: ${issuer} has a free cash flow of ${told.flow} in ${year}, $bn. `
      + "It is one path of those behind the charts, with no error of its own: the same shocks, whatever is moved.";
    this.list.append(...told.quarters.map(({ quarter, market, issuer: own }) =>
      el("li", {}, el("strong", { text: quarter }), ` ${market}`, el("br"), own)));
    return true;
  }

  #close() {
    this.box.hidden = true;
    this.state.path = "";
    this.changed();
    document.querySelector("#tale-by button").focus();
  }
}
