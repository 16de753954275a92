// What the pages do beyond HTML: the bar applies on change, keys, and htmx's failures say so.
(() => {
  "use strict";
  document.addEventListener("change", (event) => {
    const form = event.target.closest && event.target.closest("#scope");
    if (form && event.target.tagName === "SELECT") form.requestSubmit();
  });

  const typing = (target) => target.closest("input, select, textarea, [contenteditable]");
  const rows = () => [...document.querySelectorAll("main tbody a")];
  let second = false;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (localStorage.getItem("guildhall-keys") === "off") return;
    const menu = { y: 0, s: 1, m: 2, d: 3 };
    if (second && event.key in menu) {
      const link = document.querySelectorAll("#nav a")[menu[event.key]];
      if (link) link.click();
    } else if (event.key === "/") {
      const find = document.getElementById("q");
      if (find) { event.preventDefault(); find.focus(); }
    } else if (event.key === "j" || event.key === "k") {
      const all = rows(), at = all.indexOf(document.activeElement);
      const next = all[at + (event.key === "j" ? 1 : -1)];
      if (next) next.focus();
    } else if (event.key === "u") {
      const up = document.querySelectorAll(".crumbs a");
      if (up.length) up[up.length - 1].click();
    } else if (event.key === "[" || event.key === "]") {
      const link = document.querySelector(event.key === "[" ? "[rel=prev]" : "[rel=next]");
      if (link) link.click();
    } else if (event.key === "t") {
      const known = document.querySelector("#scope [name=as_of]");
      if (known) { event.preventDefault(); known.focus(); }
    } else if (event.key === "p") {
      window.print();
    }
    second = event.key === "g";
  });

  for (const name of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(name, (event) => {
      // The page itself says what is wrong, in its own words.
      window.location.assign(event.detail.pathInfo.requestPath);
    });
  }
})();
