package datasets

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Names that columns usually have, likeliest first.
var (
	textNames   = []string{"text", "review", "sentence", "review_text", "reviewtext", "content", "comment", "message", "body", "tweet", "document", "description", "phrase"}
	labelNames  = []string{"label", "labels", "sentiment", "class", "category", "stars", "star_rating", "rating", "polarity", "score", "target", "y"}
	targetNames = []string{"target", "y", "value", "price", "label"}
	// severalNames are those of columns of several labels.
	severalNames = []string{"labels", "tags", "topics", "categories", "genres", "label"}
)

// sample reads the first rows, by which the columns are guessed.
func (t *Table) sample(r rows) ([][]string, error) {
	var sample [][]string
	for size := 0; len(sample) < 1000 && size < 8<<20; {
		row, err := r.next()
		if err == io.EOF {
			break
		} else if err != nil {
			return nil, t.fail(row.Line, err)
		}
		sample = append(sample, slices.Clone(row.Cells))
		for _, c := range row.Cells {
			size += len(c) + 16
		}
	}
	t.columns = r.header()
	if j, ok := r.(*jsonRows); ok {
		t.columns = slices.Clone(j.names)
	}
	if len(sample) == 0 && t.columns == nil {
		return nil, t.fail(0, fmt.Errorf("there are no rows"))
	}
	return sample, nil
}

// cell returns a cell of a sampled row, which lacks the keys of JSON lines that
// were first seen after it.
func cell(row []string, i int) string {
	if i < len(row) {
		return row[i]
	}
	return ""
}

// choose settles which column is what. Columns that were named must exist;
// one that cannot be guessed is an error for those alone who need it.
func (t *Table) choose(sample [][]string) error {
	t.recurs = t.recurring(sample)
	if t.guessed {
		t.doubts = append(t.doubts, fmt.Sprintf("cells are separated by %q, by the first lines (--delimiter names another)", t.cfg.Comma))
	}
	t.doubts = append(t.doubts, t.alike()...)
	t.guesses = append(t.guesses, t.doubts...)
	t.pair.column = -1
	if t.cfg.Pair != "" {
		if t.pair.column, t.pair.err = t.find(t.cfg.Pair); t.pair.err != nil {
			return t.pair.err
		}
	}
	for _, r := range []struct {
		role  *role
		noun  string
		given string
		guess func([][]string) (int, string)
	}{
		{&t.text, "text", t.cfg.Text, t.guessText},
		{&t.label, "label", cmp.Or(t.cfg.Score, t.cfg.Label), t.guessLabel},
		{&t.target, "target", t.cfg.Target, t.guessTarget},
	} {
		var err error
		if r.role == &t.label && t.cfg.Unlabelled {
			r.role.column, r.role.err = -1, fmt.Errorf("labels are not read: %w", ErrNoColumn)
			continue
		}
		if r.given != "" {
			if r.role.column, err = t.find(r.given); err != nil {
				return err
			}
			continue
		}
		column, why := r.guess(sample)
		if column < 0 {
			r.role.column, r.role.err = -1, fmt.Errorf("which column is the %s? there are %s; name one: %w", r.noun, quoteAll(t.columns), ErrNoColumn)
			if data := t.headless(); data != "" {
				r.role.err = sort{fmt.Errorf("the first line should name the columns, and has %q: add a line above it, such as text,label: %w", data, ErrNoColumn), ErrHeader}
			} else if len(t.columns) == 1 {
				r.role.err = sort{fmt.Errorf("%q is the only column, and the %s is not in it: add its column, or correct the first line if the cells are separated by another character than there: %w", t.columns[0], r.noun, ErrNoColumn), ErrHeader}
			}
			continue
		}
		r.role.column = column
		if r.role != &t.target || t.text.err != nil && !t.cfg.Unlabelled { // a table of texts has no use for it
			t.guesses = append(t.guesses, fmt.Sprintf("the %s is in column %q, %s", r.noun, t.columns[column], why))
		}
	}
	return nil
}

// wrapped says of JSON whose rows stand inside of one object how to get them out.
func (t *Table) wrapped() string {
	if t.cfg.Format != JSONL || len(t.problems) == 0 || slices.Contains(t.problems, "") {
		return ""
	}
	if len(t.columns) == 1 {
		return fmt.Sprintf("the rows seem to stand inside of %q, and each is wanted on a line of its own: jq -c '.%s[]' IN > OUT", t.columns[0], t.columns[0])
	}
	return "the columns seem to stand one after another, and each row is wanted on a line of its own: pandas writes that by to_json(orient=\"records\", lines=True)"
}

// alike says which columns' names differ in case alone.
func (t *Table) alike() (notes []string) {
	if len(t.columns) > 1000 {
		return nil
	}
	folded := map[string]string{}
	for _, c := range t.columns {
		if other, ok := folded[strings.ToLower(c)]; ok && len(notes) < 3 {
			notes = append(notes, fmt.Sprintf("the columns %q and %q differ in case alone, and are two", other, c))
		}
		folded[strings.ToLower(c)] = c
	}
	return notes
}

