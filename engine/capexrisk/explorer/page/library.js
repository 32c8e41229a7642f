// Scenarios of the same firms and quarters: one is laid over the first, on the same points.

import { el } from "./elements.js";
import { go, post } from "./host.js";

export async function library(catalogue, state) {
  const { scenarios = [] } = await post("library", {}).catch(() => ({}));
  if (scenarios.length === 0) return;
  const select = document.getElementById("scenario");
  const choices = [{ name: "", title: `${catalogue.base}, the first` }, ...scenarios.map(({ name, title }) => ({ name, title: `${name}: ${title}` }))];
  select.append(...choices.map(({ name, title }) => el("option", { value: name, text: title, selected: name === state.scenario })));
  select.addEventListener("change", () => go(state.over(select.value)));
  document.getElementById("library").hidden = false;
}
