// What is known of a model: its card, how well it does, how its training went.

import { api } from "./api.js";
import { el, bars, short, table } from "./dom.js";
import { lines } from "./chart.js";

export async function show(section, model, report) {
  section.replaceChildren(el("p.note", {}, "…"));
  let whole;
  try {
    whole = await api.model(model.name);
  } catch (e) {
    report(e.message);
    return;
  }
  const card = whole.card ?? {};
  const facts = [["Kind", whole.kind], ["Task", card.task], ["Classes", whole.classes?.join(", ")], ["Columns", whole.columns?.join(", ")], ["Data", card.data], ["Licence", card.licence],
    ["Date", card.date], ["Parameters", card.parameters && short(card.parameters)], ["Made by", card.recipe?.command], ["SHA-256", whole.sha256]].filter(([, v]) => v);
  const parts = [];
  if (card.description) parts.push(el("p", {}, card.description));
  parts.push(table("Facts", ["", ""], facts));
  for (const t of card.tables ?? []) parts.push(el("h2", {}, t.title), byLength(t) ?? table(t.title, t.columns, t.rows));
  const log = (whole.log ?? []).filter((l) => l.epoch >= 1 && l.step >= 1);
  if (log.length) parts.push(el("h2", {}, "Learning curves"), ...curves(log));
  const metrics = Object.entries(card.metrics ?? {});
  if (metrics.length) parts.push(el("h2", {}, "Measured"), table("Measured", ["metric", "value"], metrics.map(([k, v]) => [k.replaceAll("_", " "), short(v)])));
  if (card.limits?.length) parts.push(el("h2", {}, "Limits"), el("ul", {}, ...card.limits.map((l) => el("li", {}, l))));
  section.replaceChildren(...parts);
}

// byLength draws a table of accuracies by length as bars; null for another table.
function byLength(t) {
  const at = t.columns.indexOf("accuracy");
  if (at < 0 || t.columns[0] !== "tokens" || !t.rows.every((r) => Number.isFinite(Number(r[at])))) return null;
  const rest = (r) => r.filter((_, i) => i !== 0 && i !== at).join(" ");
  return bars(t.title, t.rows.map((r) => [`${r[0]} ${t.columns[0]}${rest(r) ? ` (${rest(r)})` : ""}`, Number(r[at]), (100 * Number(r[at])).toFixed(1) + " %"]));
}

// curves draws the loss, and each figure of the validation data, over the steps.
function curves(log) {
  const over = (of) => log.map((l) => [l.step, of(l)]).filter((p) => Number.isFinite(p[1]));
  const loss = over((l) => l.loss), validation = over((l) => l.validation?.loss);
  const both = [{ name: "training loss", points: loss }, { name: "validation loss", points: validation }].filter((c) => c.points.length);
  const out = both.length ? [lines("Loss", "steps", both)] : [];
  for (const name of Object.keys(log[0].validation ?? {}).filter((n) => n !== "loss").slice(0, 4)) {
    const points = over((l) => l.validation?.[name]);
    if (points.length) out.push(lines(name, "steps", [{ name: "validation " + name.replaceAll("_", " "), points }]));
  }
  return out;
}
