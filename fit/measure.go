package fit

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/classify"
)

// measurement is what came of a training that left a part out.
type measurement struct {
	Seconds    float64 // of training
	Predicting float64 // seconds, of all rows of the part
	Bytes      int64
	// Answers are the most probable classes of the part's rows, -1 for one that
	// the data has not; P holds the probabilities of each of the data's classes,
	// row after row, as little-endian float32.
	Answers []int32
	P       []byte
	// Numbers are the answers where numbers are predicted, in place of both.
	Numbers []float64 `json:",omitempty"`
	// Aside are the answers to the rows set aside, of the first part of a search
	// that has dear candidates. They are looked at when all is chosen.
	Aside *measurement `json:",omitempty"`
}

// probability returns that of a class for a row of the part.
func (m *measurement) probability(row, class, classes int) float64 {
	return float64(math.Float32frombits(binary.LittleEndian.Uint32(m.P[4*(row*classes+class):])))
}

// add notes an answer and its probabilities.
func (m *measurement) add(answer int32, probabilities []float64) {
	m.Answers = append(m.Answers, answer)
	for _, p := range probabilities {
		m.P = binary.LittleEndian.AppendUint32(m.P, math.Float32bits(float32(p)))
	}
}

// try measures a candidate on the parts from the first that it was not measured
// on to one before last, as long as it can win and there is time.
func (s *Search) try(ctx context.Context, t *try, last int) error {
	for part := len(t.done); part < last && !t.lost && t.err == nil; part++ {
		if !s.journal.has(t.key, part) {
			if why := s.late(t, part); why != "" {
				t.note = why
				return nil
			}
		}
		m, err := s.measure(ctx, t, part)
		switch {
		case err != nil && (ctx.Err() != nil || errors.Is(err, errJournal)):
			return err
		case err != nil:
			t.err, t.note = err, "failed: "+err.Error()
			t.done = nil
			return nil
		}
		t.done = append(t.done, *m)
		t.whole = len(t.done) == len(s.parts)
		if t.note = ""; !t.whole {
			s.giveUp(t)
			if s.ahead(t) {
				t.note = fmt.Sprintf("measured on %d of %d parts: no other can win any more", len(t.done), len(s.parts))
				return nil
			}
		}
	}
	return nil
}

// giveUp stops a candidate that cannot win any more.
func (s *Search) giveUp(t *try) {
	if s.hopeless(t) {
		t.lost = true
		t.note = fmt.Sprintf("stopped after %d of %d parts: it cannot win any more", len(t.done), len(s.parts))
	}
}

// late says why there is no time for another part, "" where there is.
func (s *Search) late(t *try, part int) string {
	if t.Short && part == 0 {
		for _, other := range s.tries {
			if other.Kind == t.Kind && !other.Short && (len(other.done) > 0 || other.err != nil) {
				return "not tried: " + other.Name + " trains longer"
			}
		}
	}
	if t.Always && t.Seconds < nothing || !s.any() && t.Family != nil {
		return ""
	}
	once := s.estimate(t)
	// The part itself, and of the best the trainings that follow.
	need, left := once+max(s.rest(t), s.reserve()), s.Time.Seconds()-s.spent
	if t.members != nil { // what it answers on the part is known
		need -= once
	}
	if need <= left {
		return ""
	}
	if part > 0 {
		return fmt.Sprintf("stopped after %d of %d parts: no time for more", part, len(s.parts))
	}
	t.wants = enough(s.spent + need)
	return "not tried: no time for it"
}

// enough is a time that so many seconds fit into, as --time takes it.
func enough(seconds float64) string {
	if seconds > 55 {
		return fmt.Sprintf("%.0fm", math.Ceil(1.1*seconds/60))
	}
	return fmt.Sprintf("%.0fs", math.Ceil(1.1*seconds))
}

// nothing is in how many seconds a training takes next to nothing, and dear from how
// many on a candidate answers the rows set aside as it is measured on the first part:
// if it is chosen it is trained once more, not twice. Both are what its family says,
// which is the same on every machine.
const (
	nothing = 2
	dear    = 20
)

// any tells whether a candidate was measured that learns.
func (s *Search) any() bool {
	for _, t := range s.tries {
		if t.Family != nil && len(t.done) > 0 {
			return true
		}
	}
	return false
}

// rest is about how long the trainings of a candidate take that follow if it is
// chosen: on all rows, and before to be measured on those set aside.
func (s *Search) rest(t *try) float64 {
	learn, _ := s.rows(0)
	all := s.estimate(t) * float64(len(s.corpus.Labels)) / float64(max(1, len(learn)))
	if len(s.test.rows) == 0 || t.Seconds >= dear {
		return all
	}
	return 2 * all
}

// ahead tells that a dear candidate is so much better than all others so far that
// chance does not explain it, and to measure it further changes nothing.
func (s *Search) ahead(t *try) bool {
	if t.Seconds < dear || !s.any() {
		return false
	}
	for _, other := range s.tries {
		if other == t || !other.eligible() {
			continue
		}
		if mean, err, n := s.difference(t, other); n < 50 || mean-float64(3*err) <= 0 {
			return false
		}
	}
	return true
}

