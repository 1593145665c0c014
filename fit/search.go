package fit

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// Search is a data set with its parts and what is tried on it.
type Search struct {
	Config
	zoo      *zoo.Zoo
	data     *texts.Set
	raw      []string
	corpus   *texts.Corpus
	report   *texts.Report
	learn    []int   // rows that candidates are trained and measured on
	test     part    // rows set aside
	parts    []part  // of learn, that candidates are measured on
	units    []int32 // of each row a number that those of one text or wording share
	copies   int     // rows that are worded as others
	first    int     // parts that each candidate is measured on before the next is tried
	tries    []*try
	spent    float64         // seconds
	pace     map[string]pace // by kind
	journal  *journal
	baseline int // the most frequent class of learn
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

// New reads the data, sets a part of it aside and asks the families for
// candidates.
func New(ctx context.Context, z *zoo.Zoo, data *texts.Set, c Config) (*Search, error) {
	if c.Time == 0 {
		c.Time = DefaultTime
	}
	if c.Time < 0 {
		return nil, fmt.Errorf("fit: a time of %v, want more than none: %w", c.Time, zoo.ErrUsage)
	}
	began := time.Now()
	s := &Search{Config: c, zoo: z, pace: map[string]pace{}}
	var err error
	if s.data, err = data.Load(ctx); err != nil {
		return nil, err
	}
	part, err := s.data.Labelled(ctx, tokenize.Config{Lower: true})
	if err != nil {
		return nil, err
	}
	s.corpus = part.Corpus
	examples, _, err := s.data.Examples(ctx, datasets.Train)
	if err != nil {
		return nil, err
	}
	for e, err := range examples {
		if err != nil {
			return nil, err
		}
		s.raw = append(s.raw, e.Text)
	}
	if len(s.corpus.Classes) < 2 {
		return nil, fmt.Errorf("fit: all texts have the label %q, want two or more different ones: %w", s.corpus.Classes, zoo.ErrUsage)
	}
	s.report = texts.Inspect(s.corpus)
	s.report.FindWordings(s.corpus)
	s.divide(s.report.Same(), s.report.Units())
	s.report.CountSplit(s.learn, s.test.rows)
	s.report.Skipped = s.data.Skipped(ctx)
	s.report.AdviseClasses(false, true)
	s.report.AdviseRows()
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
	all, err := s.zoo.Families.Candidates(ctx, s.data, bases, s.zoo.Env(zoo.Run{}))
	if err != nil {
		return err
	}
	s.tries = []*try{{Candidate: recipe.Candidate{Name: fmt.Sprintf("always %q", s.corpus.Classes[s.baseline]), Always: true}}}
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

// texts returns the raw texts of rows.
func (s *Search) texts(rows []int) []string {
	out := make([]string, len(rows))
	for i, at := range rows {
		out[i] = s.raw[at]
	}
	return out
}

// classifier is what a model must be to be chosen.
func classifier(m *zoo.Model) (classify.Classifier, error) {
	c, ok := m.Value.(classify.Classifier)
	if !ok {
		return nil, fmt.Errorf("fit: the model is a %T, want a classifier of texts", m.Value)
	}
	return c, nil
}
