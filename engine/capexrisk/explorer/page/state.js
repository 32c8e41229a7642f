// What is moved and looked at: the query of the address, and nothing else.

import { percentile } from "./elements.js";
import { write } from "./host.js";

const GROUP = "group.", EVENT = "event.", ADDED = "event.new";

export class State {
  constructor(query, catalogue) {
    this.shares = new Map();
    this.values = new Map();
    this.events = new Map(); // number of an event: its quarter, or "off"
    this.added = []; // further events: kind, quarter, and size or regime
    this.scenario = "";
    this.path = ""; // that is told
    this.issuer = catalogue.issuers[0];
    this.year = catalogue.years[0];
    this.unknown = ""; // what the address names and the scenario does not have, in a sentence
    for (const [key, text] of new URLSearchParams(query)) {
      if (key === "issuer") this.issuer = this.#known("issuer", text, catalogue.issuers);
      else if (key === "year") this.year = this.#known("year", text, catalogue.years);
      else if (key === "scenario") this.scenario = text;
      else if (key === "path") this.path = text;
      else if (key.startsWith(GROUP)) this.shares.set(key.slice(GROUP.length), Number(text));
      else if (key === ADDED) this.added.push(text.split(" "));
      else if (key.startsWith(EVENT)) this.events.set(key.slice(EVENT.length), text);
      else this.values.set(key, text);
    }
  }

  #known(what, name, names) {
    if (names.includes(name)) return name;
    this.unknown += `The address names ${what} “${name}”, which is not here; ${names[0]} is shown. There ${names.length === 1 ? "is" : "are"} ${names.join(", ")}. `;
    return names[0];
  }

  get moved() { return this.shares.size + this.values.size + this.events.size + this.added.length; }

  // What is moved in words, for paper.
  get told() {
    const all = [...this.shares].map(([name, share]) => `${name} to ${percentile(share)}`)
      .concat([...this.values].map(([path, text]) => `${path} = ${text}`))
      .concat([...this.events].map(([number, quarter]) => `event ${number} ${quarter === "off" ? "switched off" : `moved to ${quarter}`}`))
      .concat(this.added.map((event) => `added: ${event.join(" ").replaceAll("_", " ")}`));
    return all.length > 0 ? `Moved: ${all.join("; ")}.` : "Nothing is moved.";
  }

  // In one order, so that the same view has the same address.
  get query() {
    const pairs = [["issuer", this.issuer], ["year", this.year]];
    if (this.scenario) pairs.push(["scenario", this.scenario]);
    if (this.path) pairs.push(["path", this.path]);
    for (const name of [...this.shares.keys()].sort()) pairs.push([GROUP + name, this.shares.get(name)]);
    for (const path of [...this.values.keys()].sort()) pairs.push([path, this.values.get(path)]);
    for (const number of [...this.events.keys()].sort()) pairs.push([EVENT + number, this.events.get(number)]);
    for (const event of this.added) pairs.push([ADDED, event.join(" ")]);
    return new URLSearchParams(pairs).toString();
  }

  // The query of another scenario of the library: the events of this one are not its events.
  over(scenario) {
    this.scenario = scenario;
    this.events.clear();
    for (const path of [...this.values.keys()]) if (path.startsWith("events.")) this.values.delete(path);
    return this.query;
  }

  write() { write(this.query); }

  clear() {
    for (const moved of [this.shares, this.values, this.events]) moved.clear();
    this.added = [];
  }
}
