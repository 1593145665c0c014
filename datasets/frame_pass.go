package datasets

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Frame reads the columns that a regression needs. Memory grows by about
// twelve bytes a cell while it reads. What columns are is decided by all of their
// cells; those of numbers that are not written plainly, and of times, are read in a
// second pass.
func (t *Table) Frame(ctx context.Context, cfg FrameConfig) (*Frame, error) {
	target, columns, err := t.frameColumns(cfg)
	if err != nil {
		return nil, t.fail(0, err)
	}
	f := &Frame{Target: t.columns[target.index]}
	want := []int{target.index}
	for _, c := range columns {
		want = append(want, c.index)
	}
	err = t.frameRows(ctx, want, target, func(r Row) error {
		target.add(r.Cells[target.index], r.Line, r.isTyped(target.index))
		for _, c := range columns {
			c.add(r.Cells[c.index], r.Line, r.isTyped(c.index))
		}
		f.Lines = append(f.Lines, r.Line)
		return nil
	}, &f.Dropped)
	if err != nil {
		return nil, err
	}
	if len(f.Lines) == 0 {
		return nil, t.fail(0, fmt.Errorf("none of the %d rows has a value in the target %q", f.Dropped, f.Target))
	}
	h := t.habits(append(columns, target))
	if err := f.settleTarget(target, h, cfg.Task); err != nil {
		return nil, t.fail(0, err)
	}
	f.Notes = append(f.Notes, t.unread(cfg)...)
	for _, c := range columns {
		column, passed, notes, err := c.finish(cfg, h)
		if err != nil {
			return nil, t.fail(0, err)
		}
		if f.Notes = append(f.Notes, notes...); passed != "" {
			f.Notes = append(f.Notes, passed)
		} else {
			f.Columns = append(f.Columns, column)
		}
	}
	f.Notes = append(f.Notes, t.notes()...)
	if len(f.Columns) == 0 {
		why := "the table has no other, or all are ignored"
		if n := len(f.Notes); n > 3 {
			why = fmt.Sprintf("%s; and %d more", strings.Join(f.Notes[:3], "; "), n-3)
		} else if n > 0 {
			why = strings.Join(f.Notes, "; ")
		}
		return nil, t.fail(0, fmt.Errorf("there is no column to predict %q from: %s", f.Target, why))
	}
	if err := t.readAgain(ctx, f, target); err != nil {
		return nil, err
	}
	f.Notes = append(f.Notes, f.sentinels()...)
	return f, nil
}

// frameRows calls each for the rows that have a target and counts the others.
func (t *Table) frameRows(ctx context.Context, want []int, target *frameReader, each func(Row) error, dropped *int) error {
	return t.draw(ctx, want, true, func(r Row) (bool, error) {
		cell := strings.TrimSpace(strings.TrimPrefix(r.Cells[target.index], "\ufeff"))
		if target.marks.has(cell) || numberMarks.has(cell) {
			if t.cfg.Strict {
				return false, sort{fmt.Errorf("column %q, the target, has no value (%.40q): fill it, delete the row, or have such rows passed over", t.columns[target.index], cell), ErrEmptyCell}
			}
			*dropped++
			if cell != "" {
				target.absent.add(cell)
			}
			return true, nil
		}
		return true, each(r)
	})
}

// settleTarget decides how the target is read.
func (f *Frame) settleTarget(target *frameReader, h habits, task Task) error {
	reading, kind, doubts, ok := target.profile.reading(h)
	if task == Classification || task == "" && (!ok && target.strange() == nil || ok && reading.Boolean) {
		return f.settleClasses(target)
	}
	if !ok {
		if err := target.strange(); err != nil {
			return err
		}
		p := &target.profile.plain
		_, err := Reading{}.number(p.odd, false)
		return fmt.Errorf("%s %d: column %q, the target: %w", target.noun, p.line, f.Target, err)
	}
	if kind == Time || reading.Clock || reading.Boolean {
		return fmt.Errorf("column %q, the target, holds %s: a regression predicts numbers", f.Target, reading)
	}
	for _, d := range doubts {
		f.Notes = append(f.Notes, fmt.Sprintf("column %q, the target: %s", f.Target, d))
	}
	if target.absent.marked() {
		f.Notes = append(f.Notes, fmt.Sprintf("column %q, the target: taken for missing: %s (--missing lists the marks that are)", f.Target, target.absent))
	}
	if n := len(target.values); target.whole && !target.tooMany && n <= fewValues && len(target.column) > 5*n {
		f.Notes = append(f.Notes, fmt.Sprintf("column %q, the target, has only the values %s: if they are classes, and 2 is not twice 1, it is a classification (--task classification)",
			f.Target, strings.Join(target.values, ", ")))
	}
	f.Reading, f.Marks, f.Y = reading, target.marks.list(), target.numbers
	if target.decided = reading; target.odd || reading != (Reading{}) {
		f.Y = nil
	}
	return nil
}

