// A line chart over the steps of a run. Charts share the hovered and the
// chosen moment.
const marks = ["M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0", "M-3.5,-3.5h7v7h-7z", "M0,-4.5L4.2,3.5H-4.2z", "M-4,-4L4,4M-4,4L4,-4", "M0,-5L4,0L0,5L-4,0z", "M-4.5,0H4.5M0,-4.5V4.5", "M0,4.5L4.2,-3.5H-4.2z"];
const mark = (i) => marks[i % marks.length];
const ticks = (lo, hi, n) => {
  const raw = (hi - lo) / n, p = 10 ** Math.floor(Math.log10(raw)), f = raw / p;
  const step = p * (f > 7.07 ? 10 : f > 3.16 ? 5 : f > 1.41 ? 2 : 1), out = [];
  for (let k = Math.ceil(lo / step - 1e-9); k * step <= hi + 1e-9 * step; k++) out.push(k * step);
  return { out, digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
};
// sample is a bit of a line, for a key.
const sample = (ink, dashed, shape) => {
  const s = el("svg", { viewBox: "0 0 26 12", "aria-hidden": "true" });
  s.append(el("line", { x1: 0, x2: 26, y1: 6, y2: 6, stroke: ink, "stroke-width": 2, "stroke-dasharray": dashed ? "5 3" : "none" }));
  if (shape !== undefined) s.append(el("path", { d: mark(shape), transform: "translate(13,6)", fill: ink, stroke: ink }));
  return s;
};
class Chart {
  // series: [{label, colour, dashed, mark, group, at(t)}]; groups are the columns of the tip.
  constructor(host, name) { this.host = host; this.name = name; }
  draw(steps, series, options = {}) {
    Object.assign(this, { steps, series, options });
    const W = this.W = Math.max(300, this.host.clientWidth || 520), H = this.H = 230;
    const m = this.m = { l: 52, r: 10, t: 8, b: 34 };
    let lo = Infinity, hi = -Infinity;
    for (const s of series) for (let t = 0; t < steps.length; t++) { const v = s.at(t); if (Number.isFinite(v)) { lo = Math.min(lo, v); hi = Math.max(hi, v); } }
    if (options.zero) { lo = Math.min(lo, 0); hi = Math.max(hi, 0); }
    if (options.unit) { lo = 0; hi = 1; }
    if (options.symmetric) { hi = Math.max(Math.abs(lo), Math.abs(hi)); lo = -hi; }
    if (!(hi > lo)) { lo = (Number.isFinite(lo) ? lo : 0) - 0.5; hi = lo + 1; }
    const x0 = steps[0], x1 = steps[steps.length - 1];
    this.X = (t) => m.l + (W - m.l - m.r) * (x1 > x0 ? (steps[t] - x0) / (x1 - x0) : 0.5);
    this.Y = (v) => H - m.b - (H - m.t - m.b) * (v - lo) / (hi - lo);
    const svg = this.svg = el("svg", { viewBox: "0 0 " + W + " " + H, tabindex: 0, role: "img", "aria-label": this.name + ". Arrow keys move the step." });
    const ys = ticks(lo, hi, 4);
    for (const v of ys.out) {
      svg.append(el("line", { class: "gridline", x1: m.l, x2: W - m.r, y1: this.Y(v), y2: this.Y(v) }));
      svg.append(el("text", { x: m.l - 6, y: this.Y(v) + 4, "text-anchor": "end" }, number(v, ys.digits)));
    }
    for (const v of ticks(x0, x1 > x0 ? x1 : x0 + 1, W < 420 ? 3 : 5).out) {
      if (v > x1) continue;
      const x = m.l + (W - m.l - m.r) * (x1 > x0 ? (v - x0) / (x1 - x0) : 0.5);
      svg.append(el("line", { class: "axis", x1: x, x2: x, y1: H - m.b, y2: H - m.b + 4 }));
      svg.append(el("text", { x, y: H - m.b + 18, "text-anchor": "middle" }, String(Math.round(v))));
    }
    svg.append(el("text", { x: W - m.r, y: H - 1, "text-anchor": "end" }, "step"));
    svg.append(el("path", { class: "axis", d: "M" + m.l + "," + m.t + "V" + (H - m.b) + "H" + (W - m.r) }));
    if (lo < 0 && hi > 0) svg.append(el("line", { class: "axis", x1: m.l, x2: W - m.r, y1: this.Y(0), y2: this.Y(0) }));
    series.forEach((s, i) => {
      let d = "";
      for (let t = 0; t < steps.length; t++) {
        const v = s.at(t);
        if (Number.isFinite(v)) d += (d ? "L" : "M") + this.X(t).toFixed(1) + "," + this.Y(v).toFixed(1);
      }
      if (!d) return;
      svg.append(el("path", { class: "line" + (s.dashed ? " pred" : ""), d, stroke: s.colour }));
      if (s.mark === undefined) return;
      for (let k = 0; k < 5; k++) {
        let t = Math.round((steps.length - 1) * (k + (0.15 + 0.37 * i) % 1) / 5);
        while (t > 0 && !Number.isFinite(s.at(t))) t--;
        const v = s.at(t);
        if (Number.isFinite(v)) svg.append(el("path", { d: mark(s.mark), transform: "translate(" + this.X(t) + "," + this.Y(v) + ") scale(.8)", fill: s.colour, stroke: s.colour }));
      }
    });
    this.now = el("line", { class: "now", y1: m.t, y2: H - m.b });
    this.hover = el("line", { class: "hover", y1: m.t, y2: H - m.b, visibility: "hidden" });
    svg.append(this.now, this.hover);
    const moment = (e) => {
      const r = svg.getBoundingClientRect(), x = (e.clientX - r.left) * W / r.width;
      let best = 0;
      for (let t = 1; t < steps.length; t++) if (Math.abs(this.X(t) - x) < Math.abs(this.X(best) - x)) best = t;
      return best;
    };
    svg.addEventListener("pointermove", (e) => state.hover(moment(e), this, e.clientX, e.clientY));
    svg.addEventListener("pointerleave", () => state.hover(-1));
    svg.addEventListener("click", (e) => state.go(moment(e)));
    svg.addEventListener("keydown", (e) => {
      const by = { ArrowLeft: -1, ArrowRight: 1, PageDown: -20, PageUp: 20, Home: -1e9, End: 1e9 }[e.key];
      if (!by) return;
      e.preventDefault();
      state.go(state.t + by);
      const r = svg.getBoundingClientRect();
      state.hover(state.t, this, r.left + this.X(state.t) * r.width / W, r.top + 20);
    });
    svg.addEventListener("blur", () => state.hover(-1));
    this.host.replaceChildren(svg);
    if (options.key) {
      const key = dom("div", { className: "key" });
      for (const s of series) key.append(dom("span", {}, sample(s.colour, s.dashed, s.mark), options.key(s)));
      this.host.append(key);
    }
    this.mark(state.t);
  }
  // A chart that is hidden may still hold the moments of an earlier run.
  mark(t) { if (this.now && t < this.steps.length) for (const a of ["x1", "x2"]) this.now.setAttribute(a, this.X(t)); }
  cross(t) {
    if (!this.hover) return;
    const known = t >= 0 && t < this.steps.length;
    this.hover.setAttribute("visibility", known ? "visible" : "hidden");
    if (known) for (const a of ["x1", "x2"]) this.hover.setAttribute(a, this.X(t));
  }
  // tip is a table of the values at one moment: a row per label, a column per group.
  tip(t) {
    const groups = [...new Set(this.series.map((s) => s.group))], labels = [...new Set(this.series.map((s) => s.label))];
    const table = dom("table");
    table.append(dom("tr", {}, dom("th", { textContent: "step " + this.steps[t] }), ...groups.map((g) => dom("th", { textContent: g }))));
    for (const l of labels) {
      const of = this.series.filter((s) => s.label === l), head = dom("th", { textContent: l });
      head.style.color = of[0].colour;
      table.append(dom("tr", {}, head, ...groups.map((g) => { const s = of.find((s) => s.group === g); return dom("td", { textContent: s ? number(s.at(t), this.options.digits || 3) : "" }); })));
    }
    return table;
  }
}
