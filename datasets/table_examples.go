package datasets

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// Set is a data set in memory.
type Set struct {
	Name     string
	Classes  []string // what Example.Label indexes
	Examples []Example
	Marks    []Mark // of each example, where the TableConfig asks for more than a label; else nil
	// Skipped counts the rows that have no text or no label and were passed over.
	Skipped int
	// Notes says in sentences what a reader of the data should know.
	Notes []string
}

// Summary is what a pass over a table found.
type Summary struct {
	Rows    int      // examples, without those skipped
	Skipped int      // rows passed over because they have no text or no label
	Classes []string // given, or found in the file and sorted: numbers by value
	Counts  []int    // examples of each class
	Notes   []string // what a reader of the data should know, in sentences
}

// Scan reads the whole table, checks every row, and finds the classes. It
// reads the file once, however often it is called.
func (t *Table) Scan(ctx context.Context) (Summary, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.summary == nil {
		labels := newLabels(t.cfg, t.described)
		s := Summary{}
		err := t.texts(ctx, labels, &s.Skipped, func(Marked) bool { s.Rows++; return true })
		if err != nil {
			return Summary{}, err
		}
		if err := t.finish(&s, labels); err != nil {
			return Summary{}, err
		}
		t.summary = &s
	}
	s := *t.summary
	s.Classes, s.Counts, s.Notes = slices.Clone(s.Classes), slices.Clone(s.Counts), slices.Clone(s.Notes)
	return s, nil
}

// finish checks what only a whole pass can tell.
func (t *Table) finish(s *Summary, labels *labels) error {
	if s.Rows == 0 {
		if t.cfg.Unlabelled {
			return t.fail(0, fmt.Errorf("none of the %d rows has a text in column %q", s.Skipped, t.columns[t.text.column]))
		}
		return t.fail(0, fmt.Errorf("none of the %d rows has both a text and a label", s.Skipped))
	}
	var notes []string
	if s.Skipped > 0 {
		notes = append(notes, fmt.Sprintf("%s passed over for want of a text or a label (--strict refuses that)", plural(s.Skipped, "row")+are(s.Skipped)))
	}
	if labels.bare > 0 {
		notes = append(notes, fmt.Sprintf("%s no label in column %q: taken for %s that none applies to", plural(labels.bare, "row")+have(labels.bare), t.columns[t.label.column], plural(labels.bare, "text")))
	}
	if labels.absent.marked() {
		notes = append(notes, fmt.Sprintf("labels taken for missing ones: %s (--missing lists the marks that are)", labels.absent))
	}
	if len(labels.wordless) > 0 {
		notes = append(notes, fmt.Sprintf("texts that read %s are taken as texts (--missing lists what stands for none)", labels.wordless))
	}
	notes = append(notes, t.notes()...)
	if t.cfg.Unlabelled || t.cfg.Score != "" {
		s.Notes = notes
		return nil
	}
	s.Classes, s.Counts, s.Notes = labels.finish()
	s.Notes = append(notes, s.Notes...)
	if len(s.Classes) < 2 {
		if len(s.Classes) == 0 {
			return t.fail(0, fmt.Errorf("no row has a label in column %q: %w", t.columns[t.label.column], ErrLabel))
		}
		marked := ""
		if labels.absent.marked() {
			marked = fmt.Sprintf(" (labels taken for missing ones: %s; --missing lists the marks that are)", labels.absent)
		} else if s.Skipped > 0 {
			marked = fmt.Sprintf(" (%s no text or no label)", plural(s.Skipped, "row")+have(s.Skipped))
		}
		return t.fail(0, fmt.Errorf("every row has the label %q in column %q%s, and at least two classes are needed; add rows of another, or take another column for the labels: %w",
			s.Classes[0], t.columns[t.label.column], marked, ErrLabel))
	}
	return nil
}

// have and are are verbs of n things.
func have(n int) string {
	if n == 1 {
		return " has"
	}
	return " have"
}

func are(n int) string {
	if n == 1 {
		return " is"
	}
	return " are"
}

// Examples yields the rows as examples. Where the classes were not given it
// first scans the file for them, if Scan has not done so. The sequence ends
// after the first error.
func (t *Table) Examples(ctx context.Context) iter.Seq2[Example, error] {
	return func(yield func(Example, error) bool) {
		for m, err := range t.Marked(ctx) {
			if !yield(m.Example, err) {
				return
			}
		}
	}
}

