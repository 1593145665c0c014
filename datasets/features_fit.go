package datasets

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// FitFeatures fits a feature to each column of a frame by the given rows
// alone. Sums run in the order of rows, so that the same rows give the same
// bits everywhere.
func FitFeatures(frame *Frame, rows []int, cfg FeatureConfig) (*Features, error) {
	if len(rows) == 0 {
		return nil, errors.New("datasets: features: no rows to fit to")
	}
	list := make([]Feature, len(frame.Columns))
	for i, c := range frame.Columns {
		if c.Kind != Categorical {
			list[i] = fitNumeric(c, rows)
		} else {
			list[i] = fitCategorical(c, rows, cfg)
		}
		list[i].Marks = c.Marks
	}
	return NewFeatures(list)
}

// fitNumeric finds mean, standard deviation and median.
func fitNumeric(c FrameColumn, rows []int) Feature {
	f := Feature{Column: c.Name, Kind: c.Kind, Reading: c.Reading, Scale: 1}
	var there []float64
	for _, r := range rows {
		if x := c.Numbers[r]; !math.IsNaN(x) {
			there = append(there, x)
		}
	}
	f.Missing = len(rows) - len(there)
	if len(there) == 0 {
		return f
	}
	f.Mean, f.Scale = MeanScale(there)
	if c.Kind == Time {
		f.Parts = partsOf(there)
	}
	slices.Sort(there)
	f.Low, f.High = there[0], there[len(there)-1]
	f.Median = there[len(there)/2]
	if n := len(there); n%2 == 0 {
		f.Median = float64(there[n/2-1]/2) + float64(there[n/2]/2)
	}
	return f
}

// MeanScale returns the mean and the standard deviation of finite numbers, 1
// in place of a deviation of 0 or of none. Sums run in order and are scaled,
// so that large numbers do not overflow.
func MeanScale(x []float64) (mean, scale float64) {
	largest := 0.0
	for _, v := range x {
		largest = max(largest, math.Abs(v))
	}
	if largest == 0 {
		return 0, 1
	}
	_, e := math.Frexp(largest)
	unit := math.Ldexp(1, min(max(e, -1000), 1000)) // a power of two: division is exact
	for _, v := range x {
		mean += v / unit
	}
	mean /= float64(len(x))
	var squares float64
	for _, v := range x {
		d := v/unit - mean
		squares += float64(d * d)
	}
	scale = math.Sqrt(squares/float64(len(x))) * unit
	if !(scale > 0) || math.IsInf(scale, 0) {
		scale = 1
	}
	return mean * unit, scale
}

// fitCategorical counts the categories and keeps the frequent ones, in the
// order of their names.
func fitCategorical(c FrameColumn, rows []int, cfg FeatureConfig) Feature {
	f := Feature{Column: c.Name, Kind: Categorical}
	counts := make([]int, len(c.Values))
	for _, r := range rows {
		if code := c.Codes[r]; code < 0 {
			f.Missing++
		} else {
			counts[code]++
		}
	}
	order := make([]int, len(counts))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(c.Values[a], c.Values[b]))
	})
	least, most := cfg.MinCount, cfg.MaxCategories
	if least <= 0 {
		least = 5
	}
	if most <= 0 {
		most = defaultCategories
	}
	var kept []int
	for i, code := range order {
		if i < most && counts[code] >= least {
			kept = append(kept, code)
		} else {
			f.Others += counts[code]
		}
	}
	slices.SortFunc(kept, func(a, b int) int { return cmp.Compare(c.Values[a], c.Values[b]) })
	for _, code := range kept {
		f.Categories, f.Counts = append(f.Categories, c.Values[code]), append(f.Counts, counts[code])
	}
	return f
}

// String says what a feature does, for people.
func (c Feature) String() string {
	text := ""
	if c.Kind != Categorical {
		text = fmt.Sprintf("mean %.4g, deviation %.4g", c.Mean, c.Scale)
		if how := c.Reading.String(); how != "" {
			text = how + ": " + text
		}
		for _, p := range c.Parts {
			text += ", " + string(p)
		}
		if c.Missing > 0 {
			text += fmt.Sprintf("; %d missing: median %.4g and an indicator", c.Missing, c.Median)
		}
		return text
	}
	text = plural(len(c.Categories), "categorie")
	if len(c.Categories) == 1 {
		text = "1 category"
	}
	if c.Others > 0 {
		text += fmt.Sprintf("; others in %d rows", c.Others)
	}
	if c.Missing > 0 {
		text += fmt.Sprintf("; %d missing, a category of their own", c.Missing)
	}
	return text
}
