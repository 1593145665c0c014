package datasets

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Feature turns the cells of a column into inputs of a regression.
//
// A number becomes (x - Mean) / Scale. A missing one becomes the median's
// input, and where numbers were missing among the rows that the feature was
// fitted on, a second input is 1 for missing and 0 for there.
//
// A time is a number of days since 1970-01-01 UTC, and more inputs stand for those
// of its calendar's Parts that differ among the rows.
//
// A category becomes an input for each of Categories, 1 for the one that it is
// and 0 for the others. Where values were missing, or too rare to have an
// input of their own, two more inputs may stand for "missing" and "other". A
// category that was never seen is an "other", as is a missing one where none
// was missing; without that input it becomes the average row: each category's
// share of the rows.
type Feature struct {
	Column string      `json:"column"`
	Kind   FeatureKind `json:"kind"`

	// Reading says how cells of numbers and times are written, and Marks are those
	// that stand for no value; nil: the usual ones.
	Reading Reading  `json:"reading,omitzero"`
	Marks   []string `json:"marks,omitzero"`

	Mean   float64 `json:"mean,omitempty"`
	Scale  float64 `json:"scale,omitempty"`
	Median float64 `json:"median,omitempty"`
	Low    float64 `json:"low,omitempty"` // the least number
	High   float64 `json:"high,omitempty"`

	Parts []CalendarPart `json:"parts,omitzero"` // of a time

	Categories []string `json:"categories,omitempty"`
	Counts     []int    `json:"counts,omitempty"` // rows of each category
	Others     int      `json:"others,omitempty"` // rows of categories too rare

	Missing int `json:"missing,omitempty"` // rows without a value

	index map[string]int // of Categories
	marks marks
}

// FeatureConfig says how features are fitted.
type FeatureConfig struct {
	// MaxCategories bounds the categories of a column, the most frequent ones;
	// 0 means 100.
	MaxCategories int
	// MinCount is the number of rows that a category needs; 0 means 5.
	MinCount int
}

// Features turn a row into the inputs of a regression. They are safe for many
// goroutines.
type Features struct {
	list   []Feature
	inputs int
}

const (
	maxInputs    = 1 << 14 // of all features together
	maxDeviation = 1e4     // of an input: further numbers are taken for this, lest float32 overflow
)

// NewFeatures checks features, as they come from a file.
func NewFeatures(list []Feature) (*Features, error) {
	f := &Features{list: slices.Clone(list)}
	seen := map[string]bool{}
	for i := range f.list {
		c := &f.list[i]
		if c.Column == "" || seen[c.Column] {
			return nil, fmt.Errorf("datasets: features: feature %d: column %.60q, want distinct names", i, c.Column)
		}
		seen[c.Column] = true
		if err := c.check(); err != nil {
			return nil, fmt.Errorf("datasets: features: column %.60q: %w", c.Column, err)
		}
		if f.inputs += c.width(); f.inputs > maxInputs {
			return nil, fmt.Errorf("datasets: features: over %d inputs", maxInputs)
		}
	}
	if f.inputs == 0 {
		return nil, errors.New("datasets: features: there are none")
	}
	return f, nil
}

func (c *Feature) check() error {
	if c.Missing < 0 || c.Others < 0 {
		return fmt.Errorf("%d rows missing and %d others, want 0 or more", c.Missing, c.Others)
	}
	c.marks = newMarks(c.Marks)
	if err := c.Reading.check(c.Kind); err != nil {
		return err
	}
	switch c.Kind {
	case Numeric, Time:
		for _, x := range []float64{c.Mean, c.Scale, c.Median, c.Low, c.High} {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return fmt.Errorf("mean %v, scale %v, median %v, range %v to %v, want finite numbers", c.Mean, c.Scale, c.Median, c.Low, c.High)
			}
		}
		for i, part := range c.Parts {
			if c.Kind != Time || part.width() == 0 || slices.Contains(c.Parts[:i], part) {
				return fmt.Errorf("part %.20q of a %s, want different ones of %s, %s and %s of a time", part, c.Kind, Month, Weekday, Hour)
			}
		}
		if !(c.Scale > 0) || c.Categories != nil || c.Counts != nil || c.Others != 0 {
			return fmt.Errorf("scale %v and %d categories, want a positive scale and none", c.Scale, len(c.Categories))
		}
	case Categorical:
		if c.Mean != 0 || c.Scale != 0 || c.Median != 0 || c.width() == 0 || len(c.Counts) != len(c.Categories) {
			return fmt.Errorf("%d categories and %d counts, want one for each, and no scale", len(c.Categories), len(c.Counts))
		}
		c.index = make(map[string]int, len(c.Categories))
		for i, name := range c.Categories {
			if _, ok := c.index[name]; ok || c.Counts[i] < 1 {
				return fmt.Errorf("category %.60q: twice, or in %d rows", name, c.Counts[i])
			}
			c.index[name] = i
		}
		for i, name := range c.Categories { // in older files another spelling of it
			if one := category(name); one != name {
				if _, ok := c.index[one]; !ok {
					c.index[one] = i
				}
			}
		}
	default:
		return fmt.Errorf("kind %.20q, want %s, %s or %s", c.Kind, Numeric, Time, Categorical)
	}
	return nil
}

