// Charts as SVG, drawn by hand: lines over steps, and a picture of attention.

const space = "http://www.w3.org/2000/svg";

function svg(name, attributes, ...children) {
  const e = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  e.append(...children);
  return e;
}

const number = (v) => (v !== 0 && (Math.abs(v) < 1e-3 || Math.abs(v) >= 1e6) ? v.toExponential(1) : Number(v.toPrecision(4)).toString());

// lines draws curves, each {name, points: [[x, y], …]}; two at most.
export function lines(title, xName, curves) {
  const all = curves.flatMap((c) => c.points);
  const [width, height, left, bottom, top] = [640, 240, 56, 34, 22];
  const xs = all.map((p) => p[0]), ys = all.map((p) => p[1]);
  const [x0, x1] = [Math.min(...xs), Math.max(...xs)];
  let [y0, y1] = [Math.min(...ys), Math.max(...ys)];
  if (y0 === y1) [y0, y1] = [y0 - 0.5, y1 + 0.5];
  const x = (v) => left + (x1 === x0 ? 0.5 : (v - x0) / (x1 - x0)) * (width - left - 16);
  const y = (v) => top + (1 - (v - y0) / (y1 - y0)) * (height - top - bottom);
  const said = curves.map((c) => `${c.name} from ${number(c.points[0][1])} to ${number(c.points.at(-1)[1])}`).join(", ");
  const chart = svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title}: ${said}` });
  for (const v of [y0, (y0 + y1) / 2, y1]) {
    chart.append(svg("line", { class: "axis", x1: left, x2: width - 16, y1: y(v), y2: y(v) }));
    chart.append(svg("text", { x: left - 6, y: y(v) + 4, "text-anchor": "end" }, number(v)));
  }
  for (const v of x0 === x1 ? [x0] : [x0, x1]) chart.append(svg("text", { x: x(v), y: height - 14, "text-anchor": "middle" }, number(v)));
  chart.append(svg("text", { x: width / 2, y: height - 2, "text-anchor": "middle" }, xName));
  curves.forEach((c, i) => {
    const style = i === 0 ? "one" : "two";
    chart.append(svg("polyline", { class: style, points: c.points.map((p) => `${x(p[0])},${y(p[1])}`).join(" ") }));
    for (const p of c.points) chart.append(svg("circle", { class: style, cx: x(p[0]), cy: y(p[1]), r: 2.5 }));
    chart.append(svg("line", { class: style, x1: left + i * 200, x2: left + i * 200 + 24, y1: 9, y2: 9 }));
    chart.append(svg("text", { x: left + i * 200 + 30, y: 13 }, c.name));
  });
  return chart;
}

// attention draws which words of the source each word of the target looked at.
export function attention(source, target, weights) {
  const cell = 22, left = 110, top = 100;
  const width = left + cell * source.length + 10, height = top + cell * target.length + 10;
  const chart = svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": "Attention: " + target.map((t, i) => `${t} looked most at ${source[weights[i].indexOf(Math.max(...weights[i]))]}`).join(", ") });
  chart.style.maxWidth = width + "px";
  source.forEach((s, j) => chart.append(svg("text", { transform: `translate(${left + j * cell + 14},${top - 6}) rotate(-55)` }, s)));
  target.forEach((t, i) => {
    chart.append(svg("text", { x: left - 8, y: top + i * cell + 15, "text-anchor": "end" }, t));
    source.forEach((s, j) => chart.append(svg("rect", { class: "cell", x: left + j * cell, y: top + i * cell, width: cell - 1, height: cell - 1,
      "fill-opacity": Math.max(0.03, weights[i][j]).toFixed(3) }, svg("title", {}, `${t} ← ${s}: ${weights[i][j].toFixed(3)}`))));
  });
  return chart;
}
