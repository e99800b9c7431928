// The console's script: an addition. Every page works without it. It keeps pages fresh, adds keys, and never loses what
// somebody is typing. It makes no element out of text.
"use strict";

(() => {
  const EVERY_MS = 5000;
  const SLOWER_MS = 60000;
  const body = document.body;

  // What was typed into a form that sends something, and not sent. A form that was refused holds such text as well.
  const changed = (control) => {
    if (control.tagName === "SELECT") {
      const initial = [...control.options].findIndex((option) => option.defaultSelected);
      return control.selectedIndex !== Math.max(0, initial);
    }
    return /^(text|search|textarea|password)$/.test(control.type) && control.value !== control.defaultValue;
  };
  const typed = (within) =>
    [...within.querySelectorAll("form[method=post]")].some(
      (form) => "kept" in form.dataset || [...form.elements].some(changed),
    );

  let sending = false;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    // The same form is not sent twice by a second click; the key in it would make the second one nothing anyway.
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    sending = true;
  });
  window.addEventListener("pageshow", () => {
    sending = false;
    for (const form of document.forms) delete form.dataset.sent;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!sending && typed(document)) event.preventDefault();
  });

  // Liveness: asks whether there is something newer, and then puts the new parts of the same page in the place of the
  // old ones. A part in which somebody types, or has opened something, stays as it is, and a line says so.
  const address = body.dataset.live;
  const status = document.getElementById("news");
  let known = null;
  let wait = EVERY_MS;

  const busy = (part) => {
    const active = document.activeElement;
    return typed(part) || (part.contains(active) && active.matches("input, select, textarea, summary, button"));
  };
  const again = () => location.assign(location.href.split("#")[0]);

  // Puts a newer part in the place of an old one: what was opened stays open, and the link that has the focus keeps it.
  const exchange = (part, newer) => {
    const open = [...part.querySelectorAll("details")].map((one) => one.open);
    const active = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    [...newer.querySelectorAll("details")].forEach((one, at) => {
      if (at < open.length) one.open = open[at];
    });
    part.replaceWith(newer);
    const link = active && [...newer.querySelectorAll("a")].find((one) => one.getAttribute("href") === active);
    if (link) link.focus({ preventScroll: true });
  };

  const refresh = async () => {
    const answer = await fetch(location.href, { headers: { accept: "text/html" }, credentials: "same-origin" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const parts = [...document.querySelectorAll("[data-live][id]")];
    const newer = [...fresh.querySelectorAll("[data-live][id]")];
    let left = false;
    // A part that was not there before goes before the next one that is.
    newer.forEach((part, at) => {
      if (document.getElementById(part.id)) return;
      const next = newer.slice(at + 1).map((one) => document.getElementById(one.id)).find((one) => one);
      if (next) next.before(part);
      left = left || typed(document);
    });
    for (const part of parts) {
      const fit = newer.find((one) => one.id === part.id);
      if (!fit || fit.isEqualNode(part)) continue;
      if (busy(part)) left = true;
      else exchange(part, fit);
    }
    if (status) status.hidden = !left;
  };
  if (status) status.querySelector("[data-reload]").addEventListener("click", again);

  const ask = async () => {
    if (!document.hidden) {
      try {
        const answer = await fetch(address + location.search, { headers: { accept: "application/json" }, credentials: "same-origin" });
        if (answer.status === 401 || answer.status === 403) return;
        const now = answer.ok ? await answer.text() : known;
        wait = answer.ok ? EVERY_MS : Math.min(wait * 2, SLOWER_MS);
        if (known !== null && now !== known) await refresh();
        known = now;
      } catch {
        wait = Math.min(wait * 2, SLOWER_MS);
      }
    }
    setTimeout(ask, wait);
  };
  if (address) ask();

  // Keys. None works while somebody types, and none does anything that a link or button on the page does not.
  const rows = () => [...document.querySelectorAll("[data-row] a.open, .contents a")];
  const step = (by) => {
    const all = rows();
    if (all.length === 0) return;
    const at = all.indexOf(document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
    all[next].focus();
  };
  const press = (key) => {
    const button = document.querySelector(`button[data-key="${key}"]`);
    if (button) button.click();
  };
  const help = document.getElementById("keys");
  const on = document.getElementById("keys-on");
  if (on) {
    on.checked = localStorage.getItem("keys") !== "off";
    on.addEventListener("change", () => localStorage.setItem("keys", on.checked ? "on" : "off"));
  }
  let last = "";

  document.addEventListener("keydown", (event) => {
    if (on && !on.checked && event.key !== "?") return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, select, textarea, dialog[open]")) return;
    const both = last === "g" ? "g" + event.key : event.key;
    last = event.key;
    if (both === "j") step(1);
    else if (both === "k") step(-1);
    else if (both === "c") press("c");
    else if (both === "gq") location.assign("/console");
    else if (both === "/" && document.getElementById("find")) document.getElementById("find").focus();
    else if (both === "?" && help) help.showModal();
    else return;
    event.preventDefault();
  });
})();
