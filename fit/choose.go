package fit

import (
	"fmt"
	"math"
	"slices"

	"github.com/gorgonia-zoo/zoo/internal/exact"
)

// difference returns the mean difference of two candidates' answers on the rows
// that both were measured on, a positive one where a is better, its standard
// error, and their number. The rows are the same, so what is hard for both
// cancels out; rows that are near copies of each other count as one observation
// (the cluster-robust variance; Liang and Zeger 1986).
func (s *Search) difference(a, b *try) (mean, err float64, n int) {
	var units sample
	for n := range min(len(a.done), len(b.done)) {
		p := &s.parts[n]
		for i, at := range p.rows {
			units.add(s.units[at], s.gain(&a.done[n], i, at)-s.gain(&b.done[n], i, at), p.weight[i])
		}
	}
	mean, err = units.mean()
	return mean, err, units.rows
}

// gain is what an answer to row i of a part, which is row at of the data, is worth: 1
// for a right class, and of a number the square by which it is off, below 0.
func (s *Search) gain(m *measurement, i, at int) float64 {
	if s.numbers != nil {
		d := m.Numbers[i] - s.numbers[at]
		return -float64(d * d)
	}
	if m.Answers[i] == s.corpus.Labels[at] {
		return 1
	}
	return 0
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
	if t.whole || whole == nil {
		share, _ := s.gains(t).mean()
		return share
	}
	mean, err, _ := s.difference(t, whole)
	if math.Abs(mean) <= err { // too few rows to say
		mean = min(mean, 0)
	}
	share, _ := s.gains(whole).mean()
	return share + mean
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

// choose returns the candidate to be kept and says why. Those that are no more
// than a standard error worse than the best are as good on texts like those of the
// file. Of them one that begins from a general model is taken, if there is any:
// what it knows of words that the file lacks is no figure here, and serves where
// new texts are worded otherwise. Then the cheapest counts, and among those that
// cost about the same the most accurate. nil where none was measured.
func (s *Search) choose() (*try, string) {
	best := s.best()
	if best == nil {
		return nil, ""
	}
	var near []*try
	general := false
	for _, t := range s.tries {
		if !t.eligible() {
			continue
		}
		if mean, err, _ := s.difference(best, t); t == best || mean <= err {
			near = append(near, t)
			general = general || t.General
		}
	}
	near = slices.DeleteFunc(near, func(t *try) bool { return t.General != general })
	cheapest := near[0].Seconds
	for _, t := range near {
		cheapest = min(cheapest, t.Seconds)
	}
	whole := s.whole()
	chosen := best
	if best.General != general || best.Seconds > 2*cheapest {
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
	so := fmt.Sprintf("%s is better by %.1f points only, within the noise (%.1f)", best.Name, 100*mean, 100*err)
	if s.numbers != nil {
		so = fmt.Sprintf("%s is better by %.3g in mean squares only, within the noise (%.3g)", best.Name, mean, err)
	}
	if mean <= 0 {
		so = best.Name + " is no better"
	}
	if chosen.General && !best.General {
		return chosen, fmt.Sprintf("%s is taken: %s, and knows no more than this file, where %s begins from a model that has read far more: new texts may be worded otherwise",
			chosen.Name, so, chosen.Name)
	}
	return chosen, fmt.Sprintf("%s is taken: %s, and costs more", chosen.Name, so)
}

// eligible tells whether a candidate may be chosen: it was measured, and not
// given up for its answers.
func (t *try) eligible() bool { return t.Family != nil && len(t.done) > 0 && !t.lost }

// gains are those of a candidate on the parts that it was measured on.
func (s *Search) gains(t *try) *sample {
	all := new(sample)
	for n := range t.done {
		all.addPart(s, &s.parts[n], &t.done[n], func(int) bool { return true })
	}
	return all
}

// addPart adds what the answers to the rows of a part that are counted are worth.
func (all *sample) addPart(s *Search, p *part, m *measurement, counts func(i int) bool) {
	for i, at := range p.rows {
		if counts(i) {
			all.add(s.units[at], s.gain(m, i, at), p.weight[i])
		}
	}
}

// loss is the mean cross-entropy.
func (s *Search) loss(t *try) float64 {
	if s.numbers != nil {
		return 0
	}
	sum, weights, classes := 0.0, 0.0, len(s.corpus.Classes)
	for n := range t.done {
		p := &s.parts[n]
		for i, at := range p.rows {
			sum -= float64(p.weight[i] * exact.Log(max(t.done[n].probability(i, int(s.corpus.Labels[at]), classes), 1e-12)))
			weights += p.weight[i]
		}
	}
	return sum / max(1, weights)
}
