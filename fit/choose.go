package fit

import (
	"fmt"
	"math"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/internal/exact"
)

// quantile is the 95 % quantile of the normal distribution: a Level interval
// lies between it and its negative.
const quantile = 1.6448536269514722

// Level is the probability of the intervals: nine in ten of them hold the true
// value.
const Level = 0.9

// wilson returns the interval of a share.
func wilson(right, n int) *Interval {
	w := classify.WilsonAt(right, n, quantile)
	return &Interval{Accuracy: float64(right) / float64(max(1, n)), Low: w.Low, High: w.High, Rows: n}
}

func (i *Interval) String() string {
	return fmt.Sprintf("%.1f %% (%.1f to %.1f)", 100*i.Accuracy, 100*i.Low, 100*i.High)
}

// difference returns the mean difference of two candidates' answers on the rows
// that both were measured on, a positive one where a is better, its standard
// error, and their number. The rows are the same, so what is hard for both
// cancels out.
func (s *Search) difference(a, b *try) (mean, err float64, n int) {
	sum, squares := 0, 0
	for part := range min(len(a.done), len(b.done)) {
		for i, at := range s.parts[part] {
			x, y := a.done[part].Answers[i] == s.corpus.Labels[at], b.done[part].Answers[i] == s.corpus.Labels[at]
			if n++; x == y {
				continue
			}
			if squares++; x {
				sum++
			} else {
				sum--
			}
		}
	}
	if n < 2 {
		return 0, math.Inf(1), n
	}
	m := float64(n)
	mean = float64(sum) / m
	return mean, math.Sqrt((float64(squares) - float64(mean*mean*m)) / (m - 1) / m), n
}

// hopeless tells that a candidate on its way is so much worse than the best so
// far, on the rows of both, that chance does not explain it.
func (s *Search) hopeless(t *try) bool {
	best := s.best()
	if best == nil || best == t {
		return false
	}
	mean, err, n := s.difference(t, best)
	return n >= 50 && mean+float64(3*err) < 0
}

// score is what orders candidates: the accuracy of one that was measured whole,
// and what the rows of both add to it or take from it for one that was not.
func (s *Search) score(t, whole *try) float64 {
	right, n := t.count(s)
	if t.whole || whole == nil {
		return float64(right) / float64(max(1, n))
	}
	mean, err, _ := s.difference(t, whole)
	if math.Abs(mean) <= err { // too few rows to say
		mean = min(mean, 0)
	}
	right, n = whole.count(s)
	return float64(right)/float64(max(1, n)) + mean
}

// best is the most accurate candidate of those that were not given up; of equals
// the one whose probabilities are better, then the cheaper.
func (s *Search) best() *try {
	var best *try
	whole := s.whole()
	for _, t := range s.tries {
		if t.eligible() && (best == nil || s.better(t, best, whole)) {
			best = t
		}
	}
	return best
}

// whole is the best of the candidates that were measured on every part.
func (s *Search) whole() (best *try) {
	for _, t := range s.tries {
		if t.eligible() && t.whole && (best == nil || s.better(t, best, nil)) {
			best = t
		}
	}
	return best
}

// better tells whether a does better than b, as score has it.
func (s *Search) better(a, b, whole *try) bool {
	x, y := s.score(a, whole), s.score(b, whole)
	return x > y || x == y && s.loss(a) < s.loss(b)
}

// choose returns the candidate to be kept and says why: the cheapest of those
// that are no more than a standard error worse than the best. Among those that
// cost about the same it is the most accurate. nil where none was measured.
func (s *Search) choose() (*try, string) {
	best := s.best()
	if best == nil {
		return nil, ""
	}
	var near []*try
	cheapest := best.Seconds
	for _, t := range s.tries {
		if !t.eligible() {
			continue
		}
		if mean, err, _ := s.difference(best, t); t == best || mean <= err {
			near = append(near, t)
			cheapest = min(cheapest, t.Seconds)
		}
	}
	chosen := best
	if best.Seconds > 2*cheapest {
		whole := s.whole()
		chosen = nil
		for _, t := range near {
			if t.Seconds <= 2*cheapest && (chosen == nil || s.better(t, chosen, whole)) {
				chosen = t
			}
		}
	}
	if chosen == best {
		return best, fmt.Sprintf("%s is the best", best.Name)
	}
	mean, err, _ := s.difference(best, chosen)
	return chosen, fmt.Sprintf("%s is taken: %s is better by %.1f points only, within the noise (%.1f), and costs more",
		chosen.Name, best.Name, 100*mean, 100*err)
}

// eligible tells whether a candidate may be chosen: it was measured, and not
// given up for its answers.
func (t *try) eligible() bool { return t.Family != nil && len(t.done) > 0 && !t.lost }

// count returns the right answers and the rows.
func (t *try) count(s *Search) (right, n int) {
	for part, m := range t.done {
		right += m.right(s.corpus.Labels, s.parts[part])
		n += len(s.parts[part])
	}
	return right, n
}

// loss is the mean cross-entropy.
func (s *Search) loss(t *try) float64 {
	sum, n, classes := 0.0, 0, len(s.corpus.Classes)
	for part, m := range t.done {
		for i, at := range s.parts[part] {
			sum -= exact.Log(max(m.probability(i, int(s.corpus.Labels[at]), classes), 1e-12))
			n++
		}
	}
	return sum / float64(max(1, n))
}
