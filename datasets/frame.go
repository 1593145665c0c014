package datasets

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
)

// FrameConfig says which columns of a table a regression reads. The zero
// value takes the table's target and every column that can serve.
type FrameConfig struct {
	// Target names the number to be predicted; empty means the one that the
	// table guesses.
	Target string
	// Features are the columns to predict from; none: all but the target and
	// those that cannot serve, which Notes then lists.
	Features []string
	// Categorical are columns of categories though they look like numbers, or
	// hold more values than MaxCategories.
	Categorical []string
	// Ignore are columns that are not to be read.
	Ignore []string
	// MaxCategories is the number of values above which a column of texts is
	// no column of categories; 0 means 100.
	MaxCategories int
}

// defaultCategories is what MaxCategories 0 stands for.
const defaultCategories = 100

func (c FrameConfig) categories() int {
	if c.MaxCategories <= 0 {
		return defaultCategories
	}
	return c.MaxCategories
}

// FeatureKind is what the cells of a column are.
type FeatureKind string

// The kinds of columns.
const (
	Numeric     FeatureKind = "numeric"
	Categorical FeatureKind = "categorical"
)

// Frame is a table in memory as a regression reads it: rows that have a
// target, and columns of numbers or of categories.
type Frame struct {
	Target  string        // name of the target's column
	Y       []float64     // the targets, finite
	Columns []FrameColumn // in the order of the file
	Lines   []int         // of each row in the file
	Dropped int           // rows that were left out because their target is missing
	Notes   []string      // what a reader of the data should know, in sentences
}

// FrameColumn is a column of a Frame.
type FrameColumn struct {
	Name    string
	Kind    FeatureKind
	Missing int       // cells without a value
	Numbers []float64 // of a numeric column: NaN where missing
	Codes   []int32   // of a categorical column: indices into Values, -1 where missing
	Values  []string  // the categories, in the order in which they occur first
}

// Rows returns the number of rows.
func (f *Frame) Rows() int { return len(f.Y) }

// Describe says in sentences what the columns are.
func (f *Frame) Describe() []string {
	lines := []string{fmt.Sprintf("%s; the target is %q", plural(f.Rows(), "row"), f.Target)}
	if f.Dropped > 0 {
		lines[0] = fmt.Sprintf("%s; %d more have no value in the target %q and are left out", plural(f.Rows(), "row"), f.Dropped, f.Target)
	}
	for _, c := range f.Columns {
		line := fmt.Sprintf("column %q: ", c.Name)
		if c.Kind == Numeric {
			line += "numbers"
		} else {
			line += fmt.Sprintf("%d categories", len(c.Values))
		}
		if c.Missing > 0 {
			line += fmt.Sprintf(", %d missing (%.1f %%)", c.Missing, 100*float64(c.Missing)/float64(f.Rows()))
		}
		lines = append(lines, line)
	}
	return append(lines, f.Notes...)
}

// Fingerprint is a SHA-256 of the frame: the same for the same columns and
// rows in the same order, whatever format they came from.
func (f *Frame) Fingerprint() string {
	h := sha256.New()
	buf := make([]byte, 0, 1<<16)
	flush := func(limit int) {
		if len(buf) > limit {
			h.Write(buf)
			buf = buf[:0]
		}
	}
	text := func(s string) {
		buf = binary.LittleEndian.AppendUint64(buf, uint64(len(s)))
		buf = append(buf, s...)
		flush(1 << 15)
	}
	numbers := func(x []float64) {
		buf = binary.LittleEndian.AppendUint64(buf, uint64(len(x)))
		for _, v := range x {
			if math.IsNaN(v) {
				v = math.NaN() // one of many
			}
			buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(v))
			flush(1 << 15)
		}
	}
	text("frame 1")
	text(f.Target)
	numbers(f.Y)
	for _, c := range f.Columns {
		text(c.Name)
		text(string(c.Kind))
		numbers(c.Numbers)
		for _, v := range c.Values {
			text(v)
		}
		for _, k := range c.Codes {
			buf = binary.LittleEndian.AppendUint32(buf, uint32(k))
			flush(1 << 15)
		}
	}
	flush(0)
	return hex.EncodeToString(h.Sum(nil))
}

