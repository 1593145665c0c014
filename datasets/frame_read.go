package datasets

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// maxValues is how many different cells of a column are told apart.
const maxValues = 100_000

// frameReader collects a column without knowing yet what it is: evidence of what
// its cells are, plain numbers as long as every cell is one, and categories as long
// as there are not too many.
type frameReader struct {
	name, noun  string // noun is what Row.Line counts
	index       int
	asked       bool // named by the user: never passed over
	categorical bool // by the user's word
	target      bool
	marks       marks

	rows, missing int
	absent        absent
	profile       profile
	numbers       []float64
	odd           bool // a cell is no plain number: numbers are given up
	codes         map[string]int32
	values        []string
	column        []int32
	tooMany       bool // over maxValues: column and values are given up
	binary        int  // the line of the first cell that is no text, 0 for none

	decided Reading // by finish, where the column is to be read again
	kind    FeatureKind

	counting bool // every cell so far is one more than the one before
	whole    bool // every cell so far is a whole number
	varies   bool // two cells differ
	first    string
}

// add takes in a cell.
func (c *frameReader) add(cell string, line int, typed bool) {
	c.rows++
	cell = strings.TrimSpace(strings.TrimPrefix(cell, "\ufeff"))
	if c.marks.has(cell) {
		c.missing++
		c.counting = false
		c.absent.add(cell)
		c.addNumber(math.NaN())
		c.addCode(-1)
		return
	}
	if c.binary == 0 && (!utf8.ValidString(cell) || strings.IndexByte(cell, 0) >= 0) {
		c.binary = line
	}
	if c.rows-c.missing == 1 {
		c.first = strings.Clone(cell)
	} else if cell != c.first {
		c.varies = true
	}
	c.profile.add(cell, line, typed)
	x, ok := Number(cell)
	if n := len(c.numbers); !ok || c.counting && n > 0 && x != c.numbers[n-1]+1 {
		c.counting = false
	}
	if !ok {
		c.odd, c.whole, c.numbers = true, false, nil
	} else if x != math.Trunc(x) {
		c.whole = false
	}
	c.addNumber(x)
	if c.tooMany {
		return
	}
	code, known := c.codes[cell]
	if !known {
		if len(c.codes) == maxValues {
			c.tooMany, c.codes, c.values, c.column = true, nil, nil, nil
			return
		}
		code = int32(len(c.values))
		name := category(cell)
		if name != cell { // another spelling of a value
			if other, ok := c.codes[name]; ok {
				code = other
			} else {
				c.codes[strings.Clone(name)] = code
			}
		}
		c.codes[strings.Clone(cell)] = code // lest it keep the whole row in memory
		if int(code) == len(c.values) {
			c.values = append(c.values, strings.Clone(name))
		}
	}
	c.addCode(code)
}

func (c *frameReader) addNumber(x float64) {
	if !c.odd && !c.categorical {
		c.numbers = append(c.numbers, x)
	}
}

func (c *frameReader) addCode(code int32) {
	if !c.tooMany {
		c.column = append(c.column, code)
	}
}

