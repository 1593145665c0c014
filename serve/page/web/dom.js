// Elements, and what is written in them.

// el makes an element: el("p.note", {id: "x"}, "text", other).
export function el(name, properties = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const e = document.createElement(tag);
  if (classes.length) e.className = classes.join(" ");
  for (const [key, value] of Object.entries(properties)) {
    if (key in e) e[key] = value;
    else e.setAttribute(key, value);
  }
  e.append(...children.filter((c) => c !== null && c !== undefined));
  return e;
}

// later calls f when calls have paused for so many milliseconds.
export function later(milliseconds, f) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => f(...args), milliseconds);
  };
}

export const percent = (p) => (100 * p).toFixed(p > 0.9995 || p < 0.0005 ? 2 : 1) + " %";

export function short(n) {
  if (Number.isInteger(n) && Math.abs(n) < 1e9) return n.toLocaleString("en");
  return Number(n.toPrecision(5)).toString();
}

// table makes a table of rows of texts.
export function table(caption, columns, rows) {
  return el("div.scroll", { tabIndex: 0, role: "region", ariaLabel: caption },
    el("table.plain", {}, el("caption.unseen", {}, caption),
      el("thead", {}, el("tr", {}, ...columns.map((c) => el("th", { scope: "col" }, c)))),
      el("tbody", {}, ...rows.map((r) => el("tr", {}, ...r.map((c) => el("td", {}, String(c))))))));
}

// bars shows values from 0 to 1, or to the largest, as bars; each is [name, value, text].
export function bars(caption, values, largest = 1) {
  const body = el("tbody");
  for (const [name, value, text] of values) {
    const bar = el("span");
    bar.style.width = (largest > 0 ? Math.max(0, Math.min(100, (100 * value) / largest)) : 0) + "%";
    body.append(el("tr", {}, el("th", { scope: "row" }, name),
      el("td.drawn", { ariaHidden: "true" }, el("span.bar", {}, bar)), el("td.value", {}, text)));
  }
  return el("table.bars", {}, el("caption.unseen", {}, caption), body);
}