// Marked is Examples with what else the TableConfig asks for.
func (t *Table) Marked(ctx context.Context) iter.Seq2[Marked, error] {
	return func(yield func(Marked, error) bool) {
		cfg := t.cfg
		if cfg.Classes == nil && !cfg.Unlabelled && cfg.Score == "" {
			s, err := t.Scan(ctx)
			if err != nil {
				yield(Marked{}, err)
				return
			}
			cfg.Classes = s.Classes
		}
		var skipped int
		if err := t.texts(ctx, newLabels(cfg, t.described), &skipped, func(e Marked) bool { return yield(e, nil) }); err != nil {
			yield(Marked{}, err)
		}
	}
}

// Load reads the table into memory in one pass.
func (t *Table) Load(ctx context.Context) (*Set, error) {
	labels := newLabels(t.cfg, t.described)
	set := &Set{Name: t.name}
	err := t.texts(ctx, labels, &set.Skipped, func(e Marked) bool {
		if set.Examples = append(set.Examples, e.Example); t.cfg.Multi != "" || t.cfg.Score != "" || t.cfg.Pair != "" {
			set.Marks = append(set.Marks, e.Mark)
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	s := Summary{Rows: len(set.Examples), Skipped: set.Skipped}
	if err := t.finish(&s, labels); err != nil {
		return nil, err
	}
	set.Classes, set.Notes = s.Classes, s.Notes
	if !t.cfg.Unlabelled {
		for i := range set.Examples {
			e := &set.Examples[i]
			if set.Marks != nil {
				m := set.Marks[i].Labels
				for k, n := range m {
					m[k] = labels.order[n]
				}
				slices.Sort(m)
			}
			if e.Label >= 0 {
				e.Label = labels.order[e.Label]
			}
		}
	}
	return set, nil
}

// texts calls f with each row as an example, labelled in the order of labels,
// until it returns false.
func (t *Table) texts(ctx context.Context, labels *labels, skipped *int, f func(Marked) bool) error {
	if t.text.err != nil {
		return t.fail(0, t.text.err)
	}
	want := []int{t.text.column}
	if t.pair.column >= 0 && t.cfg.Pair != "" {
		if want = append(want, t.pair.column); t.pair.column == t.text.column {
			return t.fail(0, sort{fmt.Errorf("column %q cannot hold both texts of a pair", t.columns[t.text.column]), ErrConfig})
		}
	}
	if !t.cfg.Unlabelled {
		if t.label.err != nil {
			return t.fail(0, t.label.err)
		}
		if t.label.column == t.text.column {
			return t.fail(0, sort{fmt.Errorf("column %q cannot hold both the texts and the labels", t.columns[t.text.column]), ErrConfig})
		}
		want = append(want, t.label.column)
	}
	return t.each(ctx, want, func(r Row) (bool, error) {
		for _, c := range want[:len(want)-t.labelColumns()] {
			if strings.TrimSpace(r.Cells[c]) != "" && (t.cfg.Missing == nil || !labels.marks.has(r.Cells[c])) {
				continue
			}
			if t.cfg.Strict {
				return false, sort{fmt.Errorf("column %q is empty: fill it, delete the row, or have empty rows passed over", t.columns[c]), ErrEmptyCell}
			}
			*skipped++
			return true, nil
		}
		if c := r.Cells[t.text.column]; len(c) < 20 && usualMarks.has(c) {
			labels.wordless.add(c)
		}
		if c := t.label.column; !t.cfg.Unlabelled && t.missing(labels, r) {
			if t.cfg.Strict {
				what := "is empty"
				if cell := strings.TrimSpace(r.Cells[c]); cell != "" {
					what = fmt.Sprintf("holds %.40q, which stands for no label", cell)
				}
				return false, sort{fmt.Errorf("column %q %s: fill it, delete the row, or have empty rows passed over", t.columns[c], what), ErrEmptyCell}
			}
			labels.absent.add(r.Cells[c])
			*skipped++
			return true, nil
		}
		e := Marked{Example: Example{Text: r.Cells[t.text.column], Label: -1, ID: strconv.Itoa(r.Line)}}
		if t.cfg.Pair != "" {
			e.Pair = strings.Clone(r.Cells[t.pair.column])
		}
		if t.cfg.Format == CSV || t.cfg.Format == TSV {
			e.Text = strings.Clone(e.Text) // lest it keep the whole row in memory
		}
		if !t.cfg.Unlabelled {
			if err := t.mark(&e, labels, r.Cells[t.label.column]); err != nil {
				return false, fmt.Errorf("column %q: %w", t.columns[t.label.column], err)
			}
		}
		return f(e), nil
	})
}
