package datasets

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MultiList is the TableConfig.Multi of cells that are lists and nothing else.
const MultiList = "list"

// SplitLabels returns the labels that a cell holds, without the spaces around them:
// the elements of a list as JSON or Python writes one, ["a", "b"], else, where
// multi is a separator, what stands between separators. A cell without a label
// has none. ok is false for a cell that is no list where multi is MultiList.
func SplitLabels(cell, multi string) (labels []string, ok bool) {
	cell = strings.TrimSpace(strings.TrimPrefix(cell, "\ufeff"))
	if list, ok := parseList(cell); ok {
		return list, true
	}
	if multi == MultiList {
		return nil, cell == ""
	}
	for part := range strings.SplitSeq(cell, multi) {
		if part = strings.TrimSpace(part); part != "" {
			labels = append(labels, part)
		}
	}
	return labels, true
}

// parseList reads a list of words, numbers and truth values in brackets, with
// strings in double quotes as JSON writes them or in single ones as Python does.
// numpy puts no commas between elements.
func parseList(cell string) (list []string, ok bool) {
	rest, ok := strings.CutPrefix(cell, "[")
	if !ok || !strings.HasSuffix(rest, "]") {
		return nil, false
	}
	rest = strings.TrimSpace(rest[:len(rest)-1])
	for rest != "" {
		var item string
		if rest[0] == '"' || rest[0] == '\'' {
			n := closing(rest)
			if n < 0 {
				return nil, false
			}
			item, rest = unescape(rest[:n+1]), strings.TrimSpace(rest[n+1:])
			if after, comma := strings.CutPrefix(rest, ","); comma {
				rest = strings.TrimSpace(after)
			} else if rest != "" && rest[0] != '"' && rest[0] != '\'' {
				return nil, false
			}
		} else {
			var more bool
			item, rest, more = strings.Cut(rest, ",")
			if item, rest = strings.TrimSpace(item), strings.TrimSpace(rest); more && item == "" || strings.ContainsAny(item, `[]{}"`) {
				return nil, false
			}
			if item == "null" || item == "None" || item == "NaN" || item == "nan" {
				continue
			}
		}
		if item = strings.TrimSpace(item); item != "" {
			list = append(list, item)
		}
	}
	return list, true
}

// closing returns where the quote that text begins with is closed, -1 for nowhere.
func closing(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case text[0]:
			return i
		}
	}
	return -1
}

// unescape returns what stands in quotes.
func unescape(quoted string) string {
	inner := quoted[1 : len(quoted)-1]
	if !strings.Contains(inner, `\`) {
		return inner
	}
	if quoted[0] == '"' {
		if s, err := unquote([]byte(quoted)); err == nil {
			return s
		}
	}
	var b strings.Builder
	for i := 0; i < len(inner); i++ {
		if inner[i] == '\\' && i+1 < len(inner) {
			i++
		}
		b.WriteByte(inner[i])
	}
	return b.String()
}

// addAll numbers the labels of a cell, each once, ascending.
func (l *labels) addAll(written, multi string) ([]int, error) {
	parts, ok := SplitLabels(written, multi)
	if !ok {
		return nil, fmt.Errorf("%.60q is no list of labels, such as [\"a\", \"b\"]: %w", written, ErrLabel)
	}
	all := make([]int, 0, len(parts))
	for _, part := range parts {
		i, err := l.add(part)
		if err != nil {
			return nil, err
		}
		if slices.Contains(all, i) {
			l.counts[i]-- // it was counted
			continue
		}
		all = append(all, i)
	}
	slices.Sort(all)
	if len(all) == 0 {
		l.bare++
	}
	return all, nil
}

// separators are those that labels of one cell are usually kept apart by.
var separators = []string{";", "|", ",", "/"}

// LooksSeveral tells whether class names look as if cells held several labels: as
// lists do, or words that recur in other names on either side of a separator. multi
// is then what TableConfig.Multi reads them by, and example one of the names.
func LooksSeveral(classes []string) (multi, example string, ok bool) {
	for _, c := range classes {
		if list, is := parseList(c); is && len(list) > 0 {
			return MultiList, c, true
		}
	}
	for _, s := range separators {
		parts := map[string]int{} // in how many names
		joined, first, known := 0, "", true
		for _, c := range classes {
			names, _ := SplitLabels(c, s)
			if len(names) > 1 {
				if joined++; first == "" {
					first = c
				}
				known = known && !slices.ContainsFunc(names, func(n string) bool { return !slices.Contains(classes, n) })
			}
			for _, n := range names {
				parts[strings.ToLower(n)]++
			}
		}
		again := 0
		for _, n := range parts {
			if n > 1 {
				again++
			}
		}
		// Of what was put together each part is elsewhere too; names such as
		// "arts/crafts" and "health, beauty" have parts of their own.
		if joined >= 2 && 4*again >= 3*len(parts) || joined == 1 && known {
			return s, first, true
		}
	}
	return "", "", false
}

// checkMulti refuses a separator that no list of labels has.
func checkMulti(multi string) error {
	if multi == "" || multi == MultiList {
		return nil
	}
	if n := utf8.RuneCountInString(multi); n > 3 || strings.ContainsAny(multi, "\r\n\"'[]") || strings.TrimSpace(multi) == "" && multi != " " && multi != "\t" {
		return fmt.Errorf("labels cannot be separated by %.20q, only by one to three characters without quotes, brackets and line ends, such as ';', or be a list", multi)
	}
	if _, err := strconv.ParseFloat(multi, 64); err == nil {
		return fmt.Errorf("labels cannot be separated by the number %q", multi)
	}
	return nil
}

// labelColumns is how many columns of labels are read: one or none.
func (t *Table) labelColumns() int {
	if t.cfg.Unlabelled {
		return 0
	}
	return 1
}

// missing reports a row without a label. A cell of several may hold none, which
// is no want.
func (t *Table) missing(l *labels, r Row) bool {
	cell := r.Cells[t.label.column]
	switch {
	case t.cfg.Score != "":
		return MissingNumber(cell, t.cfg.Missing)
	case t.cfg.Multi == "":
		return l.missing(cell)
	case strings.TrimSpace(cell) == "":
		return r.Bare != nil && r.Bare[t.label.column] // JSON's null, and a key that is not there
	}
	_, list := parseList(strings.TrimSpace(cell))
	return !list && l.missing(cell)
}

// mark gives an example its label, its labels or its number.
func (t *Table) mark(e *Marked, l *labels, cell string) (err error) {
	switch {
	case t.cfg.Score != "":
		e.Value, err = t.number(cell)
	case t.cfg.Multi != "":
		e.Labels, err = l.addAll(cell, t.cfg.Multi)
	default:
		e.Label, err = l.add(cell)
	}
	return err
}

// number reads the number that a text is given.
func (t *Table) number(cell string) (float64, error) {
	cell = strings.TrimSpace(cell)
	if x, ok := Number(cell); ok && !(t.cfg.Decimal == "comma" && strings.Count(cell, ".") == 1 && t.cfg.Format != Parquet && t.cfg.Format != JSONL) {
		return x, nil
	}
	n, ok := parseNumeral(cell)
	switch {
	case !ok:
		return 0, fmt.Errorf("%.40q is no number", cell)
	case n.byPoint && (!n.byComma || t.cfg.Decimal == "point" || n.point == n.comma):
		return n.point, nil
	case n.byComma && (!n.byPoint || t.cfg.Decimal == "comma"):
		return n.comma, nil
	}
	return 0, sort{fmt.Errorf("%.40q may be %v or %v: say whether the decimal mark is the point or the comma", cell, n.point, n.comma), ErrConfig}
}
