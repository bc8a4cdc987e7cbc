// The page answers as one types. Everything here is also there without it, as plain pages:
// the script fetches the part of the page that changes and puts it in place.
"use strict";

const DEBOUNCE = 120;
const box = document.getElementById("q");
const completions = document.getElementById("completions");
const help = document.getElementById("help");
const toast = document.getElementById("toast");
const texts = document.body.dataset;

let request = null;
let completing = null;
let timer = 0;
// Whether the address was already put into the history for what is being typed.
let typing = false;

const onSearchPage = () => location.pathname === "/";
const hits = () => [...document.querySelectorAll("article.hit")];

function say(text) {
  toast.textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { toast.textContent = ""; }, 2500);
}

// Fetches the part for the address of the page and puts it in place. An earlier request is
// given up, so that no late answer takes the place of a newer one.
async function show() {
  request?.abort();
  const own = request = new AbortController();
  const view = document.getElementById("view");
  view?.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(`/part${location.search}`, { signal: own.signal });
    const text = await response.text();
    if (own.signal.aborted) return;
    // The server escapes what papers say; scripts in a parsed document do not run.
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("view");
    if (!fresh) throw new Error("no view");
    const narrow = matchMedia("(max-width: 880px)").matches;
    const facets = fresh.querySelector(".facets");
    if (facets && narrow) facets.open = document.querySelector("#view .facets")?.open ?? false;
    view.replaceWith(fresh);
    keepForm();
    countNews();
  } catch (error) {
    if (error.name === "AbortError") return;
    view?.removeAttribute("aria-busy");
    say(texts.unreachable);
  }
}

// How many papers are new to each saved search that is in sight, one after the other: to count
// may take a while, and nobody shall wait for it.
const uncounted = new Set();
let counting = false;
const inSight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) uncounted.add(target);
    else uncounted.delete(target);
  }
  countNext();
});

function countNews() {
  inSight.disconnect();
  uncounted.clear();
  for (const link of document.querySelectorAll("a[data-saved]:not([data-known])")) inSight.observe(link);
}

async function countNext() {
  if (counting) return;
  counting = true;
  for (const link of uncounted) {
    uncounted.delete(link);
    inSight.unobserve(link);
    try {
      const response = await fetch(`/api/v1/saved/${encodeURIComponent(link.dataset.saved)}?limit=0`);
      if (!response.ok) continue;
      const found = await response.json();
      const news = found.new + found.updated;
      if (news) link.querySelector(".new").textContent = texts.newPapers.replace("#", news.toLocaleString("en"));
      link.dataset.known = "";
    } catch { /* It stays uncounted; its own page tells. */ }
  }
  counting = false;
}

countNews();

// The search form carries the filters of the address, for a submit without this script.
function keepForm() {
  const params = new URLSearchParams(location.search);
  const form = box.form;
  form.querySelectorAll("input[type=hidden]").forEach((field) => field.remove());
  for (const [name, value] of params) {
    if (["q", "offset", "limit"].includes(name)) continue;
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  }
  const other = document.querySelector("a.language");
  const lang = new URLSearchParams(other.search).get("lang");
  const there = new URLSearchParams(params);
  there.set("lang", lang);
  other.search = there.toString();
  document.title = box.value.trim() ? `${box.value.trim()} · ${titleOf()}` : titleOf();
}

function titleOf() {
  return document.title.includes(" · ") ? document.title.slice(document.title.lastIndexOf(" · ") + 3) : document.title;
}

function go(address, push = true) {
  if (push) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  return show();
}

// The address with what stands in the box, on its first page.
function addressOfBox() {
  const params = new URLSearchParams(location.search);
  params.delete("offset");
  if (box.value.trim()) params.set("q", box.value);
  else params.delete("q");
  const query = params.toString();
  return query ? `/?${query}` : "/";
}

async function complete() {
  completing?.abort();
  const text = box.value;
  if (text.trim().length < 2) return completions.replaceChildren();
  const own = completing = new AbortController();
  try {
    const query = new URLSearchParams({ q: text, limit: "6" });
    const response = await fetch(`/api/v1/suggest?${query}`, { signal: own.signal });
    if (!response.ok) return;
    const found = await response.json();
    const list = document.createElement("ul");
    for (const { text: completed, kind } of found.completions) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = completed;
      button.addEventListener("click", () => {
        completions.replaceChildren();
        if (kind === "author") {
          const params = new URLSearchParams(location.search);
          params.delete("offset");
          params.delete("q");
          box.value = "";
          if (!params.getAll("author").includes(completed)) params.append("author", completed);
          go(`/?${params}`);
        } else {
          box.value = `${completed} `;
          box.focus();
          typed();
        }
      });
      const item = document.createElement("li");
      item.append(button);
      list.append(item);
    }
    completions.replaceChildren(...(list.children.length ? [list] : []));
  } catch (error) {
    if (error.name !== "AbortError") completions.replaceChildren();
  }
}

function typed() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const address = addressOfBox();
    if (address !== location.pathname + location.search) {
      go(address, !typing);
      typing = true;
    }
    complete();
  }, DEBOUNCE);
}

