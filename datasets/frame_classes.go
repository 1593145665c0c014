package datasets

import (
	"cmp"
	"fmt"
	"slices"
)

// Limits of classes.
const (
	fewValues  = 10   // of a target of whole numbers: so few may be classes
	maxClasses = 1000 // of a target
)

// settleClasses takes the target's values for classes, in the order of numbers
// where all are numbers and else of bytes.
func (f *Frame) settleClasses(target *frameReader) error {
	n := len(target.values)
	switch {
	case target.binary > 0:
		return fmt.Errorf("column %q, the target, holds bytes that are no text (line %d)", f.Target, target.binary)
	case target.tooMany || n > maxClasses:
		return fmt.Errorf("column %q, the target, has more than %d different values: hardly classes", f.Target, maxClasses)
	case n > 20 && 2*n > len(target.column):
		return fmt.Errorf("column %q, the target, has %d different values in %d rows: hardly classes", f.Target, n, len(target.column))
	}
	f.Marks = target.marks.list()
	f.Classes = slices.Clone(target.values)
	numbers := !slices.ContainsFunc(f.Classes, func(s string) bool { _, ok := Number(s); return !ok })
	slices.SortFunc(f.Classes, func(a, b string) int {
		if numbers {
			x, _ := Number(a)
			y, _ := Number(b)
			return cmp.Or(cmp.Compare(x, y), cmp.Compare(a, b))
		}
		return cmp.Compare(a, b)
	})
	f.Y = make([]float64, len(target.column))
	at := make([]float64, n)
	for i, name := range target.values {
		at[i] = float64(slices.Index(f.Classes, name))
	}
	for i, code := range target.column {
		f.Y[i] = at[code]
	}
	if target.absent.marked() {
		f.Notes = append(f.Notes, fmt.Sprintf("column %q, the target: taken for missing: %s (--missing lists the marks that are)", f.Target, target.absent))
	}
	return nil
}

// Class returns the class that a cell of the target holds, -1 for none of them.
func Class(classes []string, cell string) int {
	if at := slices.Index(classes, cell); at >= 0 {
		return at
	}
	return slices.Index(classes, category(cell))
}
