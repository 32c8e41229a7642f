// Elements of the page, and numbers in it.

export const el = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
};

// A number with four digits, as a person writes it.
export const figure = (x) => {
  if (typeof x !== "number") return String(x);
  if (x !== 0 && (Math.abs(x) < 1e-3 || Math.abs(x) >= 1e6)) return x.toExponential(2).replace("-", "−");
  return Number(x.toPrecision(4)).toLocaleString("en", { maximumFractionDigits: 6 }).replace("-", "−");
};

// A field for a number, which says what it cannot read: browsers drop a comma from one of their own.
export function numberField(attributes, taken) {
  const wrong = el("small", { class: "wrong", role: "alert" });
  const field = el("input", { type: "text", inputmode: "decimal", class: "number", autocomplete: "off", ...attributes });
  field.addEventListener("change", () => {
    const text = field.value.trim().replace("−", "-");
    const read = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : NaN;
    const refused = text !== "" && !Number.isFinite(read);
    field.setAttribute("aria-invalid", String(refused));
    wrong.textContent = refused ? `“${text}” is not taken: write a number such as 40.5, with a point and no commas` : "";
    if (text !== "" && !refused) taken(String(read));
  });
  return { field, wrong, clear: () => { wrong.textContent = ""; field.removeAttribute("aria-invalid"); } };
}

export const percentile = (share) => `P${Math.round(100 * share)}`;