// List returns the features in the order of their inputs.
func (f *Features) List() []Feature { return slices.Clone(f.list) }

// Inputs returns the number of inputs that a row becomes.
func (f *Features) Inputs() int { return f.inputs }

// Columns returns the names of the columns that are read.
func (f *Features) Columns() []string {
	names := make([]string, len(f.list))
	for i, c := range f.list {
		names[i] = c.Column
	}
	return names
}

// width is the number of inputs of a feature.
func (c *Feature) width() int {
	n := len(c.Categories)
	if c.Kind != Categorical {
		n = 1
	}
	for _, part := range c.Parts {
		n += part.width()
	}
	if c.Missing > 0 {
		n++
	}
	if c.Others > 0 {
		n++
	}
	return n
}

// Value shows a cell as it is understood: nil for a missing one, a number, the date
// of a time, or a category.
func (c *Feature) Value(cell string) any {
	cell = strings.TrimSpace(cell)
	if c.marks.has(cell) || c.Kind != Categorical && numberMarks.has(cell) {
		return nil
	}
	if c.Kind == Categorical {
		return cell
	}
	x, err := c.Reading.number(cell, false)
	switch {
	case err != nil:
		return cell
	case c.Kind == Time:
		return dayTime(x).Format("2006-01-02T15:04:05.999999Z")
	}
	return x
}

// number sets the inputs of a feature of numbers or times; NaN is a missing one.
func (c *Feature) number(to []float32, x float64) {
	if len(c.Parts) > 0 {
		at := len(to)
		for _, part := range slices.Backward(c.Parts) {
			at -= part.width()
			part.inputs(to[at:][:part.width()], x)
		}
	}
	if c.Missing > 0 {
		to[1] = 0
		if math.IsNaN(x) {
			to[1] = 1
		}
	}
	if math.IsNaN(x) {
		x = c.Median
	}
	to[0] = float32(max(-maxDeviation, min(maxDeviation, (x-c.Mean)/c.Scale)))
}

// far reports whether a number lies far outside those that the feature was fitted
// on: by more than ten times their range.
func (c *Feature) far(x float64) bool {
	room := float64(10 * (c.High - c.Low))
	return room > 0 && (x < c.Low-room || x > c.High+room)
}

// category sets the inputs of a categorical feature and reports whether the
// value was known.
func (c *Feature) category(to []float32, value string, missing bool) bool {
	clear(to)
	n := len(c.Categories)
	at, ok := c.index[value]
	if !ok {
		at, ok = c.index[category(value)]
	}
	if ok && !missing {
		to[at] = 1
		return true
	}
	if missing && c.Missing > 0 {
		to[n] = 1
		return true
	}
	if c.Others > 0 {
		to[len(to)-1] = 1
		return missing
	}
	rows := c.Missing
	for _, k := range c.Counts {
		rows += k
	}
	for i, k := range c.Counts {
		to[i] = float32(float64(k) / float64(rows))
	}
	if c.Missing > 0 {
		to[n] = float32(float64(c.Missing) / float64(rows))
	}
	return missing
}

// Surprise says what was unusual about a row.
type Surprise struct {
	Missing []string `json:"missing,omitempty"` // columns without a value
	Unknown []string `json:"unknown,omitempty"` // columns with a category that was not among those fitted
	Far     []string `json:"far,omitempty"`     // columns with a number far outside those fitted
}

// Encode sets to, of Inputs numbers, from a row whose cells are in the order
// of Columns. The error names the column of a cell that is no number.
func (f *Features) Encode(to []float32, cells []string) (Surprise, error) {
	var s Surprise
	if len(cells) != len(f.list) || len(to) != f.inputs {
		return s, fmt.Errorf("datasets: features: %d cells for %d columns, room for %d of %d inputs", len(cells), len(f.list), len(to), f.inputs)
	}
	for i := range f.list {
		c := &f.list[i]
		n := c.width()
		missing := c.marks.has(cells[i]) || c.Kind != Categorical && numberMarks.has(strings.TrimSpace(cells[i]))
		if missing {
			s.Missing = append(s.Missing, c.Column)
		}
		if c.Kind != Categorical {
			x := math.NaN()
			if !missing {
				var err error
				if x, err = c.Reading.number(cells[i], false); err != nil {
					return s, fmt.Errorf("column %q: %w", c.Column, err)
				}
				if c.far(x) {
					s.Far = append(s.Far, c.Column)
				}
			}
			c.number(to[:n], x)
		} else if !c.category(to[:n], strings.TrimSpace(cells[i]), missing) {
			s.Unknown = append(s.Unknown, c.Column)
		}
		to = to[n:]
	}
	return s, nil
}

// EncodeRow sets to, of Inputs numbers, from a row of the frame that the
// features were fitted on.
func (f *Features) EncodeRow(to []float32, frame *Frame, row int) {
	for i := range f.list {
		c, column := &f.list[i], &frame.Columns[i]
		n := c.width()
		if c.Kind != Categorical {
			c.number(to[:n], column.Numbers[row])
		} else if code := column.Codes[row]; code < 0 {
			c.category(to[:n], "", true)
		} else {
			c.category(to[:n], column.Values[code], false)
		}
		to = to[n:]
	}
}
