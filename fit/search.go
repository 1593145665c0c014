package fit

import (
	"context"
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// How the rows are parted.
const (
	noTest     = 100   // of fewer rows none is set aside
	fewRows    = 2000  // of fewer rows a fifth is set aside, else a tenth
	folds      = 5     // parts that candidates are measured on, one after another
	crossed    = 3000  // of fewer rows each candidate is measured on all parts before the next is tried
	heldAtMost = 10000 // rows that a candidate is measured on, beyond which more say hardly more
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
	test     []int   // rows set aside
	parts    [][]int // of learn, that candidates are measured on
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
	s.divide()
	s.report.Skipped = s.data.Skipped(ctx)
	s.report.AdviseClasses(false, true)
	s.report.AdviseRows()
	return s, s.propose(ctx)
}

// divide sets the test part aside and deals the others.
func (s *Search) divide() {
	n := len(s.raw)
	s.report = texts.Inspect(s.corpus)
	share := 0.1
	switch {
	case n < noTest:
		share = 0
	case n < fewRows:
		share = 0.2
	}
	s.learn, s.test = s.report.Split(s.corpus, share, s.Seed)
	k := max(folds, (len(s.learn)+heldAtMost/folds-1)*folds/heldAtMost)
	for _, p := range s.report.Folds(s.corpus, s.learn, k, s.Seed)[:folds] {
		if len(p) > 0 {
			s.parts = append(s.parts, p)
		}
	}
	s.first = len(s.parts)
	if n >= crossed {
		s.first = 1
	}
	counts := make([]int, len(s.corpus.Classes))
	for _, i := range s.learn {
		counts[s.corpus.Labels[i]]++
	}
	for k, n := range counts {
		if n > counts[s.baseline] {
			s.baseline = k
		}
	}
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

// testPart is the number of the part that is set aside.
const testPart = -1

// rows returns what a model is trained on to be measured on a part, and that
// part.
func (s *Search) rows(part int) (learn, held []int) {
	if part == testPart {
		return s.learn, s.test
	}
	held = s.parts[part]
	out := make(map[int]bool, len(held))
	for _, i := range held {
		out[i] = true
	}
	for _, i := range s.learn {
		if !out[i] {
			learn = append(learn, i)
		}
	}
	return learn, held
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
