// The explorer's page: the state is the address, answers come from the engine, charts follow.

import { Answer } from "./answer.js";
import { Asking } from "./asking.js";
import { Charts } from "./charts.js";
import { Controls } from "./controls.js";
import { Events } from "./events.js";
import { el } from "./elements.js";
import { Ended, go, post, query as asked } from "./host.js";
import { Library } from "./library.js";
import { Runs } from "./runs.js";
import { saving } from "./saving.js";
import { State } from "./state.js";
import { Tale } from "./tale.js";

const ADDRESS_EVERY = 200; // ms: browsers refuse too many changes of the address
const $ = (id) => document.getElementById(id);
const trouble = (text) => {
  $("trouble").textContent = text;
  $("trouble").hidden = text === "";
};
const say = (text) => { $("said").textContent = text; };
const PATIENCE = 4000; // ms: a first answer that takes longer is being compiled

// An address that nothing can be shown of.
function refused(message) {
  trouble(`${message}. `);
  $("trouble").append(el("button", { type: "button", text: "Show it without what the address says", onclick: () => go("") }));
  $("title").textContent = "The address cannot be shown";
  document.body.classList.add("nothing");
}

async function begin() {
  const catalogue = await post("catalogue", { query: asked() });
  if (catalogue.refused) return refused(catalogue.refused);
  const state = new State(asked(), catalogue);
  const finished = "runs" in catalogue;
  const name = () => {
    $("title").textContent = $("title").title = catalogue.title;
    $("about").textContent = [catalogue.file, `inputs as of ${catalogue.as_of}`].filter(Boolean).join(", ");
    document.title = `${catalogue.name} – capexrisk explorer`;
  };
  name();
  document.body.classList.toggle("finished", finished);
  $("save").hidden = catalogue.file === "";

  let address = null;
  const write = () => {
    address ??= setTimeout(() => { address = null; state.write(); }, ADDRESS_EVERY);
  };
  const ask = () => {
    $("reset").disabled = $("save").disabled = state.moved === 0;
    $("moved").textContent = finished ? controls.told : state.told;
    if (document.body.dataset.paths) $("status").textContent = "moving…"; // before, it is said why one waits
    document.body.dataset.asked = String(Number(document.body.dataset.asked ?? 0) + 1);
    write();
    asking.move(state.query);
  };
  const moved = () => {
    state.unknown = ""; // another is chosen
    ask();
  };
  const answers = new Answer(catalogue, state, moved);
  const charts = new Charts(catalogue, state, moved);
  const controls = new (finished ? Runs : Controls)(catalogue, state, moved);
  // Nothing happens on a finished run's time line, and no path of it is told.
  const events = finished ? null : new Events(catalogue, state, moved);
  const tale = finished ? null : new Tale(state, write);
  if (tale) charts.pick((bar) => tale.choose(bar));
  const library = finished ? null : new Library(catalogue, state);
  const asking = new Asking({
    parts: () => charts.inSight,
    shown(answer, fine, query) {
      trouble(state.unknown);
      if (answer.catalogue) { // of the run that is drawn now
        Object.assign(catalogue, answer.catalogue);
        name();
      }
      answers.show(answer);
      charts.show(answer);
      controls.tell(answer.moved, answer);
      $("status").textContent = `${answer.paths.toLocaleString("en")} paths${fine ? "" : ", refining…"}`;
      Object.assign(document.body.dataset, { paths: answer.paths, fine, shown: query });
      performance.mark("drawn");
      if (fine) {
        say(answer.summary);
        tale?.again();
        library?.list(); // not before the figures are there
      }
    },
    refused(message) {
      trouble(message);
      $("status").textContent = document.body.dataset.paths ? "refused; the figures are those before" : "refused";
      document.body.dataset.fine = "refused";
    },
    lost(error) {
      if (error === null) return;
      const again = `capexrisk explore ${catalogue.place ?? catalogue.file} --link '?${state.query}'`;
      trouble(error instanceof Ended ? `This explorer has ended. Go on from here, at a new address, with: ${again}`
        : `The explorer does not answer; it is asked again every second. If it has ended, go on from here, at a new address, with: ${again}`);
      $("status").textContent = "no answer";
    },
  });
  $("reset").addEventListener("click", () => {
    state.clear();
    controls.refresh();
    events?.refresh();
    moved();
    $("search").focus();
  });
  addEventListener("popstate", () => location.reload());
  saving(state, say);
  trouble(state.unknown);
  $("status").textContent = "loading the model…";
  ask();
  setTimeout(() => {
    if (document.body.dataset.paths || document.body.dataset.fine === "refused") return;
    $("status").textContent = "compiling the model, once on this machine: a minute or two…";
  }, PATIENCE);
}

begin().catch((error) => trouble(error instanceof Ended ? "This explorer has ended; start it again." : `The page could not be built: ${error.message}`));
