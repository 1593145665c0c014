// The part in which a file of rows is answered.

import { api } from "./api.js";
import { el, bars, percent, short, table } from "./dom.js";
import { parse, write, longest } from "./csv.js";

const atOnce = 64; // rows in a request
const shown = 100; // rows in the table

export function show(section, model, report) {
  const input = el("input", { id: "csv", type: "file", accept: ".csv,.tsv,.txt,text/csv,text/plain" });
  const drop = el("div.drop", { id: "drop" }, el("label", { htmlFor: "csv" }, "Drop a CSV or TSV file here, or choose one"), el("br"), input);
  const work = el("div", { id: "work" });
  section.replaceChildren(drop, work);
  const open = async (file) => {
    if (!file) return;
    report("");
    try {
      prepare(work, model, file.name, parse(await file.text()), report);
    } catch (e) {
      report(`${file.name}: ${e.message}`);
    }
  };
  input.addEventListener("change", () => open(input.files[0]));
  for (const kind of ["dragenter", "dragover"]) {
    section.addEventListener(kind, (e) => {
      e.preventDefault();
      drop.classList.add("over");
    });
  }
  section.addEventListener("dragleave", () => drop.classList.remove("over"));
  section.addEventListener("drop", (e) => {
    e.preventDefault();
    drop.classList.remove("over");
    open(e.dataTransfer.files[0]);
  });
}

// prepare asks what of a file is to be answered.
function prepare(work, model, name, file, report) {
  const go = el("button", { id: "go", type: "button" }, `Answer ${short(file.rows.length)} rows`);
  const result = el("div", { id: "result" });
  let of;
  const row = el("div.row");
  if (model.columns) {
    const absent = model.columns.filter((c) => !file.columns.includes(c));
    if (absent.length) throw new Error(`there is no column ${absent.join(", ")}; the model needs ${model.columns.join(", ")}`);
    const at = model.columns.map((c) => file.columns.indexOf(c));
    of = (r) => Object.fromEntries(model.columns.map((c, i) => [c, r[at[i]]]));
  } else if (model.pairs) {
    const first = file.columns.indexOf("text"), second = file.columns.indexOf("pair");
    if (first < 0 || second < 0) throw new Error("the model reads two texts together, in the columns text and pair");
    of = (r) => ({ text: r[first], pair: r[second] });
  } else {
    const select = el("select", { id: "column" }, ...file.columns.map((c, i) => el("option", { value: i }, c)));
    select.value = String(longest(file.columns, file.rows));
    row.append(el("label", { htmlFor: "column" }, "Column"), select);
    of = (r) => (model.kind === "regressor" ? r[select.value].split(",").map(Number) : r[select.value]);
  }
  row.append(go);
  work.replaceChildren(row, result);
  go.addEventListener("click", () => run(result, go, model, name, file, of, report));
  go.focus();
}

async function run(result, go, model, name, file, of, report) {
  const bar = el("progress", { id: "progress", max: file.rows.length, value: 0, ariaLabel: "rows answered" });
  const said = el("p.note", { id: "said", role: "status" });
  const stop = el("button", { type: "button" }, "Stop");
  const controller = new AbortController();
  stop.addEventListener("click", () => controller.abort());
  result.replaceChildren(bar, el("div.row", {}, said, stop));
  go.disabled = true;
  const answers = [];
  const began = performance.now();
  try {
    for (let from = 0; from < file.rows.length; from += atOnce) {
      const rows = file.rows.slice(from, from + atOnce);
      answers.push(...(await patient(model.name, { input: rows.map(of) }, controller.signal)));
      bar.value = answers.length;
      const seconds = (performance.now() - began) / 1000;
      said.textContent = `${short(answers.length)} of ${short(file.rows.length)} rows; ${short(Math.round(answers.length / seconds))} a second`;
    }
    report("");
  } catch (e) {
    if (e.name !== "AbortError") report(`row ${answers.length + 1} and after: ${e.message}`);
  }
  stop.remove();
  go.disabled = false;
  if (answers.length) result.append(...summary(model, name, file, answers));
}

// patient asks again where the server has no room.
async function patient(name, request, signal) {
  for (let wait = 500; ; wait = Math.min(2 * wait, 8000)) {
    try {
      return (await api.predict(name, request, signal)).answers;
    } catch (e) {
      if (e.status !== 429 || signal.aborted) throw e;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

// columnsOf are the columns of answers and how they are read.
const columnsOf = {
  classifier: [["label", (a) => a.label], ["probability", (a) => a.probability], ["tokens", (a) => a.tokens]],
  rows: [["prediction", (a) => a.prediction]],
  regressor: [["prediction", (a) => [].concat(a.prediction).join(" ")]],
  translator: [["translation", (a) => a.translation]],
  labels: [["labels", (a) => a.labels.join(" | ")]],
  class: [["label", (a) => a.label]],
  tagger: [["words", (a) => a.words.map((w) => [w.text, ...w.tags].join("/")).join(" ")]],
  number: [["prediction", (a) => a.prediction]],
  embedder: [["vector", (a) => a.vector.join(" ")]],
  vectors: [["known", (a) => a.known], ["vector", (a) => (a.vector ?? []).join(" ")]],
};

function summary(model, name, file, answers) {
  const more = columnsOf[model.kind] ?? [["answer", (a) => JSON.stringify(a)]];
  const unused = (column) => {
    while (file.columns.includes(column)) column = "zoo_" + column;
    return column;
  };
  const head = [...file.columns, ...more.map(([c]) => unused(c))];
  const rows = answers.map((a, i) => [...file.rows[i], ...more.map(([, of]) => of(a))]);
  const link = el("a", { id: "download", download: name.replace(/\.[^.]*$/, "") + "-answers.csv", href: URL.createObjectURL(new Blob([write([head, ...rows])], { type: "text/csv" })) },
    `Download ${short(answers.length)} answers as CSV`);
  const clip = (c) => (typeof c === "number" ? short(c) : String(c).length > 120 ? String(c).slice(0, 119) + "…" : c);
  return [el("p.row", {}, link), ...distribution(model, answers),
    el("h2", {}, answers.length > shown ? `The first ${shown} rows` : "Answers"),
    table("Answers", [...more.map(([c]) => c), ...file.columns], answers.slice(0, shown).map((a, i) => [...more.map(([, of]) => clip(of(a))), ...file.rows[i].map(clip)]))];
}

// distribution counts the labels, or the numbers by their size.
function distribution(model, answers) {
  if (model.classes) {
    const counts = new Map(model.classes.map((c) => [c, 0]));
    for (const a of answers) for (const l of a.labels ?? [a.label]) counts.set(l, (counts.get(l) ?? 0) + 1);
    const sorted = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 30);
    return [el("h2", {}, "How often each label is the answer"),
      bars("Labels", sorted.map(([label, n]) => [label, n, `${short(n)} (${percent(n / answers.length)})`]), sorted[0][1])];
  }
  if (!["rows", "regressor", "number"].includes(model.kind)) return [];
  const values = answers.flatMap((a) => a.prediction);
  const low = Math.min(...values), high = Math.max(...values);
  const counts = Array(12).fill(0);
  for (const v of values) counts[high > low ? Math.min(11, Math.floor((12 * (v - low)) / (high - low))) : 0]++;
  const edge = (i) => short(low + ((high - low) * i) / 12);
  return [el("h2", {}, "How the predictions are spread"),
    bars("Predictions", counts.map((n, i) => [`${edge(i)} to ${edge(i + 1)}`, n, short(n)]), Math.max(...counts))];
}