// Frame reads the columns that a regression needs. Memory grows by about
// twelve bytes a cell while it reads.
func (t *Table) Frame(ctx context.Context, cfg FrameConfig) (*Frame, error) {
	target, columns, err := t.frameColumns(cfg)
	if err != nil {
		return nil, t.fail(0, err)
	}
	f := &Frame{Target: t.columns[target]}
	want := []int{target}
	for _, c := range columns {
		want = append(want, c.index)
	}
	err = t.each(ctx, want, func(r Row) (bool, error) {
		cell := r.Cells[target]
		if Missing(cell) {
			f.Dropped++
			return true, nil
		}
		y, err := number(cell)
		if err != nil {
			return false, fmt.Errorf("column %q, the target: %w", f.Target, err)
		}
		for _, c := range columns {
			if err := c.add(r.Cells[c.index], r.Line); err != nil {
				return false, err
			}
		}
		f.Y, f.Lines = append(f.Y, y), append(f.Lines, r.Line)
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	if f.Rows() == 0 {
		return nil, t.fail(0, fmt.Errorf("none of the %d rows has a value in the target %q", f.Dropped, f.Target))
	}
	for _, c := range columns {
		column, note, err := c.finish(cfg)
		if err != nil {
			return nil, t.fail(0, err)
		}
		if note != "" {
			f.Notes = append(f.Notes, note)
		} else {
			f.Columns = append(f.Columns, column)
		}
	}
	if len(f.Columns) == 0 {
		why := "the table has no other, or all are ignored"
		if n := len(f.Notes); n > 3 {
			why = fmt.Sprintf("%s; and %d more", strings.Join(f.Notes[:3], "; "), n-3)
		} else if n > 0 {
			why = strings.Join(f.Notes, "; ")
		}
		return nil, t.fail(0, fmt.Errorf("there is no column to predict %q from: %s", f.Target, why))
	}
	return f, nil
}

// frameColumns chooses the columns to be read.
func (t *Table) frameColumns(cfg FrameConfig) (target int, columns []*frameReader, err error) {
	if target = t.target.column; cfg.Target != "" {
		target, err = t.find(cfg.Target)
	} else {
		err = t.target.err
	}
	if err != nil {
		return 0, nil, err
	}
	for _, list := range [][]string{cfg.Features, cfg.Categorical, cfg.Ignore} {
		for _, name := range list {
			if _, err := t.find(name); err != nil {
				return 0, nil, err
			}
			if name == t.columns[target] {
				return 0, nil, fmt.Errorf("column %q is the target and cannot be a feature or ignored", name)
			}
		}
	}
	for _, name := range cfg.Ignore {
		if slices.Contains(cfg.Features, name) || slices.Contains(cfg.Categorical, name) {
			return 0, nil, fmt.Errorf("column %q is both to be read and to be ignored", name)
		}
	}
	for i, name := range t.columns {
		asked := slices.Contains(cfg.Features, name)
		if i == target || slices.Contains(cfg.Ignore, name) || len(cfg.Features) > 0 && !asked {
			if slices.Contains(cfg.Categorical, name) {
				return 0, nil, fmt.Errorf("column %q is categorical, but none of the features", name)
			}
			continue
		}
		categorical := slices.Contains(cfg.Categorical, name)
		columns = append(columns, &frameReader{
			name: name, index: i, asked: asked || categorical, categorical: categorical, codes: map[string]int32{}, counting: true})
	}
	return target, columns, nil
}

// Select yields the rows of the table with the cells of the named columns in
// the order given. The sequence ends after the first error. A cell is valid
// until the next row is read.
func (t *Table) Select(ctx context.Context, names ...string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		want := make([]int, len(names))
		for i, name := range names {
			var err error
			if want[i], err = t.find(name); err != nil {
				yield(Row{}, t.fail(0, err))
				return
			}
		}
		cells, bare := make([]string, len(names)), make([]bool, len(names))
		if err := t.each(ctx, want, func(r Row) (bool, error) {
			for i, c := range want {
				cells[i] = r.Cells[c]
				if r.Bare != nil {
					bare[i] = r.Bare[c]
				}
			}
			row := Row{Line: r.Line, Cells: cells}
			if r.Bare != nil {
				row.Bare = bare
			}
			return yield(row, nil), nil
		}); err != nil {
			yield(Row{}, err)
		}
	}
}
