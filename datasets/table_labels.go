package datasets

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// labels numbers the labels of a table.
type labels struct {
	given     bool
	max       int
	marks     marks    // labels that stand for none
	described []string // names that the file gives to numbers
	names     []string // by number
	counts    []int
	seen      map[string]int // as written to number
	asked     map[string]int // taken for a class by number, by truth or by its beginning
	accents   map[string]int // labels that were the same but for how accents are encoded
	unseen    map[string]int // and those but for spaces and what nobody sees
	absent    absent
	bare      int    // cells of several labels that hold none
	wordless  absent // texts that are usual marks of none
	// order leads from the numbers given out to those of the classes sorted.
	order []int
}

func newLabels(cfg TableConfig, described []string) *labels {
	l := &labels{max: cfg.MaxClasses, marks: newMarks(cfg.Missing), described: described,
		seen: map[string]int{}, asked: map[string]int{}, accents: map[string]int{}, unseen: map[string]int{}}
	if cfg.Classes != nil {
		l.given = true
		for _, c := range cfg.Classes {
			l.names = append(l.names, canonical(c))
		}
		l.counts = make([]int, len(l.names))
	}
	return l
}

// canonical is a label without the spaces around it, with one plain space between words
// whatever stands there, without characters that nobody sees, with accents in one
// encoding (Unicode's NFC), and, where it is a whole number written with a
// fraction, as pandas writes those of a column with gaps, without that: 1.0 is 1.
func canonical(label string) string {
	label = visible(norm.NFC.String(label))
	if whole, zeros, ok := strings.Cut(label, "."); ok && strings.Trim(zeros, "0") == "" {
		if _, err := strconv.ParseInt(whole, 10, 64); err == nil {
			return whole
		}
	}
	return label
}

// unseen are characters without a width: marks of byte order, soft hyphens, and those
// that editors and Web pages leave between words.
var unseen = strings.NewReplacer("\u200b", "", "\u2060", "", "\ufeff", "", "\u00ad", "")

// visible is a label or a category as people see it.
func visible(s string) string {
	s = strings.TrimSpace(s)
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf || s[i] < ' ' || s[i] == ' ' && s[i+1] == ' ' {
			return strings.Join(strings.Fields(unseen.Replace(s)), " ")
		}
	}
	return s
}

// missing reports whether what is written stands for no label. A class that was
// asked for by its name is one, whatever the name.
func (l *labels) missing(written string) bool {
	name := canonical(written)
	if l.given && slices.Contains(l.names, name) {
		return false
	}
	if l.described != nil && name == "-1" { // Hugging Face's own mark
		return true
	}
	return l.marks.has(name)
}

// named returns the name of what is written: that which the file's own description
// gives to a number, else what stands there.
func (l *labels) named(written string) (string, error) {
	name := canonical(written)
	if l.described == nil || slices.Contains(l.described, name) {
		return name, nil
	}
	n, err := strconv.ParseInt(name, 10, 64)
	if err != nil {
		return name, nil
	}
	if n < 0 || n >= int64(len(l.described)) {
		return "", fmt.Errorf("%d is none of the numbers that the file's own description names, 0 to %d for %s: %w", n, len(l.described)-1, quoteAll(l.described), ErrLabel)
	}
	return canonical(l.described[n]), nil
}

// add returns the number of a label.
func (l *labels) add(written string) (int, error) {
	if i, ok := l.seen[written]; ok {
		l.counts[i]++
		return i, nil
	}
	name, err := l.named(written)
	if err != nil {
		return 0, err
	}
	i := slices.Index(l.names, name)
	switch {
	case i >= 0:
	case l.given:
		if i = l.match(name); i < 0 {
			return 0, fmt.Errorf("%.60q is none of the classes %s: %w", name, quoteAll(l.names), ErrLabel)
		}
	default:
		if len(l.names) == l.max {
			advice := "is this the column of the classes?"
			if _, number := Number(name); number {
				advice += " If so, round them to a few:"
			} else if multi, _, ok := LooksSeveral(l.names); ok {
				advice += fmt.Sprintf(" If a cell holds several labels, --multi '%s' reads each:", multi)
			}
			return 0, fmt.Errorf("more than %d different labels, the last %.60q; %s %w", l.max, name, advice, ErrLabel)
		}
		i = len(l.names)
		l.names, l.counts = append(l.names, strings.Clone(name)), append(l.counts, 0)
	}
	if len(l.seen) < 1<<14 { // the same label may be written in endless ways
		l.seen[strings.Clone(written)] = i
	}
	if s := strings.TrimSpace(written); !norm.NFC.IsNormalString(s) {
		l.accents[l.names[i]]++
	} else if visible(s) != s {
		l.unseen[l.names[i]]++
	}
	l.counts[i]++
	return i, nil
}

