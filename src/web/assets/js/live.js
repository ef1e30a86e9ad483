// An open page of a KOL follows the ledger: what is recorded about the person stands there without loading it again. Each
// browser has few connections to a server, so that only pages in sight listen.

const main = /** @type {HTMLElement} */ (document.getElementById("main"));
const said = /** @type {HTMLElement} */ (document.getElementById("live"));
const { root = "./", subject = "" } = said.dataset;
/** How many entries the page reflects. */
let size = Number(said.dataset.size);
/** @type {EventSource | null} */
let source = null;

/** Whether somebody is filling something in, whom a new page would take it from. */
const busy = () => main.contains(document.activeElement) && document.activeElement?.matches("input, select, textarea");

/** Puts what the page says now in place of what it said. */
async function renew() {
  const answer = await fetch(location.href, { cache: "no-cache", headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = fresh.getElementById("main");
  const status = fresh.getElementById("live");
  if (!next || !status || busy()) {
    said.hidden = false;
    return;
  }
  const folds = [...main.querySelectorAll("details")].map((one) => one.open);
  const focused =
    document.activeElement instanceof HTMLAnchorElement ? document.activeElement.getAttribute("href") : null;
  main.replaceChildren(...next.childNodes);
  main.querySelectorAll("details").forEach((one, at) => (one.open = folds[at] ?? one.open));
  if (focused !== null) [...main.querySelectorAll("a")].find((one) => one.getAttribute("href") === focused)?.focus();
  size = Number(status.dataset.size);
  said.hidden = false;
}

function listen() {
  source = new EventSource(`${root}v1/events/stream?subject=${subject}&after=${size - 1}`);
  source.onmessage = (message) => {
    if (Number(message.lastEventId) >= size) renew();
  };
}

function stop() {
  source?.close();
  source = null;
}

document.addEventListener("visibilitychange", () => (document.hidden ? stop() : listen()));
if (!document.hidden) listen();
