package datasets

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// numberDoubts says what plain numbers may be beside numbers.
func (c *frameReader) numberDoubts() (notes []string) {
	p := &c.profile
	if unit, least := p.epoch(); unit != "" && (least > 1e10 || timeName(c.name)) {
		at := func(x float64) string {
			return time.Unix(int64(x/least*1e9), 0).UTC().Format(time.DateOnly)
		}
		return []string{fmt.Sprintf("its numbers look like times in %s since 1970 (%s to %s), and are read as plain numbers; written as 2024-01-31T10:11:12Z they are times", unit, at(p.low), at(p.high))}
	}
	if p.huge > 0 {
		notes = append(notes, fmt.Sprintf("%d of its numbers are beyond 2^53, where they are told apart to 16 digits only; if they are codes, take it as categorical (--categorical) or have it ignored (--ignore)", p.huge))
	}
	return notes
}

// epoch returns the unit since 1970 in which all numbers lie in the years 2001 to 2036,
// and the number of such units in 10^9 seconds; "" for none.
func (p *profile) epoch() (unit string, billion float64) {
	for i, unit := range []string{"seconds", "milliseconds", "microseconds", "nanoseconds"} {
		billion = math.Pow(1000, float64(i)) * 1e9
		if p.low >= billion && p.high < 2.1*billion && p.low < p.high {
			return unit, billion
		}
	}
	return "", 0
}

// timeName tells a column of times by its name.
func timeName(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"time", "date", "epoch", "created", "updated", "when", "stamp", "unix"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return name == "ts" || strings.HasSuffix(name, "_ts") || strings.HasSuffix(name, "_at")
}

// categoryDoubts says of categories what they may be beside categories.
func (c *frameReader) categoryDoubts() (notes []string) {
	p := &c.profile
	if n := p.cells - p.doubtful(); n > 0 && p.digits == n && len(c.values) > 12 {
		notes = append(notes, fmt.Sprintf("its %d texts, such as %.30q and %.30q, have digits and are taken as categories; numbers are read where all have one unit or none, and times as in 2024-01-31 10:11", len(c.values), c.values[0], c.values[1]))
	}
	folded := map[string]string{}
	var alike []string
	for _, v := range c.values {
		low := strings.ToLower(v)
		if other, ok := folded[low]; ok {
			alike = append(alike, fmt.Sprintf("%.30q and %.30q", other, v))
		}
		folded[low] = v
	}
	if n := len(alike); n > 0 {
		more := ""
		if n > 3 {
			more = fmt.Sprintf(", and %d more", n-3)
		}
		notes = append(notes, fmt.Sprintf("%s%s differ in case alone and are different categories", strings.Join(alike[:min(n, 3)], ", "), more))
	}
	return notes
}

// sentinels says which number recurs far from all others and may stand for no value.
func (f *Frame) sentinels() (notes []string) {
	if f.Rows() < 20 {
		return nil // so few tell nothing
	}
	say := func(name string, kind FeatureKind, x []float64) {
		far, times, low, high := sentinel(x)
		if times < 2 {
			return
		}
		show := func(x float64) string {
			if kind == Time {
				return dayTime(x).Format(time.DateOnly)
			}
			return fmt.Sprintf("%.15g", x)
		}
		notes = append(notes, fmt.Sprintf("column %q: %s stands in %d rows, far from its other values (%s to %s); if it means that there is none, empty these cells, or say so (--missing=%s)",
			name, show(far), times, show(low), show(high), show(far)))
	}
	say(f.Target, Numeric, f.Y)
	for _, c := range f.Columns {
		if c.Kind != Categorical {
			say(c.Name, c.Kind, c.Numbers)
		}
	}
	return notes
}

// sentinel returns the least or largest number if it recurs and lies ten times as far
// from the others as they lie apart, and what the others' extremes are.
func sentinel(x []float64) (far float64, times int, low, high float64) {
	type end struct {
		x     float64
		times int
	}
	var least, most []end // two distinct ones each, the outer first
	for _, v := range x {
		if math.IsNaN(v) {
			continue
		}
		for _, ends := range []*[]end{&least, &most} {
			sign := 1.0
			if ends == &most {
				sign = -1
			}
			if i := slices.IndexFunc(*ends, func(e end) bool { return e.x == v }); i >= 0 {
				(*ends)[i].times++
				continue
			}
			if len(*ends) < 2 || sign*v < sign*(*ends)[1].x {
				*ends = append((*ends)[:min(len(*ends), 1)], end{v, 1})
				slices.SortFunc(*ends, func(a, b end) int { return cmp.Compare(sign*a.x, sign*b.x) })
			}
		}
	}
	if len(least) < 2 {
		return 0, 0, 0, 0
	}
	if low, high := least[1].x, most[0].x; high > low && least[0].x+float64(10*(high-low)) < low {
		return least[0].x, least[0].times, low, high
	}
	if low, high := least[0].x, most[1].x; high > low && most[0].x-float64(10*(high-low)) > high {
		return most[0].x, most[0].times, low, high
	}
	return 0, 0, 0, 0
}
