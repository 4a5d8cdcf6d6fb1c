"use strict";
// Reads the page's data: arrays come as little-endian bytes in base64.
const bytes = (s) => Uint8Array.from(atob(s), (c) => c.charCodeAt(0));
const probabilities = (s) => {
  const v = new DataView(bytes(s).buffer), out = new Float32Array(v.byteLength / 2);
  for (let i = 0; i < out.length; i++) { const q = v.getUint16(2 * i, true); out[i] = q === 65535 ? NaN : q / 65534; }
  return out;
};
const floats = (s) => {
  const v = new DataView(bytes(s).buffer), out = new Float32Array(v.byteLength / 4);
  for (let i = 0; i < out.length; i++) out[i] = v.getFloat32(4 * i, true);
  return out;
};
const decodeRun = (r) => {
  const K = r.kinds.length, E = r.edges.length, O = r.ops.length;
  const at = (a) => (t, k, e, o) => a[((t * K + k) * E + e) * O + o];
  const run = { ...r, label: (e) => "(" + r.edges[e][0] + "," + r.edges[e][1] + ")", observed: at(probabilities(r.prob)) };
  run.predictions = r.predicted.map((p) => ({ label: p.label, at: at(probabilities(p.prob)) }));
  const cost = r.cost ? floats(r.cost) : null;
  run.costAt = cost && ((t, k, e) => cost[(t * K + k) * E + e]);
  run.fields = {};
  for (const [name, s] of Object.entries(r.splits)) { const f = floats(s); run.fields[name] = (t, i) => f[t * 7 + i]; }
  return run;
};
const svgNS = "http://www.w3.org/2000/svg";
const el = (name, attributes = {}, text) => {
  const n = document.createElementNS(svgNS, name);
  for (const [k, v] of Object.entries(attributes)) n.setAttribute(k, v);
  if (text !== undefined) n.textContent = text;
  return n;
};
const dom = (name, properties = {}, ...children) => {
  const n = Object.assign(document.createElement(name), properties);
  n.append(...children);
  return n;
};
const colour = (i) => i < 0 ? "var(--soft)" : "var(--c" + (i % 7) + ")";
const number = (v, digits = 3) => {
  if (!Number.isFinite(v)) return "~";
  const s = Math.abs(v) !== 0 && (Math.abs(v) < 1e-3 || Math.abs(v) >= 1e5) ? v.toExponential(2) : v.toFixed(digits);
  return s.replaceAll("-", "−");
};
