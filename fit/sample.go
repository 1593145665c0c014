package fit

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/gorgonia-zoo/zoo/classify"
)

// quantile is the 95 % quantile of the normal distribution: a Level interval
// lies between it and its negative.
const quantile = 1.6448536269514722

// Level is the probability of the intervals: nine in ten of them hold the true
// value.
const Level = 0.9

// Value is the share or the error.
func (i *Interval) Value() float64 { return i.Accuracy + i.RMSE }

// Value is the accuracy or the error.
func (o Outcome) Value() float64 { return o.Accuracy + o.RMSE }

func (i *Interval) String() string {
	if i.RMSE > 0 {
		return fmt.Sprintf("%.5g (%.4g to %.4g)", i.RMSE, i.Low, i.High)
	}
	return fmt.Sprintf("%.1f %% (%.1f to %.1f)", 100*i.Accuracy, 100*i.Low, 100*i.High)
}

// sample is numbers of rows that came unit by unit: those of one unit, near copies
// of each other, are no independent observations (cluster sampling; Kish 1965,
// Survey Sampling).
type sample struct {
	at     map[int32]int // of a unit in sums and weights
	sums   []float64
	weight []float64
	sum    float64
	total  float64 // of the weights
	rows   int
	one    bool // all numbers are 1
	zero   bool // all are 0
}

// add adds the number of a row of a unit.
func (s *sample) add(unit int32, x, weight float64) {
	if s.at == nil {
		s.at = map[int32]int{}
		s.one, s.zero = true, true
	}
	at, ok := s.at[unit]
	if !ok {
		at = len(s.sums)
		s.at[unit] = at
		s.sums, s.weight = append(s.sums, 0), append(s.weight, 0)
	}
	product := float64(weight * x)
	s.sums[at] += product
	s.weight[at] += weight
	s.sum += product
	s.total += weight
	s.one, s.zero = s.one && x == 1, s.zero && x == 0
	s.rows++
}

// mean is that of the rows, and its standard error by the variance between units
// (the ratio estimator; infinite for one unit).
func (s *sample) mean() (mean, err float64) {
	if s.total == 0 {
		return 0, math.Inf(1)
	}
	if mean = s.sum / s.total; len(s.sums) < 2 {
		return mean, math.Inf(1)
	}
	squares := 0.0
	for i, sum := range s.sums {
		d := sum - float64(mean*s.weight[i])
		squares += float64(d * d)
	}
	n := float64(len(s.sums))
	return mean, math.Sqrt(n/(n-1)*squares) / s.total
}

// interval is that of the share of right answers. Rows of one unit that are right
// or wrong together are worth fewer independent ones.
func (s *sample) interval() *Interval {
	p, err := s.mean()
	worth := float64(s.rows)
	switch {
	case len(s.sums) == s.rows: // each by itself
	case s.one || s.zero: // no variance to tell by
		worth = float64(len(s.sums))
	default:
		worth = min(worth, float64(p*(1-p))/float64(err*err))
	}
	w := classify.WilsonOf(p, worth, quantile)
	return &Interval{Accuracy: p, Low: w.Low, High: w.High, Rows: s.rows}
}

// interval is that of the accuracy, or of the root of the mean squared error.
func (s *Search) interval(all *sample) *Interval {
	if s.numbers == nil {
		return all.interval()
	}
	mean, err := all.mean()
	if math.IsInf(err, 1) {
		err = 0
	}
	away := float64(quantile * err)
	return &Interval{RMSE: math.Sqrt(-mean), Low: math.Sqrt(max(0, -mean-away)), High: math.Sqrt(-mean + away), Rows: all.rows}
}

// MarshalJSON writes what was measured, and of a candidate that was not tried no
// figures.
func (o Outcome) MarshalJSON() ([]byte, error) {
	type figures struct {
		Name         string   `json:"name"`
		Accuracy     *float64 `json:"accuracy,omitempty"`
		RMSE         *float64 `json:"rmse,omitempty"`
		Low          *float64 `json:"low,omitempty"`
		High         *float64 `json:"high,omitempty"`
		Rows         int      `json:"rows"`
		Seconds      *float64 `json:"seconds,omitempty"`
		Milliseconds *float64 `json:"milliseconds,omitempty"`
		Bytes        int64    `json:"bytes,omitempty"`
		Note         string   `json:"note,omitempty"`
		Wants        string   `json:"wants,omitempty"`
	}
	f := figures{Name: o.Name, Rows: o.Rows, Bytes: o.Bytes, Note: o.Note, Wants: o.Wants}
	if o.Rows > 0 {
		f.Low, f.High, f.Seconds, f.Milliseconds = &o.Low, &o.High, &o.Seconds, &o.Milliseconds
		if f.Accuracy = &o.Accuracy; o.RMSE > 0 {
			f.Accuracy, f.RMSE = nil, &o.RMSE
		}
	}
	return json.Marshal(f)
}
