// The part in which a model is asked as one types.

import { api } from "./api.js";
import { el, later, bars, percent, short, table } from "./dom.js";
import { attention } from "./chart.js";

const example = {
  classifier: "Not good at all, but the music is lovely.",
  embedder: "How do I reset my password?",
  translator: "",
  vectors: "film",
};

// show fills a section for a model. Problems are given to report, "" where all is well.
export function show(section, model, report) {
  if (model.kind === "rows" || model.kind === "regressor") fields(section, model, report);
  else text(section, model, report);
}

// asker asks for the newest input alone: an answer to an older one is dropped.
function asker(model, report, answered) {
  let controller = null;
  return async (request) => {
    controller?.abort();
    const mine = (controller = new AbortController());
    try {
      const answer = await api.predict(model.name, request, mine.signal);
      if (mine !== controller) return;
      report("");
      answered(answer);
    } catch (e) {
      if (mine === controller && e.name !== "AbortError") report(e.message);
    }
  };
}

function text(section, model, report) {
  const one = model.kind === "vectors";
  const box = one ? el("input", { id: "text", type: "text", value: example.vectors }) : el("textarea", { id: "text", value: example[model.kind] ?? "", spellcheck: false });
  const answer = el("div", { id: "answer", ariaLive: "polite", ariaAtomic: "true" });
  const why = el("div", { id: "why" });
  const second = model.pairs ? el("textarea", { id: "pair", spellcheck: false }) : null;
  section.replaceChildren(...[el("label", { htmlFor: "text" }, one ? "A word" : "A text: type, or paste"), box,
    second && el("label", { htmlFor: "pair" }, "The text that is read with it"), second, answer, why].filter(Boolean));
  const input = () => (second ? { text: box.value, pair: second.value } : box.value);
  const draw = drawers[model.kind] ?? plain;
  const ask = asker(model, report, (a) => answer.replaceChildren(...draw(a, model)));
  const explain = asker(model, report, (a) => {
    why.replaceChildren(...explained(box.value, a));
    why.dataset.of = box.value;
  });
  const soon = later(40, () => ask({ input: input(), ...(one ? { top: 12 } : {}), ...(model.kind === "translator" ? { explain: true } : {}) }));
  const then = later(250, () => explain({ input: box.value, explain: true }));
  const typed = () => {
    if (box.value.trim() === "") {
      answer.replaceChildren();
      why.replaceChildren();
      report("");
    }
    soon();
    if (model.kind === "classifier" && model.explains) then();
  };
  box.addEventListener("input", typed);
  second?.addEventListener("input", typed);
  typed();
}

const drawers = {
  classifier(a) {
    const notes = [];
    notes.push(`${short(a.tokens)} ${a.tokens === 1 ? "token" : "tokens"}`);
    if (a.truncated) notes.push("the rest was cut off");
    if (a.unknown) notes.push("no word of it is known to the model: the answer means nothing");
    else if (a.known < 1) notes.push(`${percent(a.known)} of the words are known to the model`);
    return [
      el("p.label", { id: "label" }, `${a.label} ${percent(a.probability)}`),
      bars("Probabilities", a.probabilities.slice(0, 20).map((p) => [p.label, p.probability, percent(p.probability)])),
      el("p.note", {}, notes.join("; ")),
    ];
  },
  labels(a) {
    return [el("p.label", { id: "label" }, a.labels.join(", ") || "no label"), bars("Probabilities", a.probabilities.slice(0, 20).map((p) => [p.label, p.probability, percent(p.probability)]))];
  },
  class(a) {
    return [el("p.label", { id: "label" }, a.label), bars("Probabilities", a.probabilities.slice(0, 20).map((p) => [p.label, p.probability, percent(p.probability)]))];
  },
  tagger(a) {
    const spans = (a.spans ?? []).map((s) => [a.words.slice(s.first, s.last + 1).map((w) => w.text).join(" "), s.kind]);
    return [el("p.label", { id: "label" }, `${short(a.words.length)} words`), ...(spans.length ? [table("Spans", ["words", "what they are"], spans)] : []),
      table("Words", ["word", ...a.columns], a.words.map((w) => [w.text, ...w.tags.map((t, i) => (w.probabilities ? `${t} ${percent(w.probabilities[i])}` : t))]))];
  },
  number(a) {
    return [el("p.label", { id: "label" }, short(a.prediction))];
  },
  embedder(a) {
    return [el("p.label", { id: "label" }, `${a.vector.length} numbers`), el("p.note", {}, `${short(a.tokens)} tokens${a.truncated ? "; the rest was cut off" : ""}`),
      el("p.mono", {}, a.vector.map((v) => v.toFixed(4)).join(" "))];
  },
  vectors(a) {
    if (!a.known) return [el("p.label", { id: "label" }, "not a word that the model knows")];
    return [el("p.label", { id: "label" }, `Nearest to ${a.word}`), bars("Nearest words", (a.nearest ?? []).map((n) => [n.word, n.similarity, n.similarity.toFixed(4)]))];
  },
  translator(a) {
    const out = [el("p.label", { id: "label", lang: "" }, a.translation)];
    if (a.attention) {
      out.push(el("h2", {}, "What each word looked at"), el("div.scroll", { tabIndex: 0, role: "region", ariaLabel: "Attention" },
        attention(a.attention.source, a.attention.target, a.attention.weights)));
    }
    return out;
  },
};

