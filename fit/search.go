package fit

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
)

// Search is a data set with its parts and what is tried on it.
type Search struct {
	Config
	zoo      *zoo.Zoo
	data     subject
	corpus   *texts.Corpus // labels and classes; of a table no texts, and of numbers one class
	numbers  []float64     // what is predicted, where it is no class
	learn    []int         // rows that candidates are trained and measured on
	test     part          // rows set aside
	parts    []part        // of learn, that candidates are measured on
	units    []int32       // of each row a number that those of one text or wording share
	copies   int           // rows that are worded as others
	first    int           // parts that each candidate is measured on before the next is tried
	tries    []*try
	spent    float64         // seconds
	pace     map[string]pace // by kind
	journal  *journal
	baseline int     // the most frequent class of learn
	center   float64 // the mean of its numbers
}

// try is a candidate on its way. One without a family always answers the most
// frequent class.
type try struct {
	recipe.Candidate
	key   string        // of the journal
	done  []measurement // of each part, in their order
	note  string        // why it was stopped, "" for no reason
	wants string        // the time in which it would have been tried, "" where it was
	err   error         // of its training
	whole bool          // every part is measured
	lost  bool          // it was given up for its answers
	// members are the candidates that it is the mean of, nil for one of its own.
	members []*try
}

// New reads the data, texts or a table of columns, sets a part of it aside and asks
// the families for candidates.
func New(ctx context.Context, z *zoo.Zoo, data recipe.Data, c Config) (*Search, error) {
	if c.Time == 0 {
		c.Time = DefaultTime
	}
	if c.Time < 0 {
		return nil, fmt.Errorf("fit: a time of %v, want more than none: %w", c.Time, zoo.ErrUsage)
	}
	began := time.Now()
	s := &Search{Config: c, zoo: z, pace: map[string]pace{}}
	var err error
	switch d := data.(type) {
	case *texts.Set:
		err = s.readTexts(ctx, d)
	case recipe.Table:
		err = s.readTable(ctx, d)
	default:
		err = fmt.Errorf("fit: data of type %T, want texts or a table: %w", data, zoo.ErrUsage)
	}
	if err != nil {
		return nil, err
	}
	err = s.propose(ctx)
	s.spent = time.Since(began).Seconds()
	return s, err
}

// propose opens the bases and asks the families.
func (s *Search) propose(ctx context.Context) error {
	var bases []recipe.Base
	var names []string
	for _, m := range s.zoo.Models {
		names = append(names, m.Name)
	}
	for _, name := range append(names, s.Bases...) {
		if slices.ContainsFunc(bases, func(b recipe.Base) bool { return b.Name == name }) {
			continue
		}
		m, err := s.zoo.Open(name)
		if err != nil {
			return err
		}
		bases = append(bases, recipe.Base{Name: name, Model: m})
	}
	all, err := s.zoo.Families.Candidates(ctx, s.data.all(), bases, s.zoo.Env(zoo.Run{}))
	if err != nil {
		return err
	}
	constant := fmt.Sprintf("always %q", s.corpus.Classes[s.baseline])
	if s.numbers != nil {
		constant = "the mean"
	}
	s.tries = []*try{{Candidate: recipe.Candidate{Name: constant, Always: true}}}
	order(all)
	for _, c := range all {
		*c.Body.SeedPtr() = s.Seed
		s.tries = append(s.tries, &try{Candidate: c})
	}
	for _, t := range s.tries {
		if t.key, err = key(t.Candidate); err != nil {
			return err
		}
	}
	if len(all) == 0 {
		return fmt.Errorf("fit: no family of the zoo proposes anything for the data: %w", zoo.ErrUsage)
	}
	for _, name := range s.Bases { // a base that nobody begins from was named for nothing
		if !slices.ContainsFunc(all, func(c recipe.Candidate) bool { return beginsFrom(c, name) }) {
			return fmt.Errorf("fit: base %s: no family begins from a model of its kind: %w", name, zoo.ErrUsage)
		}
	}
	return nil
}

// order sorts candidates as they are tried: by their cost, where one that begins
// from a general model counts a third, and a short one comes after the longer.
func order(all []recipe.Candidate) {
	longest := map[string]float64{} // of a kind
	for _, c := range all {
		longest[c.Kind] = max(longest[c.Kind], c.Seconds)
	}
	cost := func(c recipe.Candidate) (seconds float64, short int) {
		if seconds = c.Seconds; c.Short {
			seconds, short = longest[c.Kind], 1
		}
		if c.General {
			seconds /= 3
		}
		return seconds, short
	}
	slices.SortStableFunc(all, func(a, b recipe.Candidate) int {
		x, i := cost(a)
		y, k := cost(b)
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(i, k))
	})
}

// beginsFrom tells whether a candidate's recipe names a base.
func beginsFrom(c recipe.Candidate, name string) bool {
	if t := c.Family.Tuning; t != nil {
		return *t.Base(c.Body) == name
	}
	for _, set := range c.Family.Settings {
		if set.Flag == "base" {
			return set.Of(c.Body).String() == name
		}
	}
	return false
}
