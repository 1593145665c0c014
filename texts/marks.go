package texts

import (
	"math"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/corpus"
)

// Spread is how numbers are spread.
type Spread struct {
	Min  float64 `json:"min"`
	Mean float64 `json:"mean"`
	Max  float64 `json:"max"`
	Std  float64 `json:"std"`
}

// count counts what a text is given.
func (r *Report) count(c *Corpus, text int) {
	switch c.Kind() {
	case corpus.Several:
		for _, k := range c.Sets[text] {
			r.Classes[k].Rows++
		}
		if len(c.Sets[text]) == 0 {
			r.Unlabelled++
		}
	case corpus.One:
		r.Classes[c.Labels[text]].Rows++
	}
}

// alike tells whether two texts are given the same.
func alike(c *Corpus, a, b int) bool {
	switch c.Kind() {
	case corpus.Several:
		return slices.Equal(c.Sets[a], c.Sets[b])
	case corpus.Number:
		return c.Values[a] == c.Values[b]
	}
	return c.Labels[a] == c.Labels[b]
}

// spread sums up several labels and numbers.
func (r *Report) spread(c *Corpus) {
	n := float64(max(1, len(c.Texts)))
	switch c.Kind() {
	case corpus.Several:
		all := 0
		for _, set := range c.Sets {
			all += len(set)
		}
		r.PerText = float64(all) / n
	case corpus.Number:
		s := &Spread{Min: slices.Min(c.Values), Max: slices.Max(c.Values)}
		for _, v := range c.Values {
			s.Mean += v / n
		}
		for _, v := range c.Values {
			s.Std += float64((v - s.Mean) * (v - s.Mean))
		}
		s.Std = math.Sqrt(s.Std / n)
		r.Numbers = s
	}
}

// strata returns of each of the texts what a split divides in proportion: the class,
// or, of several labels, the one that the fewest texts have, so that a rare label is
// not left out of a part by chance; -1 for a text without one. Numbers have one
// stratum.
func (r *Report) strata(c *Corpus, texts []int) []int {
	out := make([]int, len(texts))
	for i, t := range texts {
		switch c.Kind() {
		case corpus.Several:
			out[i] = -1
			for _, k := range c.Sets[t] {
				if out[i] < 0 || r.Classes[k].Rows < r.Classes[out[i]].Rows {
					out[i] = int(k)
				}
			}
		case corpus.One:
			out[i] = int(c.Labels[t])
		}
	}
	return out
}

// given prints what the texts are given.
func (r *Report) given(line func(name, format string, args ...any), classes []string) {
	switch {
	case r.Numbers != nil:
		line("numbers", "%.6g at least, %.6g in the mean, %.6g at most; standard deviation %.6g", r.Numbers.Min, r.Numbers.Mean, r.Numbers.Max, r.Numbers.Std)
	case r.PerText > 0:
		line("labels", "%d: %s; %.2f to a text in the mean, %d texts with none", len(r.Classes), strings.Join(classes, ", "), r.PerText, r.Unlabelled)
	default:
		line("classes", "%d: %s", len(r.Classes), strings.Join(classes, ", "))
	}
}

// AdviseLabels says what to do about labels of which a text may have several.
func (r *Report) AdviseLabels() {
	least, most := r.extremes()
	if least.Rows < 10 {
		r.say("the label %q has %d texts: too few to learn or to measure by; add texts, or join it with another label", least.Name, least.Rows)
	}
	if most.Rows == r.Rows {
		r.say("every text has the label %q: it says nothing of any; leave it out", most.Name)
	}
	if r.Unlabelled*2 > r.Rows {
		r.say("%d of %d texts have no label: where that means that nobody looked, and not that none applies, leave these rows out", r.Unlabelled, r.Rows)
	}
}

// adviseSeveral asks about classes that look like several labels in one cell.
func (r *Report) adviseSeveral() {
	names := make([]string, len(r.Classes))
	for i, c := range r.Classes {
		names[i] = c.Name
	}
	if multi, example, ok := datasets.LooksSeveral(names); ok {
		if multi != datasets.MultiList {
			multi = "'" + multi + "'"
		}
		r.say("classes such as %q look like several labels in one cell: are they? zoo train and zoo finetune learn each label for itself by --multi %s", example, multi)
	}
}
