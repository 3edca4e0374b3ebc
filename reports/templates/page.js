"use strict";
// Everything the page is about is in its HTML already. This script filters it,
// keeps the filters in the address, opens the compressed cases and listens to
// the keyboard.
(() => {
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const form = $("#filters");
  const dialog = $("#case");
  const body = $("#case-body");
  const keys = $("#keys");
  if (!form) return; // a report without results

  // Rows are read once: asking the DOM for their text at every key is slow.
  const agents = $$(".matrix thead th.agent").map((th) => th.dataset.agent);
  const sections = $$("tbody.section").map((head) => {
    const cases = head.nextElementSibling;
    return {
      head, cases,
      name: head.dataset.section,
      toggle: $(".toggle", head),
      rows: [...cases.rows].map((row) => ({
        row,
        level: row.dataset.level,
        clauses: row.dataset.clauses.split(" "),
        text: (row.cells[0].textContent + " " + row.cells[1].textContent).toLowerCase(),
        cells: [...row.cells].slice(3),
      })),
    };
  });
  const findings = $$(".finding").map((item) => ({
    item,
    group: item.parentElement,
    agent: item.closest(".finder").dataset.agent,
    verdict: item.parentElement.dataset.verdict,
    level: item.dataset.level,
    section: item.dataset.section,
    clauses: item.dataset.clauses.split(" "),
    text: $("summary", item).textContent.toLowerCase(),
  }));
  // What a finding says is found in the matrix too, where it is not written.
  const said = new Map(findings.map((f) => [f.item.id, f.text]));
  const links = new Map($$("a.case").map((a) => ["case=" + keyOf(a), a]));
  for (const s of sections) {
    for (const r of s.rows) {
      for (const cell of r.cells) {
        const a = $("a", cell);
        if (a) r.text += " " + (said.get("case=" + keyOf(a)) || "");
      }
    }
  }

  // Without this script a case's address leads to its finding; with it, to the
  // whole case, and the browser is not to scroll away underneath.
  for (const f of findings) f.item.removeAttribute("id");

  function keyOf(link) {
    return new URLSearchParams(link.hash.slice(1)).get("case");
  }

  // The address. A fragment with "=" in it is a state; any other is a place on
  // the page and leaves the state alone.
  const names = ["text", "section", "level", "agent", "clause"];

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

  // go shows another state; a step back in the browser undoes it when keep is
  // set.
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

  // apply shows what the state says.
  function apply() {
    const wanted = new Set(state.verdict);
    const text = state.text.toLowerCase();
    const column = agents.indexOf(state.agent);
    const narrowed = wanted.size > 0 || names.some((name) => name !== "agent" && state[name]);
    let shown = 0;
    document.querySelectorAll(".matrix :is(thead, tbody.section) tr").forEach((row) => {
      const first = row.cells.length - agents.length;
      agents.forEach((_, i) => row.cells[first + i].classList.toggle("off", column >= 0 && column !== i));
    });
    for (const s of sections) {
      let any = 0;
      for (const r of s.rows) {
        let match = (!state.section || state.section === s.name) &&
          (!state.level || state.level === r.level) &&
          (!state.clause || r.clauses.includes(state.clause)) &&
          (!text || r.text.includes(text));
        let hit = false;
        r.cells.forEach((cell, i) => {
          const here = column < 0 || column === i;
          cell.classList.toggle("off", !here);
          if (here && cell.className !== "none" && (!wanted.size || wanted.has(cell.classList[0]))) hit = true;
        });
        match = match && hit;
        r.row.classList.toggle("off", !match);
        if (match) any++;
      }
      shown += any;
      s.head.classList.toggle("off", any === 0);
      s.cases.classList.toggle("off", any === 0);
      // A section shows what a filter leaves of it. The choice of a peer alone
      // leaves all of it.
      setOpen(s, narrowed ? any > 0 : s.byHand);
    }
    const left = new Map();
    for (const f of findings) {
      const match = (!state.agent || state.agent === f.agent) &&
        (!state.section || state.section === f.section) &&
        (!state.level || state.level === f.level) &&
        (!state.clause || f.clauses.includes(state.clause)) &&
        (!wanted.size || wanted.has(f.verdict)) &&
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
    if (form.text.value.trim() !== state.text.trim()) form.text.value = state.text; // not under the cursor
    form.section.value = state.section;
    form.level.value = state.level;
    if (form.agent) form.agent.value = state.agent;
    for (const box of $$("input[name=verdict]", form)) box.checked = wanted.has(box.value);
    showCase();
  }

  function setOpen(s, open) {
    s.cases.classList.toggle("open", !!open);
    s.toggle.setAttribute("aria-expanded", String(!!open));
  }

  // The compressed cases. Each block is raw DEFLATE in base64 and holds the
  // cases of one peer, about 190 KB of HTML; the latest few stay open.
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
    // A parsed document of its own: nothing in it runs or loads.
    return new DOMParser().parseFromString(html, "text/html");
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
    const link = links.get("case=" + key);
    let content;
    try {
      if (!link) throw new Error("this report has no case " + key.replaceAll("~", " "));
      content = (await block(link.dataset.block)).getElementById(key);
      if (!content) throw new Error("the case is not in its block");
      content = document.importNode(content, true);
    } catch (err) {
      content = document.createElement("p");
      content.textContent = "Cannot be shown: " + err.message + ". The file report.json has the transcript.";
    }
    if (showing !== key) return; // another case was opened meanwhile
    content.removeAttribute("id");
    body.replaceChildren(content);
    const heading = $("h2", body);
    dialog.setAttribute("aria-label", heading ? "Case " + heading.textContent : "Case");
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    body.focus({ preventScroll: true });
  }

  // Closing by any way the browser has ends in the address without the case.
  dialog.addEventListener("close", () => {
    const link = links.get("case=" + showing);
    if (state.case) change({ case: "" });
    if (link && link.offsetParent) link.focus({ preventScroll: true });
  });
  for (const d of [dialog, keys]) {
    d.addEventListener("click", (event) => { if (event.target === d) d.close(); });
  }

  // visibleCases are the links one can step through, in the order of reading.
  function visibleCases() {
    const all = $$("a.case").filter((a) => !a.closest(".off"));
    const drawn = all.filter((a) => a.closest(".open"));
    return drawn.length ? drawn : all;
  }

  function step(by) {
    const list = visibleCases();
    if (!list.length) return;
    const from = dialog.open ? links.get("case=" + state.case) : document.activeElement;
    const at = list.indexOf(from);
    const to = list[at < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(Math.max(at + by, 0), list.length - 1)];
    if (dialog.open) return change({ case: keyOf(to) });
    const s = sections.find((s) => s.cases.contains(to));
    if (!s.cases.classList.contains("open")) { s.byHand = true; setOpen(s, true); }
    to.focus();
    to.scrollIntoView({ block: "nearest" });
  }

  async function copy(text, button) {
    let done = false;
    try {
      await navigator.clipboard.writeText(text);
      done = true;
    } catch {
      // Without the permission, or opened from disk: the older way.
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

  // gotest copies a case's Go test, put together of its own part and the common one.
  async function gotest(button) {
    const tests = await block("gotests");
    const own = tests.getElementById(button.dataset.test);
    await copy(own.textContent + tests.getElementById("code-" + own.dataset.code).textContent, button);
  }

  const actions = {
    gotest,
    copy: (button) => copy($("code", button.parentElement).textContent, button),
    link: (button) => copy(location.href, button),
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
    const link = event.target.closest("a[href^='#']");
    if (!link || !link.hash.includes("=") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const key = keyOf(link);
    if (key) return change({ case: key }, true);
    // Any other such link is a selection of its own.
    go(read(link.hash), true);
    $("#matrix").scrollIntoView();
  });

  form.addEventListener("input", () => change({
    text: form.text.value.trim() ? form.text.value : "",
    section: form.section.value,
    level: form.level.value,
    agent: form.agent ? form.agent.value : "",
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
