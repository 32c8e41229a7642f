// Questions to the engine: one on its way while the hand moves, the newest value next; when the
// hand rests, the same question once more with many paths.

import { Ended, post } from "./host.js";

const REST = 100; // ms without a move
const AGAIN = 1000; // ms until a server that does not answer is tried again

export class Asking {
  // `shown` takes (answer, fine, query), `refused` a message, `lost` why there is no answer or null;
  // `parts` gives the charts in sight.
  constructor({ shown, refused, lost, parts }) {
    Object.assign(this, { shown, refused, lost, parts });
    this.page = crypto.getRandomValues(new Uint32Array(3)).join("-");
    this.query = null; // the newest
    this.flight = null; // what is on its way: its query and whether it is fine
    this.timer = null;
  }

  move(query) {
    this.query = query;
    clearTimeout(this.timer);
    // A fine question is overtaken at once, one of few paths is waited for.
    if (!this.flight || this.flight.fine) this.#ask(false);
  }

  async #ask(fine) {
    const flight = { query: this.query, fine };
    this.flight = flight;
    let answer;
    try {
      answer = await post("answer", { page: this.page, query: flight.query, fine, parts: this.parts() });
      this.lost(null);
    } catch (error) {
      if (this.flight !== flight) return;
      this.flight = null;
      this.lost(error);
      if (!(error instanceof Ended)) this.timer = setTimeout(() => this.#ask(false), AGAIN);
      return;
    }
    if (this.flight !== flight) return; // overtaken on its way back
    this.flight = null;
    // The next question is on its way before this answer is drawn: both take their time.
    if (this.query !== flight.query) this.#ask(false);
    else if (answer.overtaken) this.timer = setTimeout(() => this.#ask(fine), REST);
    else if (!fine && !answer.final && !answer.refused) this.timer = setTimeout(() => this.#ask(true), REST);
    if (answer.refused) this.refused(answer.refused);
    else if (!answer.overtaken) this.shown(answer, fine || answer.final === true, flight.query);
  }
}
