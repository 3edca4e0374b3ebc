"use strict";
// The matrix is in the HTML, that of a large report in the page's data. This script
// draws and filters it, puts the filters into the address, opens the compressed cases
// and handles the keyboard.
(() => {
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const form = $("#filters");
  const dialog = $("#case");
  const body = $("#case-body");
  const keys = $("#keys");
  if (!form) return; // a report without results

  // Rows are read once, because reading their text from the DOM is slow. A large
  // report has them as data, and a section's rows are drawn when it is opened.
  const table = $(".matrix");
  const agents = $$("thead th.agent", table).map((th) => th.dataset.agent);
  const data = $("#matrix-data") && JSON.parse($("#matrix-data").textContent);
  const sections = $$("tbody.section", table).map((head, at) => {
    const cases = head.nextElementSibling;
    return {
      head, cases,
      name: head.dataset.section,
      toggle: $(".toggle", head),
      drawn: !data,
      rows: data ? data.sections[at].map(rowOfData) : [...cases.rows].map(rowOfElement),
    };
  });

  function rowOfElement(row) {
    const tds = [...row.cells].slice(3);
    return {
      row, tds,
      level: row.dataset.level,
      clauses: row.dataset.clauses.split(" "),
      text: (row.cells[0].textContent + " " + row.cells[1].textContent).toLowerCase(),
      cells: tds.map((td) => {
        const anchor = $("a", td);
        return anchor && { key: keyOf(anchor), anchor, block: anchor.dataset.block, verdict: td.classList[0], baseline: td.dataset.baseline || "" };
      }),
    };
  }

  function rowOfData(row) {
    let blocks = 0;
    return {
      row: null, id: row.id, title: row.title,
      level: row.level,
      clauses: row.clauses.map((i) => data.clauses[i]),
      text: (row.id + " " + row.title).toLowerCase(),
      cells: row.cells.map((n, i) => {
        if (!n) return null;
        const kind = data.kinds[n - 1];
        return { key: agents[i] + "~" + row.id, anchor: null, block: String(row.blocks[blocks++]), verdict: kind.verdict, baseline: kind.baseline, kind };
      }),
    };
  }

  // draw makes the rows of a section, as matrix.html does.
  function draw(s) {
    if (s.drawn) return;
    s.drawn = true;
    const make = (name, text, members) => {
      const element = Object.assign(document.createElement(name), members);
      if (text) element.textContent = text;
      return element;
    };
    const part = document.createDocumentFragment();
    for (const r of s.rows) {
      r.row = make("tr");
      r.row.append(make("th", r.id, { scope: "row" }), make("td", r.title), make("td", r.level, { className: "level" }));
      r.tds = r.cells.map((cell) => {
        if (!cell) return make("td", "–", { className: "none" });
        const td = make("td", "", { className: cell.verdict });
        cell.anchor = make("a", cell.kind.word, { className: "case", href: "#" + new URLSearchParams({ case: cell.key }), title: [cell.kind.word, ...cell.kind.notes].join(", ") });
        for (const note of cell.kind.notes) cell.anchor.append(" ", make("i", note));
        td.append(cell.anchor);
        return td;
      });
      r.row.append(...r.tds);
      part.append(r.row);
    }
    s.cases.append(part);
  }

  const links = new Map();
  for (const s of sections) {
    for (const r of s.rows) {
      for (const cell of r.cells) {
        if (!cell) continue;
        links.set(cell.key, { s, r, cell });
      }
    }
  }
  const findings = $$(".finding").map((item) => {
    const key = keyOf($("a.open", item));
    return { item, group: item.parentElement, text: ($("summary", item) || item).textContent.toLowerCase(), ...links.get(key) };
  });
  for (const f of findings) {
    f.r.text += " " + f.text; // the search also finds cases by the text of their findings
    // Without this script the address of a case leads to its finding. With it, it
    // opens the case, and the browser must not scroll.
    f.item.removeAttribute("id");
  }

  function keyOf(anchor) {
    return new URLSearchParams(anchor.hash.slice(1)).get("case");
  }

  // A fragment with "=" in it is a state. Any other fragment is an id in the page
  // and does not change the state.
  const names = ["text", "section", "level", "agent", "clause", "baseline"];

  function read(fragment) {
    const state = {};
    const params = new URLSearchParams(fragment.slice(1));
    for (const name of names) state[name] = params.get(name) || "";
    state.verdict = (params.get("verdict") || "").split(",").filter(Boolean);
    state.case = params.get("case") || "";
    return state;
  }

  function address(state) {
    const params = new URLSearchParams();
    for (const name of names) if (state[name]) params.set(name, state[name]);
    if (state.verdict.length) params.set("verdict", state.verdict.join(","));
    if (state.case) params.set("case", state.case);
    return "#" + params.toString();
  }

  let state = read(location.hash);
  let columns = agents.map(() => true); // which peers are shown

  // go shows another state. If keep is set, the browser's back button returns to
  // the state before.
  function go(next, keep) {
    const fragment = address(next);
    if (fragment === address(state)) return;
    state = next;
    apply();
    if (keep) location.hash = fragment;
    else location.replace(fragment);
  }

  function change(members, keep) {
    go({ ...state, ...members }, keep);
  }

  function filtering() {
    return state.verdict.length > 0 || names.some((name) => state[name]);
  }

  // apply shows the state: the rows that match, and of several peers those that have
  // a match.
  function apply() {
    const wanted = new Set(state.verdict);
    const text = state.text.toLowerCase();
    const only = agents.indexOf(state.agent);
    const narrowed = wanted.size > 0 || names.some((name) => name !== "agent" && state[name]);
    const hits = agents.map(() => false);
    let shown = 0;
    for (const s of sections) {
      s.any = 0;
      for (const r of s.rows) {
        r.match = false;
        if ((state.section && state.section !== s.name) || (state.level && state.level !== r.level) ||
          (state.clause && !r.clauses.includes(state.clause)) || (text && !r.text.includes(text))) continue;
        r.cells.forEach((cell, i) => {
          if (!cell || (only >= 0 && only !== i) || (wanted.size && !wanted.has(cell.verdict)) ||
            (state.baseline && state.baseline !== cell.baseline)) return;
          r.match = hits[i] = true;
        });
        if (r.match) s.any++;
      }
      shown += s.any;
    }
    // A peer without a match has no column, unless nothing matches at all.
    columns = agents.map((_, i) => only >= 0 ? only === i : !narrowed || shown === 0 || hits[i]);
    const heads = $$("thead tr, tbody.section tr", table);
    for (const row of heads) {
      const first = row.cells.length - agents.length;
      columns.forEach((on, i) => row.cells[first + i].classList.toggle("off", !on));
    }
    for (const s of sections) {
      s.head.classList.toggle("off", s.any === 0);
      s.cases.classList.toggle("off", s.any === 0);
      // A section shows its cases that match the filters, if there are any filters
      // besides the peer.
      setOpen(s, narrowed ? s.any > 0 : s.byHand);
    }
    const left = new Map();
    for (const f of findings) {
      const match = (!state.agent || f.cell === f.r.cells[only]) &&
        (!state.section || state.section === f.s.name) &&
        (!state.level || state.level === f.r.level) &&
        (!state.clause || f.r.clauses.includes(state.clause)) &&
        (!wanted.size || wanted.has(f.cell.verdict)) &&
        (!state.baseline || state.baseline === f.cell.baseline) &&
        (!text || f.text.includes(text));
      f.item.classList.toggle("off", !match);
      if (match) left.set(f.group, (left.get(f.group) || 0) + 1);
    }
    for (const group of new Set(findings.map((f) => f.group))) {
      const n = left.get(group) || 0;
      group.classList.toggle("off", n === 0);
      $(".amount", group).textContent = n === 1 ? "1 case" : n + " cases";
    }
    for (const finder of $$(".finder")) {
      finder.classList.toggle("off", !$(".group:not(.off)", finder));
    }
    if (findings.length) $("#findings").classList.toggle("off", left.size === 0);
    $(".nothing").hidden = shown > 0;
    $("#shown").textContent = filtering() ? (shown === 1 ? "1 case" : shown + " cases") + (state.clause ? " for " + state.clause : "") : "";
    if (form.text.value.trim() !== state.text.trim()) form.text.value = state.text; // not while the reader types
    form.section.value = state.section;
    form.level.value = state.level;
    if (form.agent) form.agent.value = state.agent;
    if (form.baseline) form.baseline.value = state.baseline;
    for (const box of $$("input[name=verdict]", form)) box.checked = wanted.has(box.value);
    showCase();
  }

  function setOpen(s, open) {
    if (open) {
      draw(s);
      const shown = columns.join();
      for (const r of s.rows) {
        r.row.classList.toggle("off", !r.match);
        if (r.columns !== shown) r.tds.forEach((td, i) => td.classList.toggle("off", !columns[i]));
        r.columns = shown;
      }
    }
    s.cases.classList.toggle("open", !!open);
    s.toggle.setAttribute("aria-expanded", String(!!open));
  }

  // The compressed cases. Each block is raw DEFLATE in base64 and holds the
  // cases of one peer, about 190 KB of HTML. The latest few stay in memory.
  const blocks = new Map();

  function block(n) {
    let opened = blocks.get(n);
    if (!opened) {
      opened = inflate($("#block-" + n).textContent);
      blocks.set(n, opened);
      if (blocks.size > 8) blocks.delete(blocks.keys().next().value);
    }
    return opened;
  }

  async function inflate(base64) {
    if (!window.DecompressionStream) throw new Error("this browser is too old to open the compressed transcripts");
    const octets = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const stream = new Blob([octets]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const html = await new Response(stream).text();
    // A separate document: nothing in it runs or loads.
    return new DOMParser().parseFromString(html, "text/html");
  }

  // The charts of a large report are drawn when the page has nothing else to do.
  async function charts() {
    const opened = await inflate($("#block-charts").textContent);
    $("#plots").replaceChildren(...document.importNode(opened.body, true).children);
  }
  if ($("#block-charts")) {
    const later = window.requestIdleCallback || setTimeout;
    window.addEventListener("load", () => later(() => charts().catch((err) => { $("#plots").textContent = "Cannot be shown: " + err.message; })));
  }

  let showing = "";

  async function showCase() {
    const key = state.case;
    if (!key) {
      if (dialog.open) dialog.close();
      showing = "";
      return;
    }
    if (key === showing && dialog.open) return;
    showing = key;
    const link = links.get(key);
    let content;
    try {
      if (!link) throw new Error("this report has no case " + key.replaceAll("~", " "));
      content = (await block(link.cell.block)).getElementById(key);
      if (!content) throw new Error("the case is missing in its block");
      content = document.importNode(content, true);
    } catch (err) {
      content = document.createElement("p");
      content.textContent = "Cannot be shown: " + err.message + ". The file report.json has the transcript.";
    }
    if (showing !== key) return; // another case was opened in the meantime
    content.removeAttribute("id");
    body.replaceChildren(content);
    const heading = $("h2", body);
    dialog.setAttribute("aria-label", heading ? "Case " + heading.textContent : "Case");
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    body.focus({ preventScroll: true });
  }

  // However the dialog is closed, the case is removed from the address.
  dialog.addEventListener("close", () => {
    const anchor = links.get(showing)?.cell.anchor;
    if (state.case) change({ case: "" });
    if (anchor && anchor.offsetParent) anchor.focus({ preventScroll: true });
  });
  for (const d of [dialog, keys]) {
    d.addEventListener("click", (event) => { if (event.target === d) d.close(); });
  }

  // visibleCases are the cases to step through, in the order of the page.
  function visibleCases() {
    const open = sections.some((s) => s.any && s.cases.classList.contains("open"));
    const all = [];
    for (const s of sections) {
      if (open && !s.cases.classList.contains("open")) continue;
      for (const r of s.rows) if (r.match) all.push(...r.cells.filter((cell, i) => cell && columns[i]));
    }
    return all;
  }

  function step(by) {
    const list = visibleCases();
    if (!list.length) return;
    const from = dialog.open ? links.get(state.case)?.cell : list.find((cell) => cell.anchor && cell.anchor === document.activeElement);
    const at = list.indexOf(from);
    const to = list[at < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(Math.max(at + by, 0), list.length - 1)];
    if (dialog.open) return change({ case: to.key });
    const { s } = links.get(to.key);
    if (!s.cases.classList.contains("open")) { s.byHand = true; setOpen(s, true); }
    to.anchor.focus();
    to.anchor.scrollIntoView({ block: "nearest" });
  }

  async function copy(text, button) {
    let done = false;
    try {
      await navigator.clipboard.writeText(text);
      done = true;
    } catch {
      // Without permission, or with a page from disk, use the older API.
      const area = document.createElement("textarea");
      area.value = text;
      (dialog.open ? dialog : document.body).append(area);
      area.select();
      done = document.execCommand("copy");
      area.remove();
    }
    const before = button.textContent;
    button.textContent = done ? "Copied" : "Not allowed";
    setTimeout(() => { button.textContent = before; }, 1500);
  }

  // The Go test of a case is its own source and the parts of the code that it shares
  // with others.
  async function sourceOf(test) {
    const tests = await block("gotests");
    const own = tests.getElementById(test);
    const parts = tests.getElementById("code-" + own.dataset.code).dataset.parts.split(" ");
    return own.textContent + parts.map((n) => tests.getElementById("part-" + n).textContent).join("");
  }

  async function gotest(button) {
    await copy(await sourceOf(button.dataset.test), button);
  }

  async function savetest(button) {
    const url = URL.createObjectURL(new Blob([await sourceOf(button.dataset.test)], { type: "text/plain" }));
    const name = button.dataset.test.replace(/[^0-9A-Za-z]+/g, "_") + "_test.go";
    Object.assign(document.createElement("a"), { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  }

  const actions = {
    gotest,
    savetest,
    copy: (button) => copy($("code", button.parentElement).textContent, button),
    copyLink: (button) => copy(location.href, button),
    close: () => dialog.close(),
    previous: () => step(-1),
    next: () => step(1),
    clear: () => go(read("#")),
    expand: toggleAll,
  };

  function toggleAll() {
    const open = !sections.every((s) => s.byHand);
    for (const s of sections) { s.byHand = open; setOpen(s, open); }
    $("[data-do=expand]").textContent = open ? "Close all" : "Open all";
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button && actions[button.dataset.do]) return actions[button.dataset.do](button);
    if (button && button.classList.contains("toggle")) {
      const s = sections.find((s) => s.toggle === button);
      s.byHand = !s.cases.classList.contains("open");
      setOpen(s, s.byHand);
      return;
    }
    const anchor = event.target.closest("a[href^='#']");
    if (!anchor || !anchor.hash.includes("=") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const key = keyOf(anchor);
    if (key) return change({ case: key }, true);
    // Any other link with a state replaces the current state.
    go(read(anchor.hash), true);
    $("#matrix").scrollIntoView();
  });

  form.addEventListener("input", () => change({
    text: form.text.value.trim() ? form.text.value : "",
    section: form.section.value,
    level: form.level.value,
    agent: form.agent ? form.agent.value : "",
    baseline: form.baseline ? form.baseline.value : "",
    verdict: $$("input[name=verdict]:checked", form).map((box) => box.value),
  }));
  form.addEventListener("reset", (event) => { event.preventDefault(); go(read("#")); });
  form.addEventListener("submit", (event) => event.preventDefault());

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
    const typing = event.target.matches("input[type=search], select, textarea");
    if (event.key === "Escape") {
      if (dialog.open) return; // the dialog closes itself
      if (typing) event.target.blur();
      if (filtering()) go(read("#"));
      return;
    }
    if (typing) return;
    switch (event.key) {
      case "/": if (!dialog.open) { event.preventDefault(); form.text.focus(); } break;
      case "j": step(1); break;
      case "k": step(-1); break;
      case "f": if (!dialog.open) change({ verdict: state.verdict.length ? [] : ["fail", "error"] }); break;
      case "e": if (!dialog.open) toggleAll(); break;
      case "?": keys.showModal(); break;
    }
  });

  window.addEventListener("hashchange", () => {
    if (location.hash.length > 1 && !location.hash.includes("=")) return;
    const now = read(location.hash);
    if (address(now) === address(state)) return; // this script did it
    state = now;
    apply();
  });
  apply();
})();
