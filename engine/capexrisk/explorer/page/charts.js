// The charts, drawn anew with each answer.

import { Bars } from "./bars.js";
import { el, figure } from "./elements.js";

const Plot = window.Plot;
const HEIGHT = 250, LEAST_WIDTH = 280;
const COLOURS = ["var(--red)", "var(--blue)", "var(--green)", "var(--orange)", "var(--pink)", "var(--sky)"];
const MOST_CURVES = 6, MOST_BARS = 10, MOST_COUNTS = 8, LONGEST_NAME = 14;
const FEW = 10; // paths with an amount, below which its mean has no error
const GHOST = { stroke: "var(--ghost)", strokeWidth: 1.4, strokeDasharray: "3,3" };
const [VALUE, LOW, HIGH, BASE] = [0, 1, 2, 3];

export class Charts {
  constructor(catalogue, state, looked) {
    Object.assign(this, { catalogue, state, looked });
    this.answer = null;
    this.all = [
      new Chart("Funding failure", "failures", () => this.#failures()),
      new Chart("Free cash flow by quarter", "fan", () => this.#fan()),
      new Chart("Free cash flow of the year", "year", () => this.#year()),
      new Chart("Money from outside", "funding", () => this.#funding()),
      new Chart("The market", "market", () => this.#market()),
      new Chart("Grades", "grade", () => this.#grades()),
      new Chart("Failures together", "together", () => this.#together()),
    ];
    const box = document.getElementById("charts");
    box.append(...this.all.map((chart) => chart.box));
    this.years = this.#years();
    this.all[2].box.insertBefore(this.years, this.all[2].plot);
    addEventListener("resize", () => this.#measure());
    this.#measure();
    const seen = new IntersectionObserver((entries) => entries.forEach(({ target, isIntersecting }) => {
      const chart = this.all.find((one) => one.box === target);
      chart.inSight = isIntersecting;
      if (isIntersecting && chart.stale) this.#draw(chart);
    })); // no margin: while the hand moves, what is asked for beyond the window costs time
    this.all.forEach((chart) => seen.observe(chart.box));
  }

  // All figures are equally wide; a width is asked for once, not with each answer.
  #measure() {
    const width = Math.max(Math.floor(this.all[0].box.clientWidth), LEAST_WIDTH);
    if (width === this.width) return;
    this.width = width;
    if (this.answer) this.show(this.answer);
  }

  // Let a bar of the year be chosen: `chosen` takes its ends.
  pick(chosen) { this.bars = new Bars(this.all[2].plot, chosen); }

  get inSight() { return this.all.filter((chart) => chart.inSight).map((chart) => chart.box.id); }

  // While the hand moves an answer has the charts in sight alone; all of them once it rests.
  show(answer) {
    this.answer = answer;
    if (this.years.dataset.of !== this.catalogue.years.join()) this.years.replaceWith(this.years = this.#years());
    this.all.forEach((chart) => this.#draw(chart));
  }

  #draw(chart) {
    chart.stale = !this.answer?.parts.includes(chart.box.id);
    chart.box.classList.toggle("stale", chart.stale);
    if (!chart.stale) chart.draw();
  }

  #years() {
    const set = el("fieldset", { "data-of": this.catalogue.years.join() }, el("legend", { text: "Year" }));
    for (const year of this.catalogue.years) {
      const radio = el("input", { type: "radio", name: "year", value: year, id: `year-${year}`, checked: year === this.state.year });
      radio.addEventListener("change", () => { this.state.year = year; this.looked(); });
      set.append(el("span", {}, radio, " ", el("label", { for: radio.id, text: year })));
    }
    return set;
  }

  #get(name) { return this.answer.figures[name] ?? [null, null, null, null]; }

  get #isMoved() { return this.answer.behind !== ""; }

  // Quarters of an estimate: its numbers, by quarter.
  #series(metric, issuer, statistic = "") {
    return this.catalogue.quarters
      .map((quarter) => ({ quarter, of: this.#get(`${metric}/${issuer}/${quarter}${statistic}`) }))
      .filter(({ of }) => of[VALUE] !== null);
  }

  #x() {
    const { quarters } = this.catalogue;
    return { type: "point", domain: quarters, label: null, tickSize: 3,
      ticks: quarters.filter((quarter) => quarter.endsWith("Q4")), tickFormat: (quarter) => `end of ${quarter.slice(0, 4)}` };
  }

  #failures() {
    const { issuers, quarters } = this.catalogue;
    const { issuer } = this.state;
    const drawn = this.answer.over_inputs?.curve ?? {};
    const over = Object.entries(drawn).map(([quarter, [low, high]]) => ({ quarter, low, high }));
    const chart = this.#curves("funding_failure", issuers, "% failed by then", "", (colour) => [
      Plot.ruleX(over, { x: "quarter", y1: (d) => 100 * d.low, y2: (d) => 100 * d.high, stroke: colour.get(issuer), strokeWidth: 9, strokeOpacity: 0.28 }),
      ...this.#events()]);
    if (over.length > 0) {
      const stroke = chart.key.find(([label]) => label === issuer)[1];
      chart.key.push([`${issuer} over the inputs, P5 to P95`, `color-mix(in srgb, ${stroke} 28%, transparent)`, ""]);
      chart.table.rows.push([`${issuer} over the inputs`, ...quarters.map((quarter) => drawn[quarter]?.[2] ?? "–")]);
    }
    return chart;
  }

  // Who starts as high yield cannot fall.
  #grades() {
    const missing = this.#missing("grade");
    if (missing) return missing;
    const able = this.catalogue.issuers.filter((issuer) => this.#series("fall_to_high_yield", issuer).length > 0);
    if (able.length === 0) return { plot: el("p", { class: "quiet", text: "No issuer has an investment grade to lose." }), says: "", key: [], table: { head: [], rows: [] } };
    return this.#curves("fall_to_high_yield", able, "% fallen by then", "chance of having fallen from investment grade to high yield, ", () => []);
  }

  // A chance by the end of each quarter, of the likeliest issuers and the chosen one.
  #curves(metric, issuers, label, what, more) {
    const { quarters } = this.catalogue;
    const end = quarters.at(-1);
    const height = (issuer) => { const of = this.#get(`${metric}/${issuer}/${end}`); return Math.max(seen(of), of[BASE] ?? 0); };
    const shown = [...issuers].sort((a, b) => height(b) - height(a)).slice(0, MOST_CURVES);
    if (issuers.includes(this.state.issuer) && !shown.includes(this.state.issuer)) shown[MOST_CURVES - 1] = this.state.issuer;
    const ordered = issuers.filter((issuer) => shown.includes(issuer));
    const all = this.catalogue.issuers; // few of them have the same colour in every chart
    const colour = new Map(ordered.map((issuer, number) => [issuer, COLOURS[all.length > MOST_CURVES ? number : all.indexOf(issuer)]]));
    const marks = [Plot.ruleY([0], { stroke: "var(--strong)" })];
    for (const issuer of ordered) {
      const series = this.#series(metric, issuer);
      const chosen = issuer === this.state.issuer;
      const x = "quarter", stroke = colour.get(issuer);
      marks.push(Plot.areaY(series, { x, y1: (d) => hundred(d.of[LOW]), y2: (d) => hundred(d.of[HIGH]), fill: stroke, fillOpacity: chosen ? 0.25 : 0.12 }));
      if (this.#isMoved) marks.push(Plot.lineY(series, { x, y: (d) => hundred(d.of[BASE]), ...GHOST, strokeOpacity: chosen ? 1 : 0.55 }));
      marks.push(Plot.lineY(series, { x, y: (d) => hundred(seen(d.of)), stroke, strokeWidth: chosen ? 3 : 1.5 }));
    }
    const plot = Plot.plot({ ...this.#frame(), x: this.#x(), y: { label, grid: true, nice: true, zero: true }, marks: [...marks, ...more(colour)] });
    return {
      plot, says: `${what}by the end of each quarter, band: 95 % interval${shown.length < issuers.length ? `; the ${shown.length} likeliest of ${issuers.length}` : ""}`,
      key: [...ordered.map((issuer) => [issuer, colour.get(issuer), "line"]), ...this.#ghostKey()],
      table: { head: ["Issuer", ...quarters], rows: ordered.map((issuer) => [issuer, ...quarters.map((quarter) => percent(this.#get(`${metric}/${issuer}/${quarter}`)))]) },
    };
  }

  // What happens in a given quarter on every path.
  #events() {
    const events = this.answer.events.filter(({ quarter }) => this.catalogue.quarters.includes(quarter));
    return events.length === 0 ? [] : [
      Plot.ruleX(events, { x: "quarter", stroke: "var(--quiet)", strokeDasharray: "1,3" }),
      // One below the other: neighbours would hide each other.
      ...events.map((event, k) => Plot.text([event], { x: "quarter", text: "what", frameAnchor: "top-left", textAnchor: "start", dx: 4, dy: 13 * k, fill: "var(--quiet)" })),
    ];
  }

  // What a finished run does not keep, in the chart's place.
  #missing(part) {
    const text = this.answer.missing?.[part];
    return text ? { plot: el("p", { class: "note", text }), says: "", key: [], table: { head: [], rows: [] } } : null;
  }

  #fan() {
    const missing = this.#missing("fan");
    if (missing) return missing;
    const { issuer } = this.state;
    const level = (name) => new Map(this.#series("free_cash_flow_while_alive", issuer, `/${name}`).map(({ quarter, of }) => [quarter, of]));
    return this.#fanned(level, { label: "$bn a quarter", colour: "var(--blue)", scale: 1, zero: true,
      says: `${issuer}, while it has not failed: median, P25 to P75, P5 to P95; bars: 95 % intervals` });
  }

  #market() {
    const level = (name) => new Map(this.#series("market_spread_bp", "system", `/${name}`).map(({ quarter, of }) => [quarter, of]));
    const spread = this.#missing("market") ?? this.#fanned(level, { label: "Spread, bp", colour: "var(--orange)", scale: 1, zero: false, says: "" });
    const use = this.#series("utilisation", "system");
    const marks = [
      Plot.areaY(use, { x: "quarter", y1: (d) => hundred(d.of[LOW]), y2: (d) => hundred(d.of[HIGH]), fill: "var(--green)", fillOpacity: 0.25 }),
      Plot.lineY(use, { x: "quarter", y: (d) => hundred(d.of[VALUE]), stroke: "var(--green)", strokeWidth: 2.5 }),
    ];
    if (this.#isMoved) marks.push(Plot.lineY(use, { x: "quarter", y: (d) => hundred(d.of[BASE]), ...GHOST }));
    const second = Plot.plot({ ...this.#frame(150), x: this.#x(), y: { label: "% of capacity in use, mean", grid: true, nice: true, ticks: 4 }, marks });
    const { words } = this.catalogue;
    return { plot: el("div", {}, spread.plot, second),
      says: `spread of the ${words.bond_market}: median, P25 to P75, P5 to P95; below it use of ${words.capacity}`,
      key: [["Spread", "var(--orange)", "line"], ["Utilisation", "var(--green)", "line"], ...this.#ghostKey()],
      table: { ...spread.table, head: ["bp", ...this.catalogue.quarters],
        rows: [...spread.table.rows, ["Utilisation", ...this.catalogue.quarters.map((quarter) => percent(this.#get(`utilisation/system/${quarter}`)))]] } };
  }

  #fanned(level, { label, colour, zero, says }) {
    const [p5, p25, p50, p75, p95] = ["p5", "p25", "p50", "p75", "p95"].map(level);
    const quarters = this.catalogue.quarters.filter((quarter) => p50.has(quarter));
    const at = (of) => (quarter) => of.get(quarter)[VALUE];
    const was = (of) => (quarter) => of.get(quarter)[BASE];
    const x = (quarter) => quarter;
    const marks = [
      Plot.areaY(quarters, { x, y1: at(p5), y2: at(p95), fill: colour, fillOpacity: 0.16 }),
      Plot.areaY(quarters, { x, y1: at(p25), y2: at(p75), fill: colour, fillOpacity: 0.28 }),
      Plot.lineY(quarters, { x, y: at(p50), stroke: colour, strokeWidth: 2.5 }),
      ...[p5, p50, p95].map((of) => Plot.ruleX(quarters, { x, y1: (q) => of.get(q)[LOW], y2: (q) => of.get(q)[HIGH], stroke: "var(--ink)", strokeWidth: 1.2 })),
    ];
    if (zero) marks.unshift(Plot.ruleY([0], { stroke: "var(--strong)" }));
    if (this.#isMoved) marks.push(...[p5, p50, p95].map((of) => Plot.lineY(quarters, { x, y: was(of), ...GHOST })));
    const plot = Plot.plot({ ...this.#frame(zero ? HEIGHT : 190), x: this.#x(), y: { label, grid: true, nice: true }, marks });
    const rows = [["P5", p5], ["P25", p25], ["Median", p50], ["P75", p75], ["P95", p95]]
      .map(([name, of]) => [name, ...quarters.map((quarter) => plain(of.get(quarter)))]);
    return { plot, says, key: this.#ghostKey(), table: { head: ["$bn", ...quarters], rows } };
  }

  #year() {
    const missing = this.#missing("year");
    if (missing) return { ...missing, told: this.#mean() };
    if (this.answer.histogram === null) this.bars?.show(null);
    if (this.answer.histogram === null) return { plot: el("p", { class: "note", text: `${this.state.issuer} has failed before on every path.` }), says: "", key: [], table: { head: [], rows: [] } };
    const { edges, shares, half, base } = this.answer.histogram;
    const bins = shares.map((share, k) => ({ low: edges[k], high: edges[k + 1], share: 100 * share, half: 100 * half[k], base: base ? 100 * base[k] : NaN }));
    const outline = bins.flatMap(({ low, high, base: y }) => [{ x: low, y }, { x: high, y }]);
    const colour = "var(--sky)";
    const marks = [
      Plot.rectY(bins, { x1: "low", x2: "high", y: "share", fill: (d) => (d.high <= 0 ? "var(--red)" : colour), fillOpacity: 0.75, inset: 0.4 }),
      Plot.ruleX(bins, { x: (d) => (d.low + d.high) / 2, y1: (d) => Math.max(0, d.share - d.half), y2: (d) => d.share + d.half, stroke: "var(--ink)", strokeWidth: 1 }),
      Plot.ruleX([0].filter((zero) => edges[0] <= zero && zero <= edges.at(-1)), { stroke: "var(--ink)" }), Plot.ruleY([0], { stroke: "var(--strong)" }),
    ];
    if (this.#isMoved) marks.push(Plot.line(outline, { x: "x", y: "y", ...GHOST }));
    const plot = Plot.plot({ ...this.#frame(), x: { label: "$bn", domain: [edges[0], edges.at(-1)] }, y: { label: "% of paths", grid: true }, marks });
    this.bars?.show({ edges, shares }, plot);
    return { plot, says: `${this.state.issuer}, ${this.state.year}, if it has not failed before; red: below zero; the outer bars hold all beyond`, told: this.#mean(),
      key: this.#ghostKey(),
      table: { head: ["From, $bn", "to", "% of paths"], rows: bins.filter((d) => d.share > 0.005).map((d) => [figure(d.low), figure(d.high), `${d.share.toFixed(2)} ± ${d.half.toFixed(2)}`]) } };
  }

  #mean() {
    const told = this.answer.cash_flow;
    const parts = [["Mean", "mean"], ["P5", "p5"], ["P95", "p95"]].filter(([, key]) => told[key])
      .map(([name, key]) => `${name} ${told[key]}${told[`${key}_change`] ? ` (${told[`${key}_change`]})` : ""}`);
    const over = this.answer.over_inputs?.cash_flow;
    if (over && over !== "n/a") parts.push(`mean over the inputs, $bn: ${over}`);
    return parts.join(" · ").replaceAll("−", "−\u2060"); // no line ends after a minus
  }

  #funding() {
    const { issuers, channels } = this.catalogue;
    const total = (issuer) => channels.reduce((sum, { name }) => sum + (this.#get(`raised_${name}/${issuer}/horizon`)[VALUE] ?? 0), 0);
    const most = [...issuers].sort((a, b) => total(b) - total(a)).slice(0, MOST_BARS);
    if (!most.includes(this.state.issuer)) most[most.length - 1] = this.state.issuer;
    const shown = issuers.filter((issuer) => most.includes(issuer));
    const parts = [], ghosts = [];
    for (const issuer of shown) for (const { name, label, colour } of channels) {
      const of = this.#get(`raised_${name}/${issuer}/horizon`);
      if (of[VALUE]) parts.push({ issuer, label, colour: `var(--${colour})`, amount: of[VALUE] });
      if (of[BASE]) ghosts.push({ issuer, label, amount: of[BASE] });
    }
    const sums = shown.map((issuer) => ({ issuer, amount: ghosts.filter((part) => part.issuer === issuer).reduce((sum, part) => sum + part.amount, 0) }));
    const marks = [Plot.barX(parts, { y: "issuer", x: "amount", fill: "colour", insetTop: 2, insetBottom: 2, stroke: "var(--page)", strokeWidth: 0.5 }), Plot.ruleX([0], { stroke: "var(--strong)" })];
    if (this.#isMoved) marks.push(Plot.tickX(sums, { y: "issuer", x: "amount", stroke: "var(--ghost)", strokeWidth: 3, strokeDasharray: "3,2" }));
    const plot = Plot.plot({ ...this.#frame(60 + 30 * shown.length), marginLeft: 12 + 7 * Math.max(...shown.map((issuer) => shortened(issuer).length)),
      y: { label: null, domain: shown, tickFormat: shortened, tickSize: 0 }, x: { label: "$bn over the horizon, mean", grid: true }, color: { type: "identity" }, marks });
    const used = channels.filter(({ label }) => parts.some((part) => part.label === label && part.amount > 0.002 * Math.max(...sums.map((s) => s.amount), 1)));
    return { plot, says: "raised by each issuer through each channel, until a failure",
      key: [...used.map(({ label, colour }) => [label, `var(--${colour})`, ""]), ...this.#ghostKey("Total: ")],
      table: { head: ["$bn", ...shown], rows: used.map(({ name, label }) => [label, ...shown.map((issuer) => plain(this.#get(`raised_${name}/${issuer}/horizon`)))]) } };
  }

  #together() {
    const { issuers, quarters } = this.catalogue;
    const end = quarters.at(-1);
    const counts = issuers.slice(0, MOST_COUNTS).map((_, k) => {
      const name = k === 0 ? "any_failure" : `failures_at_least_${k + 1}`;
      return { count: `${k + 1}`, of: this.#get(`${name}/system/${end}`) };
    }).filter(({ of }) => of[VALUE] !== null);
    const marks = [
      Plot.barY(counts, { x: "count", y: (d) => hundred(seen(d.of)), fill: "var(--blue)", fillOpacity: 0.7, insetLeft: 8, insetRight: 8 }),
      Plot.ruleX(counts, { x: "count", y1: (d) => hundred(d.of[LOW]), y2: (d) => hundred(d.of[HIGH]), stroke: "var(--ink)", strokeWidth: 1.5 }),
      Plot.ruleY([0], { stroke: "var(--strong)" }),
    ];
    if (this.#isMoved) marks.push(Plot.tickY(counts, { x: "count", y: (d) => hundred(d.of[BASE]), stroke: "var(--ghost)", strokeWidth: 2.5, strokeDasharray: "4,2" }));
    const plot = Plot.plot({ ...this.#frame(170), x: { label: "or more issuers fail", type: "band", tickSize: 0 }, y: { label: "% of paths", grid: true, ticks: 4, nice: true }, marks });
    const shown = this.catalogue.paired;
    const cell = (issuer, other) => {
      if (issuer === other) return el("td", { text: "–", style: "--p:0" });
      const of = this.#get(`failure_given_failure_of:${other}/${issuer}/horizon`);
      const [value, interval = ""] = percent(of).split(" (");
      return el("td", { style: `--p:${seen(of) ?? 0}` }, value, el("small", { text: interval.replace(")", "") }));
    };
    const matrix = issuers.length > 1 ? el("div", { class: "wide", tabindex: 0, role: "region", "aria-label": "Failure if another fails" }, el("table", { class: "matrix" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col", text: "% that fails if" }), ...shown.map((name) => el("th", { scope: "col", text: name })))),
      el("tbody", {}, ...shown.map((issuer) => el("tr", {}, el("th", { scope: "row", text: issuer }), ...shown.map((other) => cell(issuer, other))))))) : "";
    return { plot: el("div", { class: "pair" }, plot, matrix), says: `by the end of ${this.catalogue.end}; bars: 95 % intervals; beside them, each issuer's failure given another's`,
      key: this.#ghostKey(),
      table: { head: ["At least", "% of paths"], rows: counts.map(({ count, of }) => [count, percent(of)]) } };
  }

  #frame(height = HEIGHT) {
    return { width: this.width, height, marginLeft: 46, marginBottom: 34, marginRight: 30, marginTop: 24,
      style: { background: "none", color: "var(--quiet)", fontSize: "12px" } };
  }

  #ghostKey(before = "") { return this.#isMoved ? [[`${before}${this.answer.behind}`, "", "dashes"]] : []; }
}

class Chart {
  constructor(title, id, build) {
    this.build = build;
    this.inSight = true;
    this.stale = true;
    this.title = el("h3", { text: title, id: `${id}-title` });
    this.says = el("small");
    this.told = el("small");
    this.plot = el("div", { class: "plot" });
    this.key = el("ul", { class: "key" });
    this.table = el("details", {}, el("summary", { text: "These figures as a table" }));
    this.table.addEventListener("toggle", () => this.#fill());
    this.box = el("figure", { id, "aria-labelledby": `${id}-title` }, el("figcaption", {}, this.title, this.says, this.told), this.plot, this.key, this.table);
  }

  draw() {
    const { plot, says, told = "", key, table } = this.build();
    this.says.textContent = says;
    this.told.textContent = told;
    this.plot.replaceChildren(plot);
    // What a figure shows is in its caption and its table: letters of axes alone say nothing.
    this.plot.querySelectorAll("svg").forEach((svg) => svg.setAttribute("aria-hidden", "true"));
    this.key.replaceChildren(...key.map(([label, colour, kind]) => el("li", {}, el("i", { class: kind, style: `--c:${colour}` }), label)));
    this.key.hidden = key.length === 0;
    this.rows = table;
    this.#fill();
  }

  #fill() {
    if (!this.table.open || !this.rows) return;
    const { head, rows } = this.rows;
    const made = el("div", { class: "wide", tabindex: 0, role: "region", "aria-label": this.title.textContent }, el("table", {},
      el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col", text })))),
      el("tbody", {}, ...rows.map(([name, ...cells]) => el("tr", {}, el("th", { scope: "row", text: name }), ...cells.map((text) => el("td", { text })))))));
    this.table.querySelector(".wide")?.remove();
    this.table.append(made);
  }
}

const hundred = (x) => (x === null ? NaN : 100 * x);

// A chance that no path shows, or every path, has its bound for a value, which is an end of the interval.
const none = (of) => of[LOW] === 0 && of[VALUE] === of[HIGH];
const every = (of) => of[HIGH] === 1 && of[VALUE] === of[LOW];
const seen = (of) => (of[VALUE] === null ? null : none(of) ? 0 : every(of) ? 1 : of[VALUE]);

// Of a long name the beginning and the end, which tell it from others.
const shortened = (name) => (name.length > LONGEST_NAME ? `${name.slice(0, 7)}…${name.slice(-6)}` : name);

// "3.9 (3.8–4.1)": an estimate with its 95 % interval, as many digits as that supports.
function written(of, scale) {
  if (of[VALUE] === null) return "–";
  const [value, low, high] = of.map((x) => scale * x);
  const half = (high - low) / 2;
  // Of so few paths nobody knows how large their amounts can be: see estimate.by_replicate.mean.
  if (of[LOW] === null) return `${value ? value.toPrecision(2) : "0"} (on fewer than ${FEW} paths)`;
  const decimals = half > 0 ? Math.min(Math.max(0, -Math.floor(Math.log10(half))), 4) : 1;
  const [a, b, c] = [value, low, high].map((x) => x.toFixed(decimals).replace("-", "−"));
  return half > 0 ? `${a} (${b}–${c})` : a;
}
const bound = (x) => `${Number((100 * x).toPrecision(2))}`;
const percent = (of) => (none(of) && of[VALUE] > 0 ? `< ${bound(of[HIGH])}` : every(of) && of[VALUE] < 1 ? `> ${bound(of[LOW])}` : written(of, 100));
const plain = (of) => written(of, 1);
