package datasets

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Missing reports whether a cell stands for no value: empty, NA, N/A, NaN,
// null, none or ?, whatever the case.
func Missing(cell string) bool {
	switch strings.ToLower(strings.TrimSpace(cell)) {
	case "", "na", "n/a", "nan", "null", "none", "?":
		return true
	}
	return false
}

// Number reads a cell as a finite decimal number, with spaces around it.
func Number(cell string) (float64, bool) {
	s := strings.TrimSpace(cell)
	if s == "" || !strings.ContainsRune("+-.0123456789", rune(s[0])) || strings.ContainsAny(s, "xXpP_") {
		return 0, false // ParseFloat knows hexadecimal, underscores and Inf
	}
	x, err := strconv.ParseFloat(s, 64)
	return x, err == nil && !math.IsInf(x, 0)
}

// Column returns the cells of the named column, or nil.
func (c *Cells) Column(name string) []string {
	if i := slices.Index(c.Names, name); i >= 0 {
		return c.Columns[i]
	}
	return nil
}

// Numeric reports whether the named column holds a number in every cell that
// is not Missing, and in one at least.
func (c *Cells) Numeric(name string) bool {
	found := false
	for _, cell := range c.Column(name) {
		if Missing(cell) {
			continue
		}
		if _, ok := Number(cell); !ok {
			return false
		}
		found = true
	}
	return found
}

// Numbers returns the named column as numbers, NaN where it is Missing. The
// error names the line of the first cell that is neither.
func (c *Cells) Numbers(name string) ([]float64, error) {
	i := slices.Index(c.Names, name)
	if i < 0 {
		return nil, fmt.Errorf("datasets: %w", noColumn(name, c.Names))
	}
	out := make([]float64, len(c.Columns[i]))
	for j, cell := range c.Columns[i] {
		if Missing(cell) {
			out[j] = math.NaN()
			continue
		}
		x, ok := Number(cell)
		if !ok {
			hint := ""
			if _, ok := Number(strings.ReplaceAll(cell, ",", ".")); ok {
				hint = "; numbers are written like 1234.5: with a point, and without separators of thousands"
			}
			return nil, fmt.Errorf("datasets: line %d, column %q: %.40q is not a number%s", c.Lines[j], name, cell, hint)
		}
		out[j] = x
	}
	return out, nil
}
