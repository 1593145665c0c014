// Package fit finds the model that suits a data set: it tries what the families
// of a zoo propose, the cheapest first, and measures each on rows that it was
// not trained on.
//
// Of small data each candidate is measured by cross-validation, of large data on
// one part held out. A part of the rows is set aside before anything is looked
// at; it chooses nothing, and the accuracy on it of the model that was chosen is
// the only figure that is called the expected one: the best of many figures is a
// lucky one. Of two candidates whose difference is within its standard error, on
// the same rows, the cheaper is taken.
//
// Everything drawn at random comes from the seed. Time decides only what is
// tried and what not: the same candidates give the same choice and the same
// weights.
package fit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/recipe"
)

// DefaultTime is how long a search takes that is not told.
const DefaultTime = 10 * time.Minute

// Config says how to search. The zero value is a search of DefaultTime by seed
// 0 that begins from the zoo's pretrained models.
type Config struct {
	// Time bounds the search and the trainings of what it chooses; 0 means
	// DefaultTime. What costs next to nothing is tried whatever the time.
	Time time.Duration
	// Bases are models to begin from beside the pretrained ones: directories.
	Bases []string
	// Seed is that of the parts of the data and of all trainings.
	Seed uint64
	// Journal is a file that keeps each measurement as it is made; "" for none.
	// Resume takes over those that are there, as if they had been made now. A
	// journal of another search, and one that is there without Resume, is
	// ErrJournal.
	Journal string
	Resume  bool
	// Card is what the card of the chosen model says.
	Card recipe.CardFields
	// Log gets the report on the data, a table that grows, and remarks; nil for
	// nobody. Tell is told of each candidate that is done.
	Log  io.Writer
	Tell func(Outcome) error
}

// ErrJournal is wrapped by errors about a journal that the search cannot go on
// from.
var ErrJournal = errors.New("journal of another search")

// ErrNone is returned where no candidate could be measured.
var ErrNone = errors.New("fit: no candidate could be trained")

// Outcome is a candidate and how well it does.
type Outcome struct {
	Name     string  `json:"name"`
	Accuracy float64 `json:"accuracy"` // of classes
	RMSE     float64 `json:"rmse"`     // of numbers: the root of the mean squared error
	Low      float64 `json:"low"`      // of the Level interval
	High     float64 `json:"high"`
	Rows     int     `json:"rows"`    // it was measured on, 0 if it was not, and then nothing else counts
	Seconds  float64 `json:"seconds"` // of its trainings
	// Milliseconds is what a text takes to predict, in a file of many; Bytes is
	// the size of the weights.
	Milliseconds float64 `json:"milliseconds"`
	Bytes        int64   `json:"bytes"`
	// Note says why it was not measured whole, "" where it was. Wants is about the
	// time in which a search would try it that had none for it.
	Note  string `json:"note,omitempty"`
	Wants string `json:"wants,omitempty"`

	// Recipe trains it; without a family for what always gives one answer.
	Recipe recipe.Recipe `json:"-"`
}

// Result is what a search found.
type Result struct {
	Model *zoo.Model // trained on all rows
	Best  string     // name of the candidate that was chosen
	Why   string     // in a sentence
	// Candidates are what was tried, the chosen one first and then the most
	// accurate.
	Candidates []Outcome
	// Expected is how the chosen recipe, trained on the other rows, does on the
	// rows that were set aside, nil where there were too few to set any aside.
	Expected *Interval
	// Known and Anew are those of the rows that are worded as others and of those
	// that are not, where the data has near copies; else nil. Each of them weighs so
	// much in Expected as if a half of what comes were worded anew.
	Known, Anew *Interval
	// Aside are the rows that were set aside, counted from 0. The model that was
	// measured there had not seen them; Model has, and is as a rule a little better.
	Aside []int
}

// Interval is a share or an error that was measured, with the interval of Level in which
// the true one lies.
type Interval struct {
	Accuracy float64 `json:"accuracy,omitempty"`
	RMSE     float64 `json:"rmse,omitempty"` // of numbers, in place of a share
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	Rows     int     `json:"rows"`
}

