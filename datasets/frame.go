package datasets

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"
)

// FrameConfig says which columns of a table a model reads. The zero
// value takes the table's target and every column that can serve.
type FrameConfig struct {
	// Target names the column to be predicted; empty means the one that the
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
	// Task is what the target is: a number of a Regression, or a class of a
	// Classification; empty: a number where all cells are numbers, else a class.
	Task Task
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

// Task is what is predicted from a row.
type Task string

// The tasks.
const (
	Regression     Task = "regression"
	Classification Task = "classification"
)

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
	Y       []float64     // the targets, finite: of classes indices into Classes
	Classes []string      // where the target is a class, in the order of numbers or of bytes; else nil
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
	if f.Classes != nil {
		lines[0] += ", a class of: " + f.classCounts()
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

// classCounts lists the classes with their rows.
func (f *Frame) classCounts() string {
	counts := make([]int, len(f.Classes))
	for _, y := range f.Y {
		counts[int(y)]++
	}
	var list []string
	for k, name := range f.Classes[:min(len(f.Classes), 20)] {
		list = append(list, fmt.Sprintf("%q %d", name, counts[k]))
	}
	if n := len(f.Classes) - 20; n > 0 {
		list = append(list, fmt.Sprintf("and %d more", n))
	}
	return strings.Join(list, ", ")
}

// Select returns the frame of some rows, in their order. Categories and classes
// stay, even those that none of the rows has.
func (f *Frame) Select(rows []int) *Frame {
	out := *f
	out.Y, out.Lines = pick(f.Y, rows), pick(f.Lines, rows)
	out.Columns = slices.Clone(f.Columns)
	for i := range out.Columns {
		c := &out.Columns[i]
		c.Numbers, c.Codes, c.Missing = pick(c.Numbers, rows), pick(c.Codes, rows), 0
		for k := range rows {
			if c.Kind == Categorical && c.Codes[k] < 0 || c.Kind != Categorical && math.IsNaN(c.Numbers[k]) {
				c.Missing++
			}
		}
	}
	return &out
}

// pick returns the chosen elements of a list, nil of none.
func pick[T any](list []T, rows []int) []T {
	if list == nil {
		return nil
	}
	out := make([]T, len(rows))
	for i, at := range rows {
		out[i] = list[at]
	}
	return out
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
	for _, name := range f.Classes {
		text(name)
	}
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