// estimate is about how many seconds a training of the candidate takes: as long
// as its last, or what its family says at the pace of candidates of its kind, or
// of all, that were measured.
func (s *Search) estimate(t *try) float64 {
	if t.members != nil {
		sum := 0.0
		for _, m := range t.members {
			sum += s.estimate(m)
		}
		return sum
	}
	if n := len(t.done); n > 0 {
		return t.done[n-1].Seconds + t.done[n-1].Predicting
	}
	p := s.pace[t.Kind]
	if p.said == 0 {
		p = s.pace[anyKind]
	}
	if p.said < 1 { // seconds: too little to tell how fast the machine is
		return t.Seconds
	}
	return t.Seconds * min(max(p.took/p.said, 0.2), 5)
}

// anyKind is the key of the pace of all kinds.
const anyKind = ""

// pace is how long trainings took and what their families said of it, in
// seconds.
type pace struct{ took, said float64 }

// reserve is the time for the last trainings of the best so far.
func (s *Search) reserve() float64 {
	best, _ := s.choose()
	if best == nil {
		return 0
	}
	return s.rest(best)
}

// measure trains a candidate without a part and measures it there, or takes the
// journal's word for it.
func (s *Search) measure(ctx context.Context, t *try, part int) (*measurement, error) {
	m := s.journal.get(t.key, part)
	if _, held := s.rows(part); m != nil && !s.fits(m, len(held)) {
		m = nil
	}
	if m != nil && m.Aside == nil && part == 0 && t.Family != nil && s.dear() {
		m = nil
	}
	if m == nil {
		var err error
		if m, err = s.train(ctx, t, part); err != nil {
			return nil, err
		}
		if err := s.journal.add(t.key, part, m); err != nil {
			return nil, err
		}
	}
	if t.members != nil && part != testPart { // what its members took, which is counted
		return m, nil
	}
	s.spent += m.Seconds + m.Predicting
	if m.Aside != nil {
		s.spent += m.Aside.Predicting
	}
	for _, kind := range []string{t.Kind, anyKind} {
		p := s.pace[kind]
		s.pace[kind] = pace{p.took + m.Seconds + m.Predicting, p.said + t.Seconds}
	}
	return m, nil
}

// train trains a candidate without a part and measures it there.
func (s *Search) train(ctx context.Context, t *try, part int) (*measurement, error) {
	learn, held := s.rows(part)
	switch {
	case t.Family == nil:
		return s.constant(held), nil
	case t.members != nil && part != testPart:
		return s.mean(t, part), nil
	case part == testPart && t.Seconds >= dear && len(t.done) > 0 && t.done[0].Aside != nil:
		return t.done[0].Aside, nil
	}
	data, err := s.data.rows(learn)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	model, _, err := s.zoo.Train(ctx, t.Recipe, data, zoo.Run{})
	if err != nil {
		return nil, err
	}
	m := &measurement{Seconds: time.Since(began).Seconds()}
	if err := s.answer(ctx, m, model, held); err != nil {
		return nil, err
	}
	if m.Bytes, err = model.Artefact.Weights.WriteTo(io.Discard); err != nil {
		return nil, fmt.Errorf("fit: %w", err)
	}
	if part != 0 || !s.dear() {
		return m, nil
	}
	m.Aside = new(measurement)
	return m, s.answer(ctx, m.Aside, model, s.test.rows)
}

// answer has a model answer rows, and notes what in the data's classes.
func (s *Search) answer(ctx context.Context, m *measurement, model *zoo.Model, rows []int) error {
	began := time.Now()
	a, err := s.data.answer(ctx, model, rows)
	if err != nil {
		return err
	}
	m.Predicting = time.Since(began).Seconds()
	return s.judge(m, a, rows)
}

// fits tells whether a measurement is of so many rows.
func (s *Search) fits(m *measurement, rows int) bool {
	if s.numbers != nil {
		return len(m.Numbers) == rows
	}
	return len(m.Answers) == rows && len(m.P) == 4*rows*len(s.corpus.Classes)
}

// dear tells whether rows set aside are answered as candidates are measured on the
// first part.
func (s *Search) dear() bool {
	return len(s.test.rows) > 0 && slices.ContainsFunc(s.tries, func(t *try) bool { return t.Seconds >= dear })
}

// constant always answers the most frequent class, or the mean.
func (s *Search) constant(held []int) *measurement {
	m, p := &measurement{}, make([]float64, len(s.corpus.Classes))
	p[s.baseline] = 1
	for range held {
		if s.numbers != nil {
			m.Numbers = append(m.Numbers, s.center)
		} else {
			m.add(int32(s.baseline), p)
		}
	}
	return m
}

// judge notes what was answered, in the data's classes.
func (s *Search) judge(m *measurement, a answers, held []int) error {
	if n := max(len(a.numbers), len(a.probabilities)); n != len(held) || (s.numbers != nil) != (a.numbers != nil) {
		return fmt.Errorf("fit: %d answers to %d rows, numbers %v", n, len(held), a.numbers != nil)
	}
	if s.numbers != nil {
		m.Numbers = a.numbers
		for i, x := range m.Numbers {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return fmt.Errorf("fit: answer %d is %v, want a finite number", i, x)
			}
		}
		return nil
	}
	of := make([]int, len(a.classes)) // the data's number of a model's class
	for k, name := range a.classes {
		of[k] = slices.Index(s.corpus.Classes, name)
	}
	for i, all := range a.probabilities {
		if len(all) != len(of) || len(of) == 0 {
			return fmt.Errorf("fit: answer %d has %d probabilities, want one of each of %d classes", i, len(all), len(of))
		}
		p := make([]float64, len(s.corpus.Classes))
		for k, x := range all {
			if of[k] >= 0 {
				p[of[k]] = x
			}
		}
		m.add(int32(of[classify.Most(all)]), p)
	}
	return nil
}
