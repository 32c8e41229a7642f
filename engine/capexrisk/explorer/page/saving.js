// What is moved, taken along: as a link, as a scenario file, as a full run of it.

import { el } from "./elements.js";
import { Ended, link, post } from "./host.js";

const LOOK_EVERY = 1000; // ms

export function saving(state, say) {
  const dialog = document.getElementById("saving");
  const [field, said, running, full] = ["file", "saved", "running", "full"].map((id) => document.getElementById(id));
  let name = ""; // that was saved last
  document.getElementById("copy").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(link());
      say("The link is copied.");
    } catch {
      say("The address of this page is the link: copy it from the browser's bar.");
    }
  });
  document.getElementById("save").addEventListener("click", () => {
    said.textContent = "";
    dialog.showModal();
    field.focus();
  });
  field.addEventListener("input", () => { said.textContent = ""; }); // it was about another name
  field.addEventListener("invalid", (event) => {
    event.preventDefault(); // the browser's bubble says less, and goes away
    said.textContent = `${field.value ? `“${field.value}” is no name for a file` : "It has no name yet"}: give letters, digits, dots, - and _, a letter or a digit first.`;
    field.focus();
  });
  document.getElementById("close").addEventListener("click", () => dialog.close());
  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const told = await post("save", { name: field.value, query: state.query });
      said.textContent = told.refused ?? `Written: ${told.saved}. The full run with its report is made here, or by: ${told.run}`;
      if (told.refused) return;
      name = told.name;
      full.hidden = false;
    } catch (error) {
      said.textContent = error instanceof Ended ? "This explorer has ended; nothing is saved."
        : "The explorer does not answer, so it is not known whether this is saved. Save again: a name that is taken then was saved.";
    }
  });
  full.addEventListener("click", async () => {
    full.disabled = true;
    await follow();
    full.disabled = false;
  });

  // A page of a server may not lead to a file: its path is copied.
  function copy(path) {
    const button = el("button", { type: "button", text: "Copy its path", onclick: async () => {
      try {
        await navigator.clipboard.writeText(path);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(button.parentElement.querySelector("code"));
      }
    } });
    return button;
  }

  // Until the run has ended, however often the dialog is opened meanwhile.
  async function follow() {
    let [question, body] = ["run", { name }];
    for (;;) {
      try {
        const told = await post(question, body);
        [question, body] = ["progress", {}];
        if (!told.running) {
          if (told.report) running.replaceChildren("The report is there: ", el("code", { text: told.report }), " ", copy(told.report));
          else running.textContent = told.refused ?? `The run has failed: ${told.failed}`;
          return;
        }
        running.textContent = `The full run is under way: ${Math.round(told.seconds)} s so far.`;
      } catch (error) {
        if (error instanceof Ended) {
          running.textContent = "This explorer has ended, and its full run with it.";
          return;
        }
        running.textContent = "The explorer does not answer; it is asked again every second.";
      }
      await new Promise((done) => { setTimeout(done, LOOK_EVERY); });
    }
  }
}