if (onSearchPage()) {
  box.addEventListener("input", (event) => {
    if (!event.isComposing) typed();
  });
  box.addEventListener("compositionend", typed);
  box.addEventListener("blur", () => { typing = false; });
  box.form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    completing?.abort();
    completions.replaceChildren();
    const address = addressOfBox();
    if (address !== location.pathname + location.search) go(address, !typing);
    typing = false;
    hits()[0]?.focus();
  });
  addEventListener("popstate", () => {
    clearTimeout(timer);
    typing = false;
    box.value = new URLSearchParams(location.search).get("q") ?? "";
    completions.replaceChildren();
    show();
  });
  if (matchMedia("(max-width: 880px)").matches) document.querySelector("#view .facets")?.removeAttribute("open");
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest?.("a");
  if (!link) return;
  if (link.classList.contains("bibtex")) {
    event.preventDefault();
    copy(link);
  } else if (link.classList.contains("help")) {
    event.preventDefault();
    help.showModal();
  } else if (link.hasAttribute("data-go") || link.hasAttribute("data-bar")) {
    if (!onSearchPage()) return;
    event.preventDefault();
    const address = link.getAttribute("href");
    box.value = new URLSearchParams(address.split("?")[1] ?? "").get("q") ?? "";
    typing = false;
    go(address).then(() => {
      if (!link.closest("aside")) document.getElementById("results")?.focus({ preventScroll: true });
      if (link.closest(".pager")) scrollTo(0, 0);
    });
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.hasAttribute("data-go") || !onSearchPage()) return;
  event.preventDefault();
  const params = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value.trim()) params.append(name, value);
  go(`/?${params}`);
});

async function copy(link) {
  try {
    const text = (await (await fetch(link.href)).text()).trim() + "\n";
    await put(text);
    say(texts.copied);
  } catch {
    say(texts.notCopied);
  }
}

// Where a page is not loaded over a connection that browsers trust there is no clipboard but
// by way of a selection.
async function put(text) {
  if (navigator.clipboard) {
    try {
      return await navigator.clipboard.writeText(text);
    } catch { /* The other way may work. */ }
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "hidden";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("not copied");
}

// Keys.

function move(by) {
  const all = hits();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement?.closest?.("article.hit"));
  const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
  all[next].focus();
  all[next].scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help.open) return;
  const inField = event.target.matches?.("input, textarea, select");
  if (event.key === "Escape" && inField) {
    completions.replaceChildren();
    event.target.blur();
    return;
  }
  if (inField) {
    if (event.key === "ArrowDown" && event.target === box) { event.preventDefault(); move(1); }
    return;
  }
  const hit = document.activeElement?.closest?.("article.hit");
  const act = {
    "/": () => { box.focus(); box.select(); },
    "?": () => help.showModal(),
    j: () => move(1),
    k: () => move(-1),
    o: () => hit?.querySelector("a.title")?.click(),
    s: () => hit?.querySelector("a.similar")?.click(),
    b: () => (hit ?? document).querySelector("a.bibtex")?.click(),
    Enter: () => {
      if (document.activeElement !== hit) return false;
      const details = hit?.querySelector("details");
      if (!details) return false;
      details.open = !details.open;
    },
  }[event.key];
  if (act && act() !== false) event.preventDefault();
});

// Brushing the histogram: the bars between where the pointer goes down and where it is let go.

let brush = null;

function barAt(event) {
  const svg = brush?.svg;
  if (!svg) return -1;
  const room = svg.getBoundingClientRect();
  const bars = svg.querySelectorAll("a[data-bar]");
  const at = Math.floor(((event.clientX - room.left) / room.width) * bars.length);
  return Math.min(Math.max(at, 0), bars.length - 1);
}

function draw(event) {
  const at = barAt(event);
  const [from, to] = [Math.min(brush.start, at), Math.max(brush.start, at)];
  brush.svg.querySelectorAll("a[data-bar]").forEach((bar, number) => {
    bar.classList.toggle("brushed", from <= number && number <= to);
  });
  return [from, to];
}

document.addEventListener("pointerdown", (event) => {
  const svg = event.target.closest?.(".histogram svg");
  if (!svg || event.button !== 0 || !onSearchPage()) return;
  event.preventDefault();
  brush = { svg, start: 0 };
  brush.start = barAt(event);
  draw(event);
});

document.addEventListener("pointermove", (event) => {
  if (brush) draw(event);
});

document.addEventListener("pointerup", (event) => {
  if (!brush) return;
  const [from, to] = draw(event);
  const bars = brush.svg.querySelectorAll("a[data-bar]");
  brush = null;
  // A click on one bar follows its link.
  if (from === to) return;
  const params = new URLSearchParams(location.search);
  params.delete("offset");
  params.delete("since");
  params.set("from", bars[from].dataset.from);
  params.set("to", bars[to].dataset.to);
  go(`/?${params}`);
  swallow();
});

document.addEventListener("pointercancel", () => {
  brush?.svg.querySelectorAll(".brushed").forEach((bar) => bar.classList.remove("brushed"));
  brush = null;
});

// The click that the browser makes of a brush is none.
function swallow() {
  const stop = (event) => { event.preventDefault(); event.stopImmediatePropagation(); };
  document.addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => document.removeEventListener("click", stop, { capture: true }), 50);
}
document.addEventListener("dragstart", (event) => {
  if (event.target.closest?.(".histogram")) event.preventDefault();
});
