package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/spf13/cobra"
)

// comparison is what eval --json prints of two models.
type comparison struct {
	Models    [2]string            `json:"models"`
	Examples  int                  `json:"examples"`
	Accuracy  [2]float64           `json:"accuracy"`
	Intervals [2]classify.Interval `json:"accuracy_interval"`
	Both      int                  `json:"both_right"`
	Only      [2]int               `json:"only_right"` // texts that this model answers right and the other wrong
	Neither   int                  `json:"neither_right"`
	Method    string               `json:"method"`
	Statistic float64              `json:"statistic"`
	P         float64              `json:"p_value"`
	Better    string               `json:"better"` // the model that does better by more than chance, else empty
	Errors    []textError          `json:"errors,omitempty"`
	Seconds   float64              `json:"seconds"`
}

// compare compares two classifiers on the same labelled texts.
func compare(c *cobra.Command, z *zoo.Zoo, names []string, data *dataFlags, f *textMeasure, asJSON bool) error {
	if err := unwanted(c, "two models are compared", "plots"); err != nil {
		return err
	}
	var models [2]classify.Classifier
	for i, name := range names {
		m, err := z.Open(name)
		if err != nil {
			return err
		}
		var ok bool
		if models[i], ok = m.Value.(classify.Classifier); !ok {
			return usage(c, "%s is no classifier of texts, and two of those are compared", name)
		}
	}
	set, err := f.open(c, models[0], data, names[0])
	if err != nil {
		return err
	}
	began := time.Now()
	var e [2]*classify.Evaluation
	for i, m := range models {
		if i > 0 {
			if set, err = set.WithClasses(m.Classes()); err != nil {
				return fmt.Errorf("zoo: eval: %w", err)
			}
		}
		if e[i], err = f.evaluate(c, m, set); err != nil {
			if errors.Is(err, datasets.ErrLabel) {
				return fmt.Errorf("%s: %w", names[i], err)
			}
			return err
		}
	}
	tell(c, set)
	test, err := classify.Compare(e[0], e[1])
	if err != nil {
		return fmt.Errorf("zoo: eval: %w", err)
	}
	r := comparison{Models: [2]string(names), Examples: test.Examples, Both: test.Both, Only: [2]int{test.OnlyFirst, test.OnlySecond}, Neither: test.Neither,
		Method: test.Method, Statistic: test.Statistic, P: test.P, Seconds: time.Since(began).Seconds()}
	for i := range e {
		r.Accuracy[i], r.Intervals[i] = e[i].Accuracy, e[i].AccuracyInterval()
		var alone []classify.Mistake
		for _, m := range e[i].Worst(e[i].Examples) {
			if len(alone) < f.errors && e[1-i].Right(m.Text) {
				alone = append(alone, m)
			}
		}
		found, err := f.find(c, set, models[i].Classes(), alone, names[i])
		if err != nil {
			return err
		}
		r.Errors = append(r.Errors, found...)
	}
	if test.Significant() {
		r.Better = names[0]
		if test.OnlySecond > test.OnlyFirst {
			r.Better = names[1]
		}
	}
	if asJSON {
		return printJSON(c.OutOrStdout(), r)
	}
	_, err = fmt.Fprintln(c.OutOrStdout(), r.String())
	return err
}

// String says the comparison in words.
func (r *comparison) String() string {
	var w strings.Builder
	fmt.Fprintf(&w, "%s and %s on %d examples, %.1f s", r.Models[0], r.Models[1], r.Examples, r.Seconds)
	for i, name := range r.Models {
		fmt.Fprintf(&w, "\n  %s: accuracy %.4f (95 %% interval %.4f to %.4f)", name, r.Accuracy[i], r.Intervals[i].Low, r.Intervals[i].High)
	}
	fmt.Fprintf(&w, "\n  both right %d, only %s %d, only %s %d, neither %d", r.Both, r.Models[0], r.Only[0], r.Models[1], r.Only[1], r.Neither)
	fmt.Fprintf(&w, "\n  %s (McNemar 1947): p = %.2g", r.Method, r.P)
	if r.Better != "" {
		fmt.Fprintf(&w, "\n  %s does better, and that is more than chance: equally good models differ so much in fewer than 5 of 100 such samples", r.Better)
	} else {
		fmt.Fprintf(&w, "\n  the difference may be chance: equally good models differ so much in %.0f of 100 such samples", 100*r.P)
	}
	for i, name := range r.Models {
		var mine []textError
		for _, m := range r.Errors {
			if m.Model == name {
				mine = append(mine, m)
			}
		}
		if len(mine) > 0 {
			fmt.Fprintf(&w, "\n\n  errors of %s that %s has right, those it is surest of:", name, r.Models[1-i])
			mistakes(&w, mine)
		}
	}
	return w.String()
}
