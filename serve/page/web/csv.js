// Tables as text: comma-, semicolon- or tab-separated, with quotes (RFC 4180), and a
// text a line where there is no header.

// parse returns {columns, rows}.
export function parse(text) {
  if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
  const first = text.slice(0, (text.indexOf("\n") + 1 || text.length + 1) - 1);
  let delimiter = ",", most = 0;
  for (const d of [",", ";", "\t"]) {
    const n = cells(first, d)[0]?.length ?? 0;
    if (n > most) [most, delimiter] = [n, d];
  }
  const all = cells(text, delimiter).filter((r) => r.length > 1 || r[0] !== "");
  if (all.length === 0) throw new Error("the file is empty");
  const columns = all.shift();
  const short = all.findIndex((r) => r.length !== columns.length);
  if (short >= 0) throw new Error(`row ${short + 1} has ${all[short].length} cells, and the header ${columns.length}: is a quote missing?`);
  if (new Set(columns).size !== columns.length) throw new Error("two columns have the same name");
  return { columns, rows: all };
}

function cells(text, delimiter) {
  const rows = [];
  let row = [], from = 0;
  while (from <= text.length) {
    let cell;
    if (text[from] === '"') {
      let at = from + 1;
      const parts = [];
      for (;;) {
        const end = text.indexOf('"', at);
        if (end < 0) throw new Error(`row ${rows.length} has a quote that is not closed`);
        parts.push(text.slice(at, end));
        at = end + 1;
        if (text[at] !== '"') break;
        parts.push('"');
        at++;
      }
      const stop = next(text, at, delimiter);
      cell = parts.join("") + text.slice(at, stop);
      from = stop;
    } else {
      const stop = next(text, from, delimiter);
      cell = text.slice(from, stop);
      from = stop;
    }
    const ends = text[from] !== delimiter;
    row.push(ends && cell.endsWith("\r") ? cell.slice(0, -1) : cell);
    if (ends) {
      rows.push(row);
      row = [];
      if (from >= text.length - 1) break;
    }
    from++;
  }
  return rows;
}

// next finds where a cell without quotes ends.
function next(text, from, delimiter) {
  for (let at = from; at < text.length; at++) {
    const c = text[at];
    if (c === delimiter || c === "\n") return at;
  }
  return text.length;
}

export function write(rows) {
  const quoted = (cell) => {
    cell = cell === null || cell === undefined ? "" : String(cell);
    return /[",\r\n]/.test(cell) ? '"' + cell.replaceAll('"', '""') + '"' : cell;
  };
  return rows.map((r) => r.map(quoted).join(",")).join("\n") + "\n";
}

// longest guesses which column has the texts: that with the longest cells.
export function longest(columns, rows) {
  const named = columns.findIndex((c) => /^(text|review|sentence|comment|content|body|message)$/i.test(c.trim()));
  if (named >= 0) return named;
  const sizes = columns.map((_, i) => rows.slice(0, 200).reduce((n, r) => n + r[i].length, 0));
  return sizes.indexOf(Math.max(...sizes));
}
