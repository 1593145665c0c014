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
	Time        FeatureKind = "time" // dates with a time or without
)

// Frame is a table in memory as a regression reads it: rows that have a
// target, and columns of numbers or of categories.
type Frame struct {
	Target  string        // name of the target's column
	Reading Reading       // of the target's cells
	Marks   []string      // cells of it that stand for no value; nil: the usual ones
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
	Reading Reading   // how cells of a column of numbers or times are read
	Numbers []float64 // of a column of numbers or times, these in days since 1970-01-01 UTC: NaN where missing
	Codes   []int32   // of a categorical column: indices into Values, -1 where missing
	Values  []string  // the categories, in the order in which they occur first, each in one spelling
	Marks   []string  // cells that stand for no value; nil: the usual ones
}

// Rows returns the number of rows.
func (f *Frame) Rows() int { return len(f.Y) }

// Describe says in sentences what the columns are.
func (f *Frame) Describe() []string {
	lines := []string{fmt.Sprintf("%s; the target is %q", plural(f.Rows(), "row"), f.Target)}
	if f.Dropped > 0 {
		lines[0] = fmt.Sprintf("%s; %d more have no value in the target %q and are left out", plural(f.Rows(), "row"), f.Dropped, f.Target)
	}
	if how := f.Reading.String(); how != "" {
		lines[0] += ", " + how
	}
	for _, c := range f.Columns {
		line := fmt.Sprintf("column %q: ", c.Name)
		switch how := c.Reading.String(); {
		case c.Kind == Categorical:
			line += fmt.Sprintf("%d categories", len(c.Values))
		case how != "":
			line += how
		default:
			line += "numbers"
		}
		if c.Missing > 0 {
			line += fmt.Sprintf(", %d missing (%.1f %%)", c.Missing, 100*float64(c.Missing)/float64(f.Rows()))
		}
		lines = append(lines, line)
	}
	return append(lines, f.Notes...)
}

// Equal returns for each row the first that equals it in every column and in the
// target.
func (f *Frame) Equal() []int {
	seen := make(map[[sha256.Size]byte]int, f.Rows())
	first := make([]int, f.Rows())
	var row []byte
	for i := range first {
		row = binary.LittleEndian.AppendUint64(row[:0], math.Float64bits(f.Y[i]))
		for _, c := range f.Columns {
			if c.Kind == Categorical {
				row = binary.LittleEndian.AppendUint32(row, uint32(c.Codes[i]))
			} else if x := c.Numbers[i]; math.IsNaN(x) {
				row = append(row, "missing!"...)
			} else {
				row = binary.LittleEndian.AppendUint64(row, math.Float64bits(x))
			}
		}
		sum := sha256.Sum256(row)
		if at, ok := seen[sum]; ok {
			first[i] = at
		} else {
			seen[sum], first[i] = i, i
		}
	}
	return first
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
	if err := f.settleTarget(target, h); err != nil {
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
	return f, t.readAgain(ctx, f, target)
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
func (f *Frame) settleTarget(target *frameReader, h habits) error {
	reading, kind, doubts, ok := target.profile.reading(h)
	if !ok {
		if err := target.strange(); err != nil {
			return err
		}
		p := &target.profile.plain
		_, err := Reading{}.number(p.odd, false)
		return fmt.Errorf("line %d: column %q, the target: %w", p.line, f.Target, err)
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
		x, err := f.Reading.number(r.Cells[target.index], r.isTyped(target.index))
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
	f.Y = y
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
		if n := p.cells - p.doubtful(); n > 0 && p.dmy.n != p.mdy.n {
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

// frameColumns chooses the columns to be read.
func (t *Table) frameColumns(cfg FrameConfig) (y *frameReader, columns []*frameReader, err error) {
	target := t.target.column
	if cfg.Target != "" {
		target, err = t.find(cfg.Target)
	} else {
		err = t.target.err
	}
	if err != nil {
		return nil, nil, err
	}
	for _, list := range [][]string{cfg.Features, cfg.Categorical, cfg.Ignore} {
		for _, name := range list {
			if _, err := t.find(name); err != nil {
				return nil, nil, err
			}
			if name == t.columns[target] {
				return nil, nil, fmt.Errorf("column %q is the target and cannot be a feature or ignored", name)
			}
		}
	}
	for _, name := range cfg.Ignore {
		if slices.Contains(cfg.Features, name) || slices.Contains(cfg.Categorical, name) {
			return nil, nil, fmt.Errorf("column %q is both to be read and to be ignored", name)
		}
	}
	problem := func(i int) string {
		if i < len(t.problems) {
			return t.problems[i]
		}
		return ""
	}
	if why := problem(target); why != "" {
		return nil, nil, fmt.Errorf("column %q, the target, %s", t.columns[target], why)
	}
	marks := newMarks(t.cfg.Missing)
	reader := func(i int) *frameReader {
		return &frameReader{name: t.columns[i], index: i, marks: marks, codes: map[string]int32{}, counting: true, whole: true}
	}
	for i, name := range t.columns {
		asked := slices.Contains(cfg.Features, name)
		if i == target || slices.Contains(cfg.Ignore, name) || len(cfg.Features) > 0 && !asked {
			if slices.Contains(cfg.Categorical, name) {
				return nil, nil, fmt.Errorf("column %q is categorical, but none of the features", name)
			}
			continue
		}
		c := reader(i)
		c.categorical = slices.Contains(cfg.Categorical, name)
		c.asked = asked || c.categorical
		if why := problem(i); why != "" {
			if c.asked {
				return nil, nil, fmt.Errorf("column %q %s", name, why)
			}
			continue
		}
		columns = append(columns, c)
	}
	y = reader(target)
	y.target = true
	return y, columns, nil
}

// Select yields the rows of the table with the cells of the named columns in
// the order given. The sequence ends after the first error. A cell is valid
// until the next row is read.
func (t *Table) Select(ctx context.Context, names ...string) iter.Seq2[Row, error] {
	return t.choice(ctx, false, names)
}

// SelectRows is Select for Features: numbers of Parquet and JSON have an exponent,
// as in 1.234e0, lest a Reading with the decimal comma take them for 1234.
func (t *Table) SelectRows(ctx context.Context, names ...string) iter.Seq2[Row, error] {
	return t.choice(ctx, true, names)
}

func (t *Table) choice(ctx context.Context, exponents bool, names []string) iter.Seq2[Row, error] {
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
				if cells[i] = r.Cells[c]; exponents {
					cells[i] = r.Feature(c)
				}
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

// Feature returns a cell as SelectRows has it: a number of Parquet or JSON with an
// exponent, so that no one takes 1.234 for 1234.
func (r Row) Feature(column int) string {
	cell := r.Cells[column]
	if r.isTyped(column) && strings.Contains(cell, ".") && !strings.ContainsAny(cell, "eE") {
		return cell + "e0"
	}
	return cell
}