// Run searches for the model that suits the data, and trains it on all rows.
func Run(ctx context.Context, z *zoo.Zoo, data recipe.Data, c Config) (*Result, error) {
	s, err := New(ctx, z, data, c)
	if err != nil {
		return nil, err
	}
	return s.Run(ctx)
}

// Run tries the candidates and trains the best of them on all rows.
func (s *Search) Run(ctx context.Context) (*Result, error) {
	if err := s.openJournal(); err != nil {
		return nil, err
	}
	defer s.journal.close()
	if s.Log != nil {
		if err := s.data.report(s.Log); err != nil {
			return nil, fmt.Errorf("fit: %w", err)
		}
	}
	s.logf("%s", s.scheme())
	s.logf("%s", s.header())
	if err := s.tryAll(ctx); err != nil {
		return nil, err
	}
	best, why := s.choose()
	if best == nil {
		return nil, errors.Join(ErrNone, s.failure())
	}
	s.logf("%s", why)
	if mean, err, n := s.difference(best, s.tries[0]); mean <= float64(2*err) {
		why += fmt.Sprintf("; it is hardly better than %s on %d rows: is %s?", s.tries[0].Name, n, s.told())
		s.logf("it is hardly better than %s on %d rows", s.tries[0].Name, n)
	}
	r := &Result{Best: best.Name, Why: why, Candidates: s.outcomes(best), Aside: s.test.rows}
	if len(s.test.rows) > 0 {
		p, err := s.measure(ctx, best, testPart)
		if err != nil {
			return nil, err
		}
		r.Expected = s.expected(p, func(int) bool { return true })
		s.logf("expected %s: %s, on %d rows that chose nothing", s.figure(), r.Expected, len(s.test.rows))
		if s.copies > 0 {
			r.Known = s.expected(p, func(i int) bool { return s.test.known[i] })
			r.Anew = s.expected(p, func(i int) bool { return !s.test.known[i] })
			s.logf("  of %d rows worded as others that were learned: %s", r.Known.Rows, r.Known)
			s.logf("  of %d rows worded as none that was: %s", r.Anew.Rows, r.Anew)
		}
	}
	var err error
	if r.Model, err = s.finish(ctx, best, r); err != nil {
		return nil, err
	}
	return r, nil
}

// expected is the share of right answers to the rows set aside that count.
func (s *Search) expected(m *measurement, counts func(i int) bool) *Interval {
	var rows sample
	rows.addPart(s, &s.test, m, counts)
	return s.interval(&rows)
}

// tryAll measures the candidates. Of much data each is measured on one part first,
// and those that may still win on the others as long as there is time: what
// costs next to nothing at once. The means of the best come last.
func (s *Search) tryAll(ctx context.Context) error {
	for _, t := range s.tries {
		last := s.first
		if t.Always {
			last = len(s.parts)
		}
		if err := s.try(ctx, t, last); err != nil {
			return err
		}
		if err := s.tell(t); err != nil {
			return err
		}
	}
	for part := s.first; part < len(s.parts); part++ {
		for _, t := range s.tries {
			if len(t.done) != part || t.lost || t.err != nil {
				continue
			}
			if s.giveUp(t); t.lost { // by what the others did since
				if err := s.tell(t); err != nil {
					return err
				}
				continue
			}
			if err := s.try(ctx, t, part+1); err != nil {
				return err
			}
			if t.whole || t.lost || len(t.done) == part { // it ends here
				if err := s.tell(t); err != nil {
					return err
				}
			}
		}
	}
	means, err := s.means()
	if err != nil {
		return err
	}
	for _, t := range means {
		s.tries = append(s.tries, t)
		if err := s.try(ctx, t, t.shared()); err != nil {
			return err
		}
		if err := s.tell(t); err != nil {
			return err
		}
	}
	return nil
}

// failure is the first error of a candidate.
func (s *Search) failure() error {
	for _, t := range s.tries {
		if t.err != nil {
			return t.err
		}
	}
	return nil
}

// logf writes a line.
func (s *Search) logf(format string, args ...any) {
	if s.Log != nil {
		fmt.Fprintf(s.Log, format+"\n", args...)
	}
}
