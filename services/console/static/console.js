// What the pages do beyond HTML: the bar applies on change, keys, and htmx's failures say so.
(() => {
  "use strict";
  document.addEventListener("change", (event) => {
    const form = event.target.closest && event.target.closest("#scope");
    if (form && event.target.tagName === "SELECT") form.requestSubmit();
  });

  const typing = (target) => target.closest("input, select, textarea, [contenteditable]");
  const rows = () => [...document.querySelectorAll("main tbody a")];
  const press = (selector) => {
    const link = document.querySelector(selector);
    if (link) link.click();
  };
  const focus = (event, selector) => {
    const field = document.querySelector(selector);
    if (field) { event.preventDefault(); field.focus(); }
  };
  // The pages of the menu by their address: groups differ by role, addresses do not.
  const PAGES = {
    y: /^\/[^/]+\/[0-9][^/]*$/, s: /\/figures$/, m: /\/rolls$/, d: /\/findings$/, r: /\/report$/,
    b: /\/office\/queue$/,
  };
  const go = (key) => {
    const link = [...document.querySelectorAll("#nav a")].find((each) => PAGES[key].test(each.pathname));
    if (link) link.click();
  };
  const move = (by) => {
    const all = rows(), next = all[all.indexOf(document.activeElement) + by];
    if (next) next.focus();
  };
  const compare = (event) => {
    const field = document.querySelector("#scope [name=compare]");
    if (!field) return;
    if (!field.value) { focus(event, "#scope [name=compare]"); return; }
    field.value = "";
    field.form.requestSubmit();
  };
  const KEYS = {
    "/": (event) => focus(event, "#q"),
    j: () => move(1),
    k: () => move(-1),
    u: () => press(".crumbs li:nth-last-child(2) a, .crumbs li:last-child a"),
    "[": () => press("[rel=prev]"),
    "]": () => press("[rel=next]"),
    t: (event) => focus(event, "#scope [name=as_of]"),
    c: compare,
    p: () => window.print(),
    "?": () => window.location.assign("/help/keys"),
  };
  const off = () => localStorage.getItem("guildhall-keys") === "off";
  let second = false;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || off()) return;
    if (second && event.key in PAGES) go(event.key);
    else if (Object.hasOwn(KEYS, event.key)) KEYS[event.key](event);
    second = event.key === "g";
  });

  const choice = document.getElementById("keys-on");
  if (choice) {
    choice.checked = !off();
    choice.addEventListener("change", () => {
      localStorage.setItem("guildhall-keys", choice.checked ? "on" : "off");
    });
  }

  for (const name of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(name, (event) => {
      // The page itself says what is wrong, in its own words.
      window.location.assign(event.detail.pathInfo.requestPath);
    });
  }
})();
