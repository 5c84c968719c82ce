"use strict";
(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const scroll = one(".scroll"), sheet = one(".sheet"), axis = one(".axis .lane"), card = one(".card");
  const links = one(".links"), tools = one(".tools"), seconds = Number(one(".processes").dataset.seconds);
  const WIDEST = 200000, BETWEEN_TICKS = 80;
  const STEPS = [1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 300, 600, 900, 1800, 3600, 7200, 18000, 36000];
  let zoom = 1, settling = 0;

  // The axis

  function step(wanted) {
    if (wanted > 1) return STEPS.find((step) => step >= wanted) || STEPS[STEPS.length - 1];
    const power = 10 ** Math.floor(Math.log10(wanted));
    return power * ([1, 2, 5].find((digit) => digit * power >= wanted) || 10);
  }

  function moment(at, step) {
    if (step >= 60) return `${at / 60} min`;
    return `${at.toFixed(step < 1 ? Math.min(3, Math.ceil(-Math.log10(step) - 1e-9)) : 0)} s`;
  }

  function tick() {
    const width = axis.clientWidth, every = Math.max(0.001, step(seconds * BETWEEN_TICKS / width));
    sheet.style.setProperty("--tick", `${every / seconds * width}px`);
    const labels = [];
    for (let number = 0; number * every <= seconds; number += 1) {
      const label = document.createElement("i");
      label.style.setProperty("--at", `${number * every / seconds * width}px`);
      // One that would be cut off is left out.
      if ((1 - number * every / seconds) * width > BETWEEN_TICKS / 2) label.textContent = moment(number * every, every);
      labels.push(label);
    }
    axis.replaceChildren(...labels);
  }

  // Zoom: what is in the middle, or under the pointer, stays there

  function zoomTo(wanted, x = scroll.clientWidth / 2) {
    const before = axis.clientWidth, left = axis.offsetLeft;
    const at = (scroll.scrollLeft + x - left) / before;
    const widest = Math.max(1, WIDEST / (before / zoom));
    zoom = Math.min(widest, Math.max(1, wanted));
    sheet.style.setProperty("--zoom", zoom);
    scroll.scrollLeft = at * axis.clientWidth + left - x;
    tools.querySelector("output").value = `${zoom < 10 ? Number(zoom.toFixed(1)) : Math.round(zoom)}×`;
    tick();
    hide();
  }

  // What is pointed at, or has the focus

  function show(bar) {
    const row = bar.closest(".row"), about = row && row.dataset.about;
    const lines = bar.dataset.text.split("\n").concat(about ? about.split("\n") : []);
    card.replaceChildren(...lines.map((line) => {
      const paragraph = document.createElement("p");
      paragraph.textContent = line;
      return paragraph;
    }));
    card.hidden = false;
    const place = bar.getBoundingClientRect(), shown = scroll.getBoundingClientRect();
    const left = Math.max(place.left, shown.left), below = place.bottom + 10;
    card.style.left = `${Math.max(8, Math.min(left, innerWidth - card.offsetWidth - 8))}px`;
    card.style.top = `${below + card.offsetHeight < innerHeight ? below : Math.max(8, place.top - card.offsetHeight - 10)}px`;
    if (row) connect(row);
  }

  function hide() {
    card.hidden = true;
    links.replaceChildren();
    all(".needed").forEach((row) => row.classList.remove("needed"));
  }

  // Lines from the end of what a fixture needed to its own begin

  function connect(row) {
    const first = one(".bar:not(.remove):not(.turn)", row) || one(".bar", row);
    links.replaceChildren();
    for (const id of (row.dataset.needs || "").split(" ").filter(Boolean)) {
      const needed = document.getElementById(id), last = needed && all(".bar:not(.remove):not(.turn)", needed).pop();
      if (!needed) continue;
      needed.classList.add("needed");
      if (last && first && last.checkVisibility()) draw(last.getBoundingClientRect(), first.getBoundingClientRect());
    }
  }

  function draw(from, to) {
    const origin = sheet.getBoundingClientRect();
    const x1 = from.right - origin.left, y1 = from.top + from.height / 2 - origin.top;
    const x2 = to.left - origin.left, y2 = to.top + to.height / 2 - origin.top;
    const path = document.createElementNS(links.namespaceURI, "path");
    path.setAttribute("d", `M${x1},${y1} C${x1 + 14},${y1} ${x2 - 14},${y2} ${x2},${y2}`);
    const end = document.createElementNS(links.namespaceURI, "circle");
    for (const [name, value] of [["cx", x1], ["cy", y1], ["r", 3]]) end.setAttribute(name, value);
    links.append(path, end);
  }

  function pointed(event) {
    // The outline of a folded test has no text.
    const bar = event.target.closest && event.target.closest(".lane .bar[data-text]");
    if (bar) {
      hide();
      show(bar);
    } else if (event.type === "pointerover") hide();
  }

  // Arrow keys walk over bars; the tab key enters them once

  const walked = all(".row .bar[tabindex]");
  let entry = walked[0];
  walked.forEach((bar) => {
    bar.setAttribute("aria-label", bar.title.replaceAll("\n", ". "));
    bar.tabIndex = bar === entry ? 0 : -1;
  });
  all(".bar[title]").forEach((bar) => {
    // The card says it in place of the browser.
    bar.dataset.text = bar.title;
    bar.removeAttribute("title");
  });

  function enterAt(bar) {
    entry.tabIndex = -1;
    entry = bar;
    entry.tabIndex = 0;
  }

  // One that is folded away, or left out by the filter, cannot have the focus, and so leads to no other one.
  function enterAtShown() {
    if (!entry || entry.checkVisibility()) return;
    const shown = walked.find((bar) => bar.checkVisibility());
    if (shown) enterAt(shown);
  }

  function inOtherRow(bar, direction) {
    const row = bar.closest(".row");
    let at = walked.indexOf(bar);
    do at += direction; while (walked[at] && (row.contains(walked[at]) || !walked[at].checkVisibility()));
    return walked[at] && one(".bar[tabindex]", walked[at].closest(".row"));
  }

  function inRow(bar, direction) {
    const other = walked[walked.indexOf(bar) + direction];
    return other && bar.closest(".row").contains(other) ? other : undefined;
  }

  function walk(event) {
    const bar = event.target.closest(".bar[tabindex]");
    const find = { ArrowRight: [inRow, 1], ArrowLeft: [inRow, -1], ArrowDown: [inOtherRow, 1], ArrowUp: [inOtherRow, -1] };
    if (event.key === "Escape") hide();
    if (!bar || !find[event.key]) return;
    event.preventDefault();
    const [where, direction] = find[event.key], found = where(bar, direction);
    if (!found) return;
    enterAt(found);
    entry.focus();
    entry.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function filter() {
    const wanted = tools.elements.filter.value.toLowerCase();
    for (const group of all(".group")) {
      const isTest = group.dataset.title.toLowerCase().includes(wanted);
      let found = false;
      for (const row of all(".row", group)) {
        row.hidden = !isTest && !row.dataset.title.toLowerCase().includes(wanted);
        found = found || !row.hidden;
      }
      group.hidden = !found;
    }
    enterAtShown();
    hide();
  }

  function unfold() {
    const button = tools.elements.unfold, groups = all(".group"), open = groups.some((group) => !group.open);
    groups.forEach((group) => { group.open = open; });
    told();
    button.focus();
  }

  function told() {
    const open = all(".group").every((group) => group.open);
    tools.elements.unfold.textContent = open ? "Fold all" : "Unfold all";
    tools.elements.unfold.setAttribute("aria-pressed", open);
  }

  // Groups that are folded at once have an event each: what is to be done is done once, after the last one.
  function toggled() {
    clearTimeout(settling);
    settling = setTimeout(() => {
      enterAtShown();
      told();
    });
  }

  tools.hidden = false;
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.elements.filter.addEventListener("input", filter);
  tools.elements.unfold.addEventListener("click", unfold);
  tools.elements.in.addEventListener("click", () => zoomTo(zoom * 2));
  tools.elements.out.addEventListener("click", () => zoomTo(zoom / 2));
  tools.elements.fit.addEventListener("click", () => zoomTo(1));
  scroll.addEventListener("pointerover", pointed);
  scroll.addEventListener("pointerleave", hide);
  scroll.addEventListener("focusin", pointed);
  scroll.addEventListener("focusout", hide);
  scroll.addEventListener("keydown", walk);
  scroll.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoomTo(zoom * (event.deltaY < 0 ? 1.25 : 0.8), event.clientX - scroll.getBoundingClientRect().left);
  }, { passive: false });
  addEventListener("resize", tick);
  all(".group").forEach((group) => group.addEventListener("toggle", toggled));
  enterAtShown();
  told();
  tick();
})();
