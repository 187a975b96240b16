// What the pages can do better with a script; without it they are complete. Nothing is asked of another machine.
"use strict";
(() => {
  const root = document.documentElement;
  const kept = {
    get(name) { try { return localStorage.getItem(`seedsearch-${name}`); } catch { return null; } },
    set(name, value) { try { localStorage.setItem(`seedsearch-${name}`, value); } catch { /* nothing is kept */ } },
  };
  root.classList.add("scripted");
  if (kept.get("theme")) root.dataset.theme = kept.get("theme");
  // The token of the address is in a cookie by now: it need not stay where it is seen.
  const address = new URL(location.href);
  if (address.searchParams.has("token")) {
    address.searchParams.delete("token");
    history.replaceState(null, "", address);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const one = (selector) => document.querySelector(selector);
    const all = (selector) => [...document.querySelectorAll(selector)];
    const box = one("#q");
    const help = one("#help");

    // Light and dark.
    one("#theme").addEventListener("click", () => {
      const dark = root.dataset.theme
        ? root.dataset.theme === "dark"
        : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      kept.set("theme", root.dataset.theme);
    });

    // Facets are closed where they stand above the hits.
    const facets = one(".facets details");
    if (facets && matchMedia("(max-width: 46rem)").matches && !one(".facets .chosen")) facets.open = false;

    // Suggestions: only the newest answer counts, and none while an input method composes.
    let asked = 0;
    let composing = false;
    const suggest = async () => {
      const number = ++asked;
      const typed = box.value.trim();
      if (composing || !typed || typed.length > 30) return;
      await new Promise((done) => setTimeout(done, 150));
      if (number !== asked || composing) return;
      try {
        const answer = await fetch(`${box.dataset.suggest}?q=${encodeURIComponent(typed)}`);
        if (!answer.ok || number !== asked) return;
        const { suggestions } = await answer.json();
        if (number !== asked) return;
        one("#suggested").replaceChildren(...suggestions.map(({ query }) => {
          const option = document.createElement("option");
          option.value = query;
          return option;
        }));
      } catch { /* suggestions are no more than that */ }
    };
    if (box) {
      box.addEventListener("compositionstart", () => { composing = true; });
      box.addEventListener("compositionend", () => { composing = false; suggest(); });
      box.addEventListener("input", suggest);
      box.addEventListener("keydown", (event) => {
        // Enter confirms what an input method offers.
        if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.preventDefault();
      });
    }

    // From hit to hit: in a document its marks, in an answer its hits.
    const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const show = (element) => element.scrollIntoView({ block: "center", behavior: reduced ? "auto" : "smooth" });
    const marks = all("mark[id]");
    const hits = all(".hit");
    let at = -1;
    const count = one("#hit-at");
    const total = count ? count.textContent : "";
    const place = (elements, step, edge) => {
      if (!elements.length || at + step < 0 || at + step >= elements.length) {
        if (edge && edge.dataset.part) location.href = edge.dataset.part;
        return;
      }
      elements[at]?.classList.remove("here");
      at += step;
      const here = elements[at];
      here.classList.add("here");
      show(here);
      if (count) count.textContent = `${here.dataset.h} / ${total}`;
      here.querySelector("h2 a")?.focus({ preventScroll: true });
    };
    const target = location.hash && document.getElementById(location.hash.slice(1));
    const began = target ? marks.findIndex((mark) => mark === target || target.contains(mark)) : -1;
    if (began >= 0) {
      at = began - 1;
      place(marks, 1);
    }
    const next = () => place(marks.length || count ? marks : hits, 1, one("#hit-behind"));
    const previous = () => place(marks.length || count ? marks : hits, -1, one("#hit-before"));
    one("#hit-behind")?.addEventListener("click", (event) => { event.preventDefault(); next(); });
    one("#hit-before")?.addEventListener("click", (event) => { event.preventDefault(); previous(); });

    // What an edit is: on hover, on a click, by key.
    const foot = one("#foot");
    const edits = all(".readable [data-e], .text.raw [data-e]");
    let edit = -1;
    const explain = (element) => {
      const row = element && document.getElementById(`e${element.dataset.e}`);
      all("[data-e].here").forEach((other) => other.classList.remove("here"));
      if (!row) { foot.textContent = ""; return; }
      const [kind, where, was, now, sure] = [...row.cells].map((cell) => cell.textContent);
      foot.textContent = `${kind} · ${where} · ${was} → ${now} · ${sure}`;
      all(`[data-e="${element.dataset.e}"]`).forEach((other) => other.classList.add("here"));
    };
    if (foot) {
      const text = one(".text");
      text.addEventListener("mouseover", (event) => {
        const element = event.target.closest("[data-e]");
        if (element) explain(element);
      });
      text.addEventListener("click", (event) => explain(event.target.closest("[data-e]")));
    }
    const turn = (step) => {
      if (!edits.length) return;
      edit = Math.min(Math.max(edit + step, 0), edits.length - 1);
      explain(edits[edit]);
      show(edits[edit]);
    };

    // Keys; they can be switched off, and none counts while one types or composes.
    const uses = one("#use-keys");
    uses.checked = kept.get("keys") !== "off";
    uses.addEventListener("change", () => kept.set("keys", uses.checked ? "on" : "off"));
    one("#keys").addEventListener("click", () => help.showModal());
    const view = () => {
      const views = all(".views a");
      const current = views.findIndex((link) => link.hasAttribute("aria-current"));
      if (views.length) location.href = views[(current + 1) % views.length].href;
    };
    const keys = {
      "/": () => { box.focus(); box.select(); },
      "?": () => help.showModal(),
      j: next, n: next, k: previous, p: previous,
      e: () => turn(1), E: () => turn(-1), v: view,
      Escape: () => foot && explain(null),
    };
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input, textarea, select, dialog");
      if (typing || event.isComposing || event.keyCode === 229) return;
      if (event.ctrlKey || event.metaKey || event.altKey || !uses.checked || !keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });
  });
})();