function plain(a) {
  return [el("pre", { id: "label" }, JSON.stringify(a, null, 1))];
}

// explained colours the words of a text by what they contribute to the answer.
function explained(text, answer) {
  const e = answer.explanation;
  if (!e || e.words.length === 0) return [];
  const largest = Math.max(...e.words.map((w) => Math.abs(w.contribution)), 1e-9);
  const out = el("p.words", { id: "words", tabIndex: 0 });
  const small = text.toLowerCase();
  let at = 0;
  for (const w of e.words) {
    const found = small.indexOf(w.token.toLowerCase(), at);
    if (found < 0 || small.length !== text.length) {
      if (small.length !== text.length) out.append(mark(w.token, w.contribution, largest), " ");
      continue; // a token that is not written so in the text
    }
    out.append(text.slice(at, found), mark(text.slice(found, found + w.token.length), w.contribution, largest));
    at = found + w.token.length;
  }
  if (small.length === text.length) out.append(text.slice(at));
  const sorted = [...e.words].sort((a, b) => b.contribution - a.contribution);
  const list = (words) => words.map((w) => `${w.token} ${w.contribution > 0 ? "+" : ""}${w.contribution.toFixed(2)}`).join(", ") || "none";
  return [
    el("h2", {}, `What decided: words for and against “${e.of}”`), out,
    el("p.note", {}, "For: ", list(sorted.filter((w) => w.contribution > 0.005).slice(0, 8))),
    el("p.note", {}, "Against (dotted): ", list(sorted.filter((w) => w.contribution < -0.005).reverse().slice(0, 8))),
    el("p.note", {}, `The words add up to ${e.sum.toFixed(3)}, from ${e.baseline.toFixed(3)} to the logit ${e.logit.toFixed(3)}; error ${Math.abs(e.error).toFixed(4)}; ${e.method}.`),
  ];
}

function mark(word, contribution, largest) {
  const share = Math.abs(contribution) / largest;
  if (share < 0.05) return word;
  const m = el(contribution > 0 ? "mark.for" : "mark.against", { title: contribution.toFixed(3) }, word);
  m.style.setProperty("--much", (0.08 + 0.5 * share).toFixed(2));
  return m;
}

// fields asks for the columns of a row, or the numbers of a line.
function fields(section, model, report) {
  const answer = el("div", { id: "answer", ariaLive: "polite" });
  const names = model.columns ?? Array.from({ length: model.inputs[0].shape[1] }, (_, i) => (model.inputs[0].shape[1] === 1 ? "x" : `x${i + 1}`));
  const boxes = names.map((name, i) => el("input", { id: "field-" + i, type: "text", value: model.columns ? "" : "2.5", inputMode: model.columns ? "text" : "decimal" }));
  section.replaceChildren(el("div.fields", {}, ...names.map((name, i) => el("label", { htmlFor: "field-" + i }, name, boxes[i]))), answer);
  const ask = asker(model, report, (a) => {
    const out = [el("p.label", { id: "label" }, [].concat(a.prediction).map(short).join(", "))];
    const notes = [["missing", "no value"], ["unknown", "a category that training did not see"], ["far", "far outside the numbers of training"]]
      .flatMap(([key, what]) => (a[key] ?? []).map((c) => [c, what]));
    if (notes.length) out.push(table("What is unusual", ["column", "what is unusual"], notes));
    answer.replaceChildren(...out);
  });
  const soon = later(60, () => {
    if (model.columns) return ask({ input: Object.fromEntries(names.map((n, i) => [n, boxes[i].value])) });
    const numbers = boxes.map((b) => Number(b.value.trim() || NaN));
    if (numbers.some((n) => !Number.isFinite(n))) return report("a number is missing, or not one");
    return ask({ input: numbers.length === 1 ? numbers[0] : numbers });
  });
  for (const b of boxes) b.addEventListener("input", soon);
  soon();
}