// readAgain reads the columns whose numbers are not known yet.
func (t *Table) readAgain(ctx context.Context, f *Frame, target *frameReader) error {
	want := []int{target.index}
	var again []*FrameColumn
	for i := range f.Columns {
		if c := &f.Columns[i]; c.Kind != Categorical && c.Numbers == nil {
			at, err := t.find(c.Name)
			if err != nil {
				return t.fail(0, err)
			}
			again, want = append(again, c), append(want, at)
			c.Numbers = make([]float64, 0, len(f.Lines))
		}
	}
	if f.Y != nil && len(again) == 0 {
		return nil
	}
	y, unused := make([]float64, 0, len(f.Lines)), 0
	target.absent = nil
	err := t.frameRows(ctx, want, target, func(r Row) error {
		x, err := 0.0, error(nil)
		if f.Classes == nil {
			x, err = f.Reading.number(r.Cells[target.index], r.isTyped(target.index))
		}
		if err != nil {
			return fmt.Errorf("column %q, the target: %w", f.Target, err)
		}
		y = append(y, x)
		for i, c := range again {
			x, err := c.number(r.Cells[want[i+1]], target.marks, r.isTyped(want[i+1]))
			if err != nil {
				return fmt.Errorf("column %q: %w", c.Name, err)
			}
			c.Numbers = append(c.Numbers, x)
		}
		return nil
	}, &unused)
	if err != nil {
		return err
	}
	if len(y) != len(f.Lines) {
		return t.fail(0, fmt.Errorf("had %d rows with a target and has %d: it changed while it was read", len(f.Lines), len(y)))
	}
	if f.Classes == nil {
		f.Y = y
	}
	return nil
}

// number reads a cell, NaN for one without a value.
func (c *FrameColumn) number(cell string, marks marks, typed bool) (float64, error) {
	cell = strings.TrimSpace(strings.TrimPrefix(cell, "\ufeff"))
	if marks.has(cell) || numberMarks.has(cell) {
		return math.NaN(), nil
	}
	return c.Reading.number(cell, typed)
}

// habits are what columns say beyond doubt of how the file is written, unless its
// reader was told.
func (t *Table) habits(columns []*frameReader) habits {
	h := habits{dates: t.cfg.Dates}
	commas, points, dmy, mdy := 0, 0, 0, 0
	for _, c := range columns {
		p := &c.profile
		if p.saysComma() {
			commas++
		}
		if p.saysPoint() {
			points++
		}
		if n := p.cells - p.doubtful(); n > 0 && p.dmy.n != p.mdy.n && p.ymd.n != n {
			if p.dmy.n == n {
				dmy++
			}
			if p.mdy.n == n {
				mdy++
			}
		}
	}
	switch {
	case t.cfg.Decimal == "comma":
		h.decimal = ","
	case t.cfg.Decimal == "point", points > 0 && commas == 0:
		h.decimal = "."
	case commas > 0 && points == 0:
		h.decimal = ","
	}
	switch {
	case h.dates != "":
	case dmy > 0 && mdy == 0:
		h.dates = "dmy"
	case mdy > 0 && dmy == 0:
		h.dates = "mdy"
	}
	return h
}

// unread says which columns of those that a regression would read hold what cannot
// be.
func (t *Table) unread(cfg FrameConfig) (notes []string) {
	for i, why := range t.problems {
		name := t.columns[i]
		if why == "" || slices.Contains(cfg.Ignore, name) || len(cfg.Features) > 0 && !slices.Contains(cfg.Features, name) {
			continue
		}
		notes = append(notes, fmt.Sprintf("column %q is ignored: it %s", name, why))
	}
	return notes
}