// finish says what the column is, or in passed why it is passed over. A
// column that the user asked for is an error in place of that. Notes are about a
// column that is read. Numbers that are not plain are nil: the column is to be read
// again, by decided.
func (c *frameReader) finish(cfg FrameConfig, h habits) (column FrameColumn, passed string, notes []string, err error) {
	column = FrameColumn{Name: c.name, Missing: c.missing, Marks: c.marks.list()}
	pass := func(why, advice string) (FrameColumn, string, []string, error) {
		if c.asked {
			return column, "", nil, fmt.Errorf("column %q %s", c.name, why)
		}
		return column, fmt.Sprintf("column %q is ignored: it %s%s", c.name, why, advice), nil, nil
	}
	note := func(format string, args ...any) {
		notes = append(notes, fmt.Sprintf("column %q: ", c.name)+fmt.Sprintf(format, args...))
	}
	present := c.rows - c.missing
	switch {
	case present == 0:
		return pass("has no values", "")
	case c.binary > 0:
		return pass(fmt.Sprintf("holds bytes that are no text (%s %d)", c.noun, c.binary), "")
	case !c.varies && c.missing == 0:
		return pass(fmt.Sprintf("holds %.40q in every row", c.first), "")
	case c.categorical:
		if c.tooMany {
			return column, "", nil, fmt.Errorf("column %q has over %d different values, too many for categories", c.name, maxValues)
		}
		for _, d := range c.categoryDoubts() {
			if strings.Contains(d, "case alone") {
				note("%s", d)
			}
		}
		column.Kind, column.Codes, column.Values = Categorical, c.column, c.values
		return column, "", notes, nil
	case isWriterIndex(c.name) && !c.asked:
		return pass("is an index that a program wrote", "; name it among the features if it means something")
	case !c.odd && !c.asked && c.counting && (c.name == "X" || c.name == "_c0" || c.name == "column0"):
		return pass("counts the rows", "; name it among the features if it means something")
	case !c.odd && !c.asked && isIndex(c.name) && (c.counting || c.whole && c.missing == 0 && (c.tooMany || len(c.values) == c.rows && c.rows > 2)):
		why := "counts the rows"
		if !c.counting {
			why = "numbers the rows, each by a number of its own"
		}
		return pass(why, "; name it among the features if it means something")
	}
	reading, kind, doubts, ok := c.profile.reading(h)
	if ok {
		if kind == Numeric && reading == (Reading{}) {
			doubts = append(doubts, c.numberDoubts()...)
		}
		for _, d := range doubts {
			note("%s", d)
		}
		if n := c.profile.doubtful(); n > 0 {
			note("taken for missing: %s, since the others are %s", c.profile.doubts, kindNoun(kind))
			column.Missing += n
		}
		column.Kind, column.Reading = kind, reading
		if c.decided, c.kind = reading, kind; !c.odd && reading == (Reading{}) {
			column.Numbers = c.numbers
		}
		return column, "", notes, nil
	}
	if err := c.strange(); err != nil {
		return column, "", nil, err
	}
	if c.tooMany || len(c.values) > cfg.categories() {
		many := fmt.Sprintf("over %d", maxValues)
		if !c.tooMany {
			many = fmt.Sprint(len(c.values))
		}
		_, why := Reading{}.number(c.profile.plain.odd, false)
		return pass(fmt.Sprintf("holds %s different texts in %d rows, more than %d: hardly categories, and no numbers (%s %d: %v)",
			many, present, cfg.categories(), c.noun, c.profile.plain.line, why), "; take it as categorical if it is one")
	}
	if c.absent.marked() {
		note("taken for missing: %s (--missing lists the marks that are)", c.absent)
	}
	for _, d := range c.categoryDoubts() {
		note("%s", d)
	}
	column.Kind, column.Codes, column.Values = Categorical, c.column, c.values
	return column, "", notes, nil
}

// strange is the error of a column of which most cells, and not all, are numbers or
// times: it is never taken for something else unless that is asked for.
func (c *frameReader) strange() error {
	p := &c.profile
	n := p.cells - p.doubtful()
	where, advice := fmt.Sprintf("column %q", c.name), "correct it, leave it empty, or have the column ignored (--ignore) or taken as categorical (--categorical)"
	if c.target {
		where, advice = where+", the target", "correct it, or leave it empty"
	}
	t, noun := p.mostly()
	switch {
	case t.n == 0:
		return nil
	case p.currencies && t.n == n:
		return fmt.Errorf("%s holds amounts in several currencies, among them %q: convert them to one, or have it ignored (--ignore) or taken as categorical (--categorical)", where, p.currency)
	case p.percents > 0 && p.percents < n && t.n == n:
		return fmt.Errorf("%s has a percent sign in %d of its %d numbers: write it with all or with none, or have it ignored (--ignore) or taken as categorical (--categorical)", where, p.percents, n)
	}
	return fmt.Errorf("%s %d: %s: %.40q is %s, as %d of the column's %d cells are%s; %s; or --missing %q says that it stands for no value",
		c.noun, t.line, where, t.odd, noun, t.n, n, hint(t.odd), advice, t.odd)
}

func kindNoun(k FeatureKind) string {
	if k == Time {
		return "times"
	}
	return "numbers"
}

// isIndex tells by its name a column that numbers the rows: pandas and R write
// one without being asked.
func isIndex(name string) bool {
	switch strings.ToLower(name) {
	case "column 1", "unnamed: 0", "index", "level_0", "rownames", "rowname", "row", "row_id", "rowid", "id", "no", "no.", "nr", "nr.", "#", "...1", "_id":
		return true
	}
	return false
}

// isWriterIndex tells the name that pandas gives to an index without one.
func isWriterIndex(name string) bool {
	return strings.HasPrefix(name, "__index_level_") && strings.HasSuffix(name, "__")
}
