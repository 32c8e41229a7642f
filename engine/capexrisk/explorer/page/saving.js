// What is moved, taken along: as a link, as a scenario file.

import { link, post } from "./host.js";

export function saving(state, say) {
  const dialog = document.getElementById("saving");
  const [field, said] = [document.getElementById("file"), document.getElementById("saved")];
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
  document.getElementById("close").addEventListener("click", () => dialog.close());
  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const told = await post("save", { name: field.value, query: state.query });
      said.textContent = told.refused ?? `Written: ${told.saved}. The full run with its report: ${told.run}`;
    } catch {
      said.textContent = "The explorer does not answer; nothing is saved.";
    }
  });
}
