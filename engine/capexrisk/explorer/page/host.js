// Who shows this page: its server, or a notebook's cell, which then carries questions and state.

const notebook = window.frameElement?.capexrisk ?? null;

async function fetched(action, body) {
  const answer = await fetch(action, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (answer.status === 403) throw new Ended();
  // A fault of the engine says what it is: asked again, it would be the same.
  if (!answer.ok && answer.status !== 500) throw new Error(`${answer.status}`);
  return answer.json();
}

// Another server has this port now: it does not know this page's address.
export class Ended extends Error {}

export const post = notebook?.post ?? fetched;
// What follows the question mark, as it stands.
export const query = notebook?.query ?? (() => location.search.slice(1));
export const link = () => (notebook ? notebook.query() : location.href);
export const write = notebook?.write ?? ((state) => history.replaceState(null, "", `?${state}`));
// The page anew, at another state.
export const go = (state) => {
  if (!notebook) location.search = state;
  else {
    notebook.write(state);
    location.reload();
  }
};
