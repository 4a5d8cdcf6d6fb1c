// Draws a cell as it stands at one moment.
const shortName = (op) => op.replace("_connect", "").replace(/_(\d)x\d$/, " $1×$1").replaceAll("_", " ");
// layout puts the intermediate nodes in a row between the inputs, left, and the
// output. Edges from input 0 run above the row, each in a lane of its own, and
// come down onto their node; those from input 1 run below it. Edges within the
// row are arcs, and straight between neighbours.
const layout = (nodes) => {
  const lane = 20, W = 580, mid = 92 + lane * (nodes - 1), H = 2 * mid, at = [{ x: 34, y: mid - 66 }, { x: 34, y: mid + 66 }];
  for (let j = 0; j < nodes; j++) at.push({ x: 34 + (W - 80) * (j + 1) / (nodes + 0.75), y: mid });
  const curve = (i, j) => {
    const a = at[i], b = at[j];
    if (i < 2) {
      const side = i === 0 ? -1 : 1, y = a.y + side * lane * (j - 2), r = 0.3 * (b.x - a.x);
      return [a.x + 18, a.y, a.x + 18 + r, y, b.x + side * 5, y + side * 4, b.x + side * 5, b.y + side * 19];
    }
    if (j === i + 1) return [a.x + 18, a.y, a.x + 30, a.y, b.x - 34, b.y, b.x - 25, b.y];
    const side = i % 2 ? 1 : -1, bow = side * 28 * (j - i - 1);
    return [a.x + 8, a.y + side * 13, a.x + 30, a.y + side * 13 + bow, b.x - 38, b.y + side * 16 + bow, b.x - 13, b.y + side * 18];
  };
  const out = { x: W - 26, y: mid };
  const wire = (j) => [at[j].x + 16, mid + 8, at[j].x + 60, mid + 8 + 13 * (nodes + 1 - j), out.x - 60, mid + 6 + 11 * (nodes + 1 - j), out.x - 18, mid + 2];
  return { W, H, at, out, curve, wire };
};
class CellGraph {
  constructor(host, run) {
    this.host = host; this.run = run;
    const { W, H, at, out, curve, wire } = layout(run.nodes), svg = el("svg", { viewBox: "0 0 " + W + " " + H, role: "img" });
    this.svg = svg;
    const d = (c) => "M" + c[0] + "," + c[1] + "C" + c.slice(2).join(",");
    for (const j of run.concat) svg.append(el("path", { class: "wire", d: d(wire(j)) }));
    this.edges = run.edges.map(([i, j], e) => {
      const c = curve(i, j), path = el("path", { class: "edge", d: d(c) });
      const tip = el("path", {}), title = el("title"), label = el("text", { class: "op" });
      const u = i < 2 ? 0.6 : 0.45, q = 1 - u;
      label.setAttribute("x", q * q * q * c[0] + 3 * q * q * u * c[2] + 3 * q * u * u * c[4] + u * u * u * c[6]);
      label.setAttribute("y", q * q * q * c[1] + 3 * q * q * u * c[3] + 3 * q * u * u * c[5] + u * u * u * c[7] + (i < 2 ? 4 : -6));
      path.append(title);
      svg.append(path, tip);
      return { path, tip, title, label, x: c[6], y: c[7], a: Math.atan2(c[7] - c[5], c[6] - c[4]) };
    });
    for (const e of this.edges) svg.append(e.label);
    const node = (p, text) => {
      const g = el("g", { class: "node", transform: "translate(" + p.x + "," + p.y + ")" });
      g.append(el("rect", { x: -17, y: -12, width: 34, height: 24, rx: 6 }), el("text", { y: 4 }, text));
      svg.append(g);
    };
    at.forEach((p, i) => node(p, i < 2 ? "in " + i : String(i)));
    node(out, "out");
    this.none = el("text", { x: W / 2, y: 16, "text-anchor": "middle" });
    svg.append(this.none);
    host.replaceChildren(svg);
  }
  show(prob, t, kind, what) {
    const { run } = this, known = [];
    let any = false;
    this.edges.forEach((d, e) => {
      let best = -1;
      for (let o = 0; o < run.ops.length; o++) if (o !== run.none && (best < 0 || prob(t, kind, e, o) > prob(t, kind, e, best))) best = o;
      const none = run.none < 0 ? 0 : prob(t, kind, e, run.none), p = best < 0 ? 0 : prob(t, kind, e, best), ok = Number.isFinite(none) && Number.isFinite(p);
      const width = ok ? 0.6 + 7 * (1 - none) : 0, ink = colour(best), off = none >= p;
      d.path.setAttribute("stroke", ink); d.path.setAttribute("stroke-width", width.toFixed(2));
      d.path.setAttribute("stroke-dasharray", off ? "5 4" : "none");
      const s = 6 + 0.7 * width;
      d.tip.setAttribute("fill", ink); d.tip.setAttribute("visibility", ok ? "visible" : "hidden");
      d.tip.setAttribute("d", "M" + s + ",0L0," + s * 0.5 + "L0," + -s * 0.5 + "z");
      d.tip.setAttribute("transform", "translate(" + d.x + "," + d.y + ") rotate(" + d.a * 180 / Math.PI + ") translate(-2,0)");
      d.label.textContent = ok && (!off || run.nodes <= 3) ? shortName(run.ops[best] ?? "none") : "";
      const text = run.label(e) + ": none " + number(none) + (best < 0 ? "" : ", " + run.ops[best] + " " + number(p));
      d.title.textContent = text;
      known.push(text);
      any ||= ok;
    });
    this.none.textContent = any ? "" : "nothing is known at this step";
    this.svg.setAttribute("aria-label", what + " at step " + run.steps[t] + ". " + known.join("; "));
  }
}
