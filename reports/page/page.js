// Ties the slider, the cell, the charts and the tables together.
const $ = (id) => document.getElementById(id);
const state = {
  runs: [], run: null, kind: 0, rung: 0, t: 0, hidden: new Set(), charts: {}, playing: 0,
  go(t) {
    if (!this.run) return;
    this.t = Math.min(Math.max(Math.round(t), 0), this.run.steps.length - 1);
    $("slider").value = this.t;
    $("slider").setAttribute("aria-valuetext", "step " + this.run.steps[this.t]);
    $("step").value = "step " + this.run.steps[this.t];
    this.graph.show(this.run.observed, this.t, this.kind, "Observed cell");
    if (this.twin) this.twin.show(this.run.predictions[this.rung].at, this.t, this.kind, "Predicted cell");
    for (const c of Object.values(this.charts)) c.mark(this.t);
    if ($("heatDetails").open) heat();
  },
  hover(t, chart, x, y) {
    for (const c of Object.values(this.charts)) c.cross(t);
    const tip = $("tip");
    tip.hidden = t < 0;
    if (t < 0) return;
    tip.replaceChildren(chart.tip(t));
    const w = tip.offsetWidth, h = tip.offsetHeight;
    tip.style.left = Math.max(4, x + 16 + w > innerWidth ? x - w - 16 : x + 16) + "px";
    tip.style.top = Math.max(4, Math.min(y + 12, innerHeight - h - 4)) + "px";
  },
};
const share = (p) => Number.isFinite(p) ? p.toFixed(2) : "~";
const heat = () => {
  const { run, kind, t, rung } = state, p = run.predictions[rung];
  const head = dom("tr", {}, dom("th", { scope: "col", textContent: "edge" }), ...run.ops.map((o) => dom("th", { scope: "col", textContent: shortName(o) })));
  const rows = run.edges.map((_, e) => {
    const row = dom("tr", {}, dom("th", { scope: "row", textContent: run.label(e) }));
    run.ops.forEach((_, o) => {
      const v = run.observed(t, kind, e, o), cell = dom("td", { textContent: share(v) });
      if (p) cell.append(" ", dom("small", { textContent: share(p.at(t, kind, e, o)) }));
      if (Number.isFinite(v)) cell.style.background = "color-mix(in srgb, var(--c2) " + Math.round(45 * v) + "%, transparent)";
      row.append(cell);
    });
    return row;
  });
  $("heat").replaceChildren(dom("caption", { textContent: p ? "Observed, and in small type predicted (" + p.label + ")" : "Observed" }), dom("thead", {}, head), dom("tbody", {}, ...rows));
};
const toggle = (id, on) => { $(id).hidden = !on; };
const chart = (id, name) => state.charts[id] ??= new Chart($(id), name);
// running is the running mean over a fortieth of the run.
const running = (n, at) => {
  const w = Math.max(0, Math.floor(n / 80)), out = new Float64Array(n);
  for (let t = 0; t < n; t++) {
    let sum = 0, count = 0;
    for (let k = Math.max(0, t - w); k <= Math.min(n - 1, t + w); k++) if (Number.isFinite(at(k))) { sum += at(k); count++; }
    out[t] = sum / count;
  }
  return (t) => out[t];
};
const drawCharts = () => {
  const { run, kind, hidden } = state, shown = run.edges.map((_, e) => e).filter((e) => !hidden.has(e)), rung = run.predictions[state.rung];
  const edge = (e, group, at, dashed) => ({ label: run.label(e), colour: colour(e), mark: dashed ? undefined : e, group, at, dashed });
  const none = (of, e) => (t) => of(t, kind, e, run.none);
  toggle("residualFigure", !!rung && run.none >= 0);
  $("noneChart").parentElement.hidden = run.none < 0;
  if (run.none >= 0) {
    const lines = shown.map((e) => edge(e, "observed", none(run.observed, e)));
    if (rung) lines.push(...shown.map((e) => edge(e, rung.label, none(rung.at, e), true)));
    chart("noneChart", "None-probability of each edge").draw(run.steps, lines, { unit: true });
    if (rung) chart("residualChart", "Residual of each edge").draw(run.steps, shown.map((e) => edge(e, rung.label, (t) => rung.at(t, kind, e, run.none) - run.observed(t, kind, e, run.none))), { symmetric: true, digits: 4 });
  }
  toggle("costFigure", !!run.costAt);
  if (run.costAt) chart("costChart", "Cost of each edge").draw(run.steps, shown.map((e) => edge(e, "cost", running(run.steps.length, (t) => run.costAt(t, kind, e)))), { zero: true, digits: 4 });
  const splits = Object.entries(run.fields).sort();
  toggle("gapFigure", splits.length > 0);
  toggle("lossFigure", splits.length > 0);
  const gaps = [], losses = [];
  splits.forEach(([name, f], i) => {
    ["all", "correct", "wrong"].forEach((who, j) => gaps.push({ label: name + ", " + who, colour: colour(1 + i), mark: j, dashed: j === 2, group: "L − H", at: (t) => f(t, [0, 3, 5][j]) - f(t, [1, 4, 6][j]) }));
    losses.push({ label: name, colour: colour(1 + i), group: "L", at: (t) => f(t, 0) }, { label: name, colour: colour(1 + i), dashed: true, group: "H", at: (t) => f(t, 1) });
  });
  if (splits.length) {
    chart("gapChart", "L − H").draw(run.steps, gaps, { zero: true, key: (s) => s.label });
    chart("lossChart", "Loss and entropy").draw(run.steps, losses, { zero: true, key: (s) => s.label + " " + s.group });
  }
};
const drawKeys = () => {
  const { run } = state;
  $("opKey").replaceChildren(...run.ops.map((o, i) => i === run.none ? "" : dom("span", {}, sample(colour(i)), shortName(o))).filter(Boolean));
  $("edgeKey").replaceChildren(...run.edges.map((_, e) => {
    const b = dom("button", { type: "button" }, sample(colour(e), false, e), run.label(e));
    b.setAttribute("aria-pressed", String(!state.hidden.has(e)));
    b.addEventListener("click", () => {
      state.hidden.has(e) ? state.hidden.delete(e) : state.hidden.add(e);
      b.setAttribute("aria-pressed", String(!state.hidden.has(e)));
      drawCharts();
    });
    return b;
  }));
};
const fill = (select, names, chosen) => select.replaceChildren(...names.map((n, i) => dom("option", { value: i, textContent: n, selected: i === chosen })));
const showRun = (i, keep) => {
  const before = state.run, run = state.run = state.runs[i];
  if (!keep) state.hidden = new Set();
  state.kind = Math.min(state.kind, run.kinds.length - 1);
  state.rung = Math.max(0, Math.min(state.rung, run.predictions.length - 1));
  fill($("kind"), run.kinds, state.kind);
  fill($("rung"), run.predictions.map((p) => p.label), state.rung);
  toggle("kindLabel", run.kinds.length > 1);
  toggle("rungLabel", run.predictions.length > 1);
  toggle("predictedFigure", run.predictions.length > 0);
  $("rungName").textContent = run.predictions.length ? " (" + run.predictions[state.rung].label + ")" : "";
  state.graph = new CellGraph($("observed"), run);
  state.twin = run.predictions.length ? new CellGraph($("predicted"), run) : null;
  const last = run.steps.length - 1;
  $("slider").max = last;
  if (!keep || !before || state.t >= before.steps.length - 1) state.t = last;
  state.t = Math.min(state.t, last);
  state.hover(-1);
  drawKeys();
  drawCharts();
  state.go(state.t);
};
const load = (data, keep) => {
  state.runs = data.runs.map(decodeRun);
  toggle("cell", state.runs.length > 0);
  if (!state.runs.length) return;
  const at = Math.max(0, keep && state.run ? state.runs.findIndex((r) => r.id === state.run.id && r.name === state.run.name) : 0);
  fill($("run"), state.runs.map((r) => r.name), at);
  showRun(at, keep);
};
const stop = () => {
  clearInterval(state.playing);
  state.playing = 0;
  $("play").textContent = "▶ Play";
  $("play").setAttribute("aria-pressed", "false");
};
const play = () => {
  if (state.playing) return stop();
  if (!state.run) return;
  const n = state.run.steps.length;
  if (state.t >= n - 1) state.go(0);
  $("play").textContent = "⏸ Pause";
  $("play").setAttribute("aria-pressed", "true");
  state.playing = setInterval(() => { state.t >= state.run.steps.length - 1 ? stop() : state.go(state.t + Math.max(1, n / 200)); }, 50);
};
if ($("slider")) {
  $("slider").addEventListener("input", (e) => { stop(); state.go(Number(e.target.value)); });
  $("run").addEventListener("change", (e) => { stop(); showRun(Number(e.target.value)); });
  $("kind").addEventListener("change", (e) => { state.kind = Number(e.target.value); drawCharts(); state.go(state.t); });
  $("rung").addEventListener("change", (e) => { state.rung = Number(e.target.value); showRun(Number($("run").value), true); });
  $("play").addEventListener("click", play);
  $("heatDetails").addEventListener("toggle", () => state.run && state.go(state.t));
  document.addEventListener("keydown", (e) => {
    if (e.key === " " && (e.target === document.body || e.target.id === "slider" || e.target.closest(".chart"))) { e.preventDefault(); play(); }
    if (e.key === "Escape") state.hover(-1);
  });
  let width = innerWidth;
  addEventListener("resize", () => { if (innerWidth !== width && state.run) { width = innerWidth; drawCharts(); } });
  load(JSON.parse($("data").textContent));
}
for (const table of document.querySelectorAll("table.data")) {
  const rows = [...table.tBodies[0].rows];
  table.querySelectorAll("th .sort").forEach((button, col) => button.addEventListener("click", () => {
    const th = button.parentElement, up = th.getAttribute("aria-sort") !== "ascending";
    table.querySelectorAll("th[aria-sort]").forEach((h) => h.setAttribute("aria-sort", "none"));
    th.setAttribute("aria-sort", up ? "ascending" : "descending");
    const key = (r) => r.cells[col].dataset.key;
    const numeric = rows.every((r) => key(r) === "" || !Number.isNaN(Number(key(r))));
    const order = [...rows].sort((a, b) => {
      const x = key(a), y = key(b);
      if (x === "" || y === "") return (x === "") - (y === ""); // what is missing comes last
      return (up ? 1 : -1) * (numeric ? Number(x) - Number(y) : x.localeCompare(y));
    });
    table.classList.add("sorted");
    table.tBodies[0].append(...order);
  }));
}
for (const button of document.querySelectorAll("button.copy")) button.addEventListener("click", async () => {
  const foot = button.closest(".foot"), area = foot.querySelector("textarea." + button.dataset.what), said = foot.querySelector(".copied");
  let done = false;
  try { await navigator.clipboard.writeText(area.value); done = true; } catch {
    area.hidden = false; area.select();
    try { done = document.execCommand("copy"); } catch { done = false; }
    area.hidden = done;
  }
  if (!done) { area.hidden = false; area.focus(); area.select(); }
  said.textContent = done ? button.dataset.what + " copied" : "press Ctrl+C to copy";
});