// match finds the class given that a label means without being its name.
func (l *labels) match(label string) int {
	if i := slices.IndexFunc(l.names, func(n string) bool { return strings.EqualFold(n, label) }); i >= 0 {
		return i
	}
	if len(l.names) == 2 {
		switch strings.ToLower(label) {
		case "false":
			return l.ask(label, 0)
		case "true":
			return l.ask(label, 1)
		}
	}
	if slices.ContainsFunc(l.names, func(n string) bool { _, ok := Number(n); return ok }) {
		return -1 // numbers are names here
	}
	if n, err := strconv.ParseUint(label, 10, 31); err == nil && int(n) < len(l.names) && l.described == nil {
		return l.ask(label, int(n))
	}
	return l.begins(label)
}

// begins finds the only class whose name begins with a label of three letters or
// more, as neg does for negative.
func (l *labels) begins(label string) int {
	found := -1
	if len(label) < 3 {
		return -1
	}
	for i, n := range l.names {
		if !hasPrefixFold([]byte(n), label) {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = i
	}
	if found < 0 {
		return -1
	}
	return l.ask(label, found)
}

func (l *labels) ask(label string, i int) int {
	if len(l.asked) < 100 { // 0, 00, 000
		l.asked[strings.Clone(label)] = i
	}
	return i
}

// dashes writes them as hyphens.
var dashes = strings.NewReplacer("\u2010", "-", "\u2011", "-", "\u2012", "-", "\u2013", "-", "\u2014", "-", "\u2212", "-")

// finish sorts the classes that were found, numbers by their value if all are
// numbers, and sets order.
func (l *labels) finish() (classes []string, counts []int, notes []string) {
	by := make([]int, len(l.names))
	l.order = make([]int, len(l.names))
	for i := range by {
		by[i] = i
	}
	if !l.given {
		numeric := !slices.ContainsFunc(l.names, func(n string) bool { _, ok := Number(n); return !ok })
		slices.SortFunc(by, func(a, b int) int {
			order := strings.Compare(l.names[a], l.names[b])
			if numeric {
				x, _ := Number(l.names[a])
				y, _ := Number(l.names[b])
				order = cmp.Or(cmp.Compare(x, y), order)
			}
			return order
		})
	}
	folded := map[string]string{}
	for i, j := range by {
		l.order[j] = i
		classes, counts = append(classes, l.names[j]), append(counts, l.counts[j])
		if l.counts[j] == 0 {
			notes = append(notes, fmt.Sprintf("no row has the label %q", l.names[j]))
		}
		if l.accents[l.names[j]] > 0 {
			notes = append(notes, fmt.Sprintf("labels %q that differ only in how accents are encoded count as one class", l.names[j]))
		}
		if l.unseen[l.names[j]] > 0 {
			notes = append(notes, fmt.Sprintf("labels %q that differ only in spaces or in characters that nobody sees count as one class", l.names[j]))
		}
		low := strings.ToLower(dashes.Replace(l.names[j]))
		if other, ok := folded[low]; ok && !l.given {
			what := "case"
			if !strings.EqualFold(other, l.names[j]) {
				what = "the kind of dash"
			}
			notes = append(notes, fmt.Sprintf("the labels %q and %q differ in %s alone and count as two classes", other, l.names[j], what))
		}
		folded[low] = l.names[j]
	}
	asked := make([]string, 0, len(l.asked))
	for label := range l.asked {
		asked = append(asked, label)
	}
	slices.Sort(asked)
	for _, label := range asked {
		notes = append(notes, fmt.Sprintf("the label %q was taken for the class %q", label, l.names[l.asked[label]]))
	}
	return classes, counts, notes
}
