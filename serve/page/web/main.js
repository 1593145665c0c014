// The page: chooses a model and shows its parts.

import { api, isStatic } from "./api.js";
import { el } from "./dom.js";
import * as tryPart from "./try.js";
import * as filePart from "./file.js";
import * as cardPart from "./card.js";

const byID = (id) => document.getElementById(id);
const select = byID("model"), problem = byID("problem"), form = byID("token-form");

function report(text) {
  problem.textContent = text;
  problem.hidden = text === "";
}

const tabs = [...document.querySelectorAll("[role=tab]")];

function choose(tab) {
  for (const t of tabs) {
    const chosen = t === tab;
    t.setAttribute("aria-selected", String(chosen));
    t.tabIndex = chosen ? 0 : -1;
    byID(t.getAttribute("aria-controls")).hidden = !chosen;
  }
}

for (const [i, tab] of tabs.entries()) {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (e) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (!step) return;
    const other = tabs[(i + step + tabs.length) % tabs.length];
    choose(other);
    other.focus();
  });
}

let models = [];

function show() {
  const model = models.find((m) => m.name === select.value);
  document.title = `${model.name} – zoo`;
  history.replaceState(null, "", "#" + encodeURIComponent(model.name));
  report("");
  tryPart.show(byID("try"), model, report);
  filePart.show(byID("file"), model, report);
  cardPart.show(byID("card"), model, report);
}

async function start() {
  try {
    models = await api.models();
  } catch (e) {
    if (e.status === 401) {
      form.hidden = false;
      byID("token").focus();
      return;
    }
    report(e.message);
    return;
  }
  form.hidden = true;
  report("");
  select.replaceChildren(...models.map((m) => el("option", { value: m.name }, `${m.name} (${m.kind})`)));
  const named = decodeURIComponent(location.hash.slice(1));
  if (models.some((m) => m.name === named)) select.value = named;
  select.disabled = false;
  byID("main").hidden = false;
  show();
}

select.addEventListener("change", show);
form.addEventListener("submit", (e) => {
  e.preventDefault();
  api.setToken(byID("token").value);
  start();
});
if (isStatic) byID("where").textContent = "The models run in this browser: no text leaves the machine.";
start();