// find returns the column of a name.
func (t *Table) find(name string) (int, error) {
	if i := slices.Index(t.columns, name); i >= 0 {
		return i, nil
	}
	if i := slices.Index(t.columns, columnName(name)); i >= 0 {
		return i, nil
	}
	if data := t.headless(); data != "" {
		return -1, fmt.Errorf("%w; the first line seems to be no header, for it has %q: add a line above it that names the columns", noColumn(name, t.columns), data)
	}
	return -1, noColumn(name, t.columns)
}

// noColumn says which columns there are and which was probably meant.
func noColumn(name string, columns []string) error {
	best, least := "", len(name)/2+1
	for _, c := range columns[:min(len(columns), 1000)] {
		if len(c) > 100 {
			continue
		}
		if d := distance(strings.ToLower(name), strings.ToLower(c)); d < least {
			best, least = c, d
		}
	}
	hint := ""
	if best != "" {
		hint = fmt.Sprintf(" (did you mean %q?)", best)
	}
	return fmt.Errorf("column %q: %w%s; there are %s", name, ErrNoColumn, hint, quoteAll(columns))
}

// distance is that of Levenshtein 1966.
func distance(a, b string) int {
	if len(a) > 100 {
		a = a[:100]
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}

// recurring returns a name that is among the few values of its column, "" for none: then
// the first line is a row.
func (t *Table) recurring(sample [][]string) string {
	if t.cfg.Format != CSV && t.cfg.Format != TSV || len(sample) < 4 {
		return ""
	}
	for i, name := range t.columns {
		values, times := map[string]bool{}, 0
		for _, row := range sample {
			c := strings.TrimSpace(cell(row, i))
			if values[c] = true; c == name {
				times++
			}
			if len(values) > 50 {
				break
			}
		}
		if times > 1 && len(values) <= 50 && 2*len(values) <= len(sample) {
			return string([]rune(name)[:min(40, utf8.RuneCountInString(name))])
		}
	}
	return ""
}

// headless returns a name that looks like data: a number, a sentence, or a value of its
// column.
func (t *Table) headless() string {
	if t.cfg.Format != CSV && t.cfg.Format != TSV {
		return ""
	}
	if t.recurs != "" {
		return t.recurs
	}
	for _, c := range t.columns {
		if _, number := Number(c); number || len(c) > 60 || strings.Count(c, " ") >= 6 {
			return string([]rune(c)[:min(40, utf8.RuneCountInString(c))])
		}
	}
	return ""
}

// NamesTexts tells whether a column of this name usually holds texts.
func NamesTexts(column string) bool {
	return slices.ContainsFunc(textNames, func(n string) bool { return strings.EqualFold(n, column) })
}

func (t *Table) byName(names []string, not int) int {
	for _, n := range names {
		for i, c := range t.columns {
			if i != not && strings.EqualFold(c, n) {
				return i
			}
		}
	}
	return -1
}

// guessText takes the column of a usual name, or the one of the longest cells
// if they are of several words.
func (t *Table) guessText(sample [][]string) (int, string) {
	if i := t.byName(textNames, t.pair.column); i >= 0 {
		return i, "by its name"
	}
	if t.headless() != "" {
		return -1, ""
	}
	if t.cfg.Unlabelled && len(t.columns) == 1 {
		return 0, "the only one"
	}
	best, most := -1, 0
	for i := range t.columns {
		if i == t.pair.column {
			continue
		}
		size, words := 0, 0
		for _, row := range sample {
			size += len(cell(row, i))
			words += len(strings.Fields(cell(row, i)))
		}
		if words >= 3*len(sample) && size > most {
			best, most = i, size
		}
	}
	return best, "which has the longest cells"
}

// guessLabel takes the column of a usual name, or the only one beside the
// text with few different values that recur.
func (t *Table) guessLabel(sample [][]string) (int, string) {
	if t.text.err == nil && t.cfg.Multi != "" {
		if i := t.byName(severalNames, t.text.column); i >= 0 {
			return i, "by its name"
		}
	}
	if t.text.err == nil {
		if i := t.byName(labelNames, t.text.column); i >= 0 {
			return i, "by its name"
		}
	}
	if t.text.err != nil || t.headless() != "" {
		return -1, ""
	}
	if len(t.columns) == 2 {
		return 1 - t.text.column, "the only other"
	}
	found := -1
	for i := range t.columns {
		if i == t.text.column || i == t.pair.column {
			continue
		}
		values := map[string]bool{}
		for _, row := range sample {
			values[cell(row, i)] = true
		}
		if len(values) < 2 || len(values) > 20 || 2*len(values) > len(sample) {
			continue
		}
		if found >= 0 {
			return -1, ""
		}
		found = i
	}
	return found, "the only one with few different values"
}

// guessTarget takes the column of a usual name, or the last if it is numeric.
func (t *Table) guessTarget(sample [][]string) (int, string) {
	if i := t.byName(targetNames, -1); i >= 0 {
		return i, "by its name"
	}
	last := len(t.columns) - 1
	if last < 0 || len(sample) == 0 || t.headless() != "" {
		return -1, ""
	}
	numbers := 0
	for _, row := range sample {
		if _, ok := parseNumeral(strings.TrimSpace(cell(row, last))); ok {
			numbers++
		} else if !MissingNumber(cell(row, last), t.cfg.Missing) {
			return -1, ""
		}
	}
	if numbers == 0 {
		return -1, ""
	}
	return last, "the last, which holds numbers"
}
