// The bars of the year's distribution: a click on one chooses it, and so do the arrow keys and Enter.

const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -5, PageUp: 5, Home: -Infinity, End: Infinity };
const amount = (x) => x.toFixed(1).replace("-", "−");

export class Bars {
  // `chosen` takes the ends of a bar; the outer bars have one alone.
  constructor(box, chosen) {
    Object.assign(this, { box, chosen, bins: null, at: 0 });
    box.tabIndex = 0;
    box.setAttribute("role", "slider");
    box.setAttribute("aria-label", "Bars of the distribution: the arrow keys choose one, Enter tells a path of it");
    box.addEventListener("keydown", (event) => this.#key(event));
    box.addEventListener("focus", () => this.#mark());
    box.addEventListener("blur", () => this.mark?.remove());
    box.addEventListener("click", (event) => {
      if (this.bins === null) return;
      const x = this.plot.scale("x").invert(window.d3.pointer(event, this.plot)[0]);
      this.#choose(this.bins.edges.findLastIndex((edge) => edge <= x));
    });
  }

  // The bars of a new drawing, null for none.
  show(bins, plot) {
    if (this.bins === null && bins !== null) this.at = bins.shares.indexOf(Math.max(...bins.shares));
    Object.assign(this, { bins, plot });
    this.#mark();
  }

  #key(event) {
    if (this.bins === null || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") this.#choose(this.at);
    else if (event.key in STEPS) this.at = this.#inside(this.at + STEPS[event.key]);
    else return;
    event.preventDefault();
    this.#mark();
  }

  #inside(bar) { return Math.min(Math.max(bar, 0), this.bins.shares.length - 1); }

  #choose(bar) {
    const { edges, shares } = this.bins;
    this.at = this.#inside(bar);
    this.chosen({ ...this.at > 0 && { low: edges[this.at] }, ...this.at < shares.length - 1 && { high: edges[this.at + 1] } });
  }

  // A frame around the bar while the box has the focus, and its words for a screen reader.
  #mark() {
    this.mark?.remove();
    if (this.bins === null) return;
    const { edges, shares } = this.bins;
    const last = shares.length - 1;
    this.box.setAttribute("aria-valuemin", 0);
    this.box.setAttribute("aria-valuemax", last);
    this.box.setAttribute("aria-valuenow", this.at);
    const between = this.at === 0 ? `below ${amount(edges[1])}` : this.at === last ? `${amount(edges[last])} or more` : `${amount(edges[this.at])} to ${amount(edges[this.at + 1])}`;
    this.box.setAttribute("aria-valuetext", `${between} $bn, ${(100 * shares[this.at]).toFixed(1)} % of paths`);
    if (document.activeElement !== this.box) return;
    const [left, right] = [edges[this.at], edges[this.at + 1]].map((edge) => this.plot.scale("x").apply(edge));
    const [top, bottom] = this.plot.scale("y").range.map(Number).sort((a, b) => a - b);
    this.mark = window.d3.select(this.plot).append("rect").attr("x", left).attr("y", top).attr("width", right - left).attr("height", bottom - top)
      .attr("fill", "none").attr("stroke", "var(--link)").attr("stroke-width", 2);
  }
}
