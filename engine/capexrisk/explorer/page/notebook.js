// A notebook's cell that shows the explorer's page, in a frame of its own: questions of the page go
// to the kernel as messages, and its state is kept in the notebook's object.

const IMPORT = /from "\.\/([\w.]+)"/g;
const LINKED = /(src|href)="([\w./]+\.(?:js|css))"/g;
const PATIENCE = 30_000; // ms without an answer, until that is said
const KINDS = { js: "text/javascript", css: "text/css" };

// Blobs of the page's files: a frame without an address cannot load them by their paths.
class Files {
  constructor(texts) {
    this.texts = texts;
    this.urls = new Map();
  }

  url(path) {
    if (!this.urls.has(path)) {
      const text = this.texts[path].replace(IMPORT, (_, name) => `from "${this.url(name)}"`);
      const kind = KINDS[path.split(".").at(-1)];
      this.urls.set(path, URL.createObjectURL(new Blob([text], { type: kind })));
    }
    return this.urls.get(path);
  }

  get page() { return this.texts[""].replace(LINKED, (_, attribute, path) => `${attribute}="${this.url(path)}"`); }

  drop() { for (const url of this.urls.values()) URL.revokeObjectURL(url); }
}

async function render({ model, el }) {
  const asked = new Map(); // by number: what takes the answer, and when it was asked
  let last = 0; // time of an answer
  const heard = ({ number, answer }) => {
    last = Date.now();
    asked.get(number)?.resolve(answer);
    asked.delete(number);
  };
  model.on("msg:custom", heard);
  // Views of one object hear each other's answers: their numbers must differ.
  const view = crypto.getRandomValues(new Uint32Array(2)).join("-");
  let count = 0;
  const post = (action, body) => new Promise((resolve) => {
    const number = `${view}-${(count += 1)}`;
    asked.set(number, { resolve, since: Date.now() });
    model.send({ number, action, body });
  });

  const frame = document.createElement("iframe");
  frame.title = "capexrisk explorer";
  frame.style.cssText = `width: 100%; height: ${model.get("height")}px; border: 1px solid #8885; border-radius: 4px;`;
  frame.capexrisk = {
    post,
    query: () => model.get("query"),
    write: (query) => {
      model.set("query", query);
      model.save_changes();
    },
  };
  const note = document.createElement("p");
  note.setAttribute("role", "status");
  note.hidden = true;
  const look = setInterval(() => { // nobody says that a kernel has ended
    const silent = Date.now() - Math.max(last, Math.min(...[...asked.values()].map(({ since }) => since)));
    note.hidden = silent < PATIENCE;
    if (!note.hidden) note.textContent = `The notebook's kernel has not answered for ${Math.round(silent / 1000)} s. It is at work, on another cell or on compiling the model, or it has ended: then run this cell again.`;
  }, Math.min(PATIENCE, 1000));
  el.textContent = "The explorer needs the notebook's kernel: run this cell, and wait until no other runs.";
  el.append(note);
  const files = new Files(await post("files", {}));
  frame.srcdoc = files.page;
  el.replaceChildren(note, frame);
  return () => {
    clearInterval(look);
    model.off("msg:custom", heard);
    files.drop();
  };
}

export default { render };
