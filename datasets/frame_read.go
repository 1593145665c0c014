package datasets

import (
	"fmt"
	"math"
	"strings"
)

const (
	// maxValues is how many different cells of a column are told apart.
	maxValues = 100_000
	// mostly is the share of numbers from which on the other cells of a column
	// are taken for mistakes.
	mostly = 0.9
)

// frameReader collects a column without knowing yet what it is: as numbers as
// long as every cell is one, as categories as long as there are not too many.
type frameReader struct {
	name        string
	index       int
	asked       bool // named by the user: never passed over
	categorical bool // by the user's word

	rows, missing, numeric int
	numbers                []float64
	codes                  map[string]int32
	values                 []string
	column                 []int32
	tooMany                bool // over maxValues: column and values are given up

	oddLine  int // the first cell that is no number
	oddError error

	counting bool // every cell so far is one more than the one before
	varies   bool // two cells differ
	first    string
}

// add takes in a cell.
func (c *frameReader) add(cell string, line int) error {
	c.rows++
	if Missing(cell) {
		c.missing++
		c.counting = false
		c.addNumber(math.NaN())
		c.addCode(-1)
		return nil
	}
	cell = strings.TrimSpace(cell)
	if c.rows-c.missing == 1 {
		c.first = strings.Clone(cell)
	} else if cell != c.first {
		c.varies = true
	}
	x, err := number(cell)
	if err == nil {
		c.numeric++
		if n := len(c.numbers); c.counting && n > 0 && x != c.numbers[n-1]+1 {
			c.counting = false
		}
		c.addNumber(x)
	} else if c.oddError == nil {
		c.oddLine, c.oddError = line, err
		c.counting = false
	}
	if c.tooMany {
		return nil
	}
	code, ok := c.codes[cell]
	if !ok {
		if len(c.values) == maxValues {
			c.tooMany, c.codes, c.values, c.column = true, nil, nil, nil
			return nil
		}
		cell = strings.Clone(cell) // lest it keep the whole row in memory
		code = int32(len(c.values))
		c.codes[cell], c.values = code, append(c.values, cell)
	}
	c.addCode(code)
	return nil
}

func (c *frameReader) addNumber(x float64) {
	if c.oddError == nil && !c.categorical {
		c.numbers = append(c.numbers, x)
	}
}

func (c *frameReader) addCode(code int32) {
	if !c.tooMany {
		c.column = append(c.column, code)
	}
}

// finish says what the column is, or in a note why it is passed over. A
// column that the user asked for is an error in place of a note.
func (c *frameReader) finish(cfg FrameConfig) (column FrameColumn, note string, err error) {
	column = FrameColumn{Name: c.name, Missing: c.missing}
	pass := func(why, advice string) (FrameColumn, string, error) {
		if c.asked {
			return column, "", fmt.Errorf("column %q %s", c.name, why)
		}
		return column, fmt.Sprintf("column %q is ignored: it %s%s", c.name, why, advice), nil
	}
	present := c.rows - c.missing
	switch {
	case present == 0:
		return pass("has no values", "")
	case !c.varies && c.missing == 0:
		return pass(fmt.Sprintf("holds %.40q in every row", c.first), "")
	case c.categorical:
		if c.tooMany {
			return column, "", fmt.Errorf("column %q has over %d different values, too many for categories", c.name, maxValues)
		}
		column.Kind, column.Codes, column.Values = Categorical, c.column, c.values
		return column, "", nil
	case c.numeric == present && c.counting && !c.asked && isIndex(c.name):
		return pass("counts the rows", "; name it among the features if it means something")
	case c.numeric == present:
		column.Kind, column.Numbers = Numeric, c.numbers
		return column, "", nil
	case float64(c.numeric) >= mostly*float64(present):
		return column, "", fmt.Errorf("line %d, column %q: %w, as %d of the column's %d cells are; correct it, leave it empty, or have the column ignored or taken as categorical",
			c.oddLine, c.name, c.oddError, c.numeric, present)
	case c.tooMany || len(c.values) > cfg.categories():
		many := fmt.Sprintf("over %d", maxValues)
		if !c.tooMany {
			many = fmt.Sprint(len(c.values))
		}
		return pass(fmt.Sprintf("holds %s different texts in %d rows, more than %d: hardly categories, and no numbers (line %d: %v)",
			many, present, cfg.categories(), c.oddLine, c.oddError), "; take it as categorical if it is one")
	}
	column.Kind, column.Codes, column.Values = Categorical, c.column, c.values
	return column, "", nil
}

// isIndex tells by its name a column that numbers the rows: pandas and R write
// one without being asked.
func isIndex(name string) bool {
	switch strings.ToLower(name) {
	case "column 1", "unnamed: 0", "index", "rownames", "row", "id", "no", "nr", "#":
		return true
	}
	return false
}

// number reads a cell that must be a finite number.
func number(cell string) (float64, error) {
	x, ok := Number(cell)
	if ok {
		return x, nil
	}
	hint := ""
	if _, ok := Number(strings.ReplaceAll(cell, ",", ".")); ok {
		hint = " (numbers are written like 1234.5: with a point, and without separators of thousands)"
	}
	return 0, fmt.Errorf("%.40q is not a finite number%s", cell, hint)
}
