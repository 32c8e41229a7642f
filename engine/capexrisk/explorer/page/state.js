// What is moved and looked at: the query of the address, and nothing else.

import { write } from "./host.js";

const GROUP = "group.";

const known = (name, names) => (names.includes(name) ? name : names[0]);

export class State {
  constructor(query, catalogue) {
    this.shares = new Map();
    this.values = new Map();
    this.issuer = catalogue.issuers[0];
    this.year = catalogue.years[0];
    for (const [key, text] of new URLSearchParams(query)) {
      if (key === "issuer") this.issuer = known(text, catalogue.issuers);
      else if (key === "year") this.year = known(text, catalogue.years);
      else if (key.startsWith(GROUP)) this.shares.set(key.slice(GROUP.length), Number(text));
      else this.values.set(key, text);
    }
  }

  get moved() { return this.shares.size + this.values.size; }

  // In one order, so that the same view has the same address.
  get query() {
    const pairs = [["issuer", this.issuer], ["year", this.year]];
    for (const name of [...this.shares.keys()].sort()) pairs.push([GROUP + name, this.shares.get(name)]);
    for (const path of [...this.values.keys()].sort()) pairs.push([path, this.values.get(path)]);
    return new URLSearchParams(pairs).toString();
  }

  write() { write(this.query); }

  clear() {
    this.shares.clear();
    this.values.clear();
  }
}
