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
	// Skipped counts the rows passed over because of TableConfig.SkipEmpty.
	Skipped int
	// Notes says in sentences what a reader of the data should know.
	Notes []string
}

// Summary is what a pass over a table found.
type Summary struct {
	Rows    int      // examples, without those skipped
	Skipped int      // rows passed over because of TableConfig.SkipEmpty
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
		labels := newLabels(t.cfg)
		s := Summary{}
		err := t.texts(ctx, labels, &s.Skipped, func(Example) bool { s.Rows++; return true })
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
		return t.fail(0, fmt.Errorf("none of the %d rows has both a text and a label", s.Skipped))
	}
	if t.cfg.Unlabelled {
		return nil
	}
	s.Classes, s.Counts, s.Notes = labels.finish()
	if len(s.Classes) < 2 {
		return t.fail(0, fmt.Errorf("every row has the label %q in column %q, and at least two classes are needed; add rows of another, or take another column for the labels: %w",
			s.Classes[0], t.columns[t.label.column], ErrLabel))
	}
	return nil
}

// Examples yields the rows as examples. Where the classes were not given it
// first scans the file for them, if Scan has not done so. The sequence ends
// after the first error.
func (t *Table) Examples(ctx context.Context) iter.Seq2[Example, error] {
	return func(yield func(Example, error) bool) {
		cfg := t.cfg
		if cfg.Classes == nil && !cfg.Unlabelled {
			s, err := t.Scan(ctx)
			if err != nil {
				yield(Example{}, err)
				return
			}
			cfg.Classes = s.Classes
		}
		var skipped int
		if err := t.texts(ctx, newLabels(cfg), &skipped, func(e Example) bool { return yield(e, nil) }); err != nil {
			yield(Example{}, err)
		}
	}
}

// Load reads the table into memory in one pass.
func (t *Table) Load(ctx context.Context) (*Set, error) {
	labels := newLabels(t.cfg)
	set := &Set{Name: t.name}
	err := t.texts(ctx, labels, &set.Skipped, func(e Example) bool {
		set.Examples = append(set.Examples, e)
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
			e.Label = labels.order[e.Label]
		}
	}
	return set, nil
}

// texts calls f with each row as an example, labelled in the order of labels,
// until it returns false.
func (t *Table) texts(ctx context.Context, labels *labels, skipped *int, f func(Example) bool) error {
	if t.text.err != nil {
		return t.fail(0, t.text.err)
	}
	want := []int{t.text.column}
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
		for _, c := range want {
			if strings.TrimSpace(r.Cells[c]) == "" {
				if t.cfg.SkipEmpty {
					*skipped++
					return true, nil
				}
				return false, sort{fmt.Errorf("column %q is empty: fill it, delete the row, or have empty rows skipped", t.columns[c]), ErrEmptyCell}
			}
		}
		e := Example{Text: r.Cells[t.text.column], Label: -1, ID: strconv.Itoa(r.Line)}
		if t.cfg.Format == CSV || t.cfg.Format == TSV {
			e.Text = strings.Clone(e.Text) // lest it keep the whole row in memory
		}
		if !t.cfg.Unlabelled {
			var err error
			if e.Label, err = labels.add(r.Cells[t.label.column]); err != nil {
				return false, fmt.Errorf("column %q: %w", t.columns[t.label.column], err)
			}
		}
		return f(e), nil
	})
}
