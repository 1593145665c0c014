package fit

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// subject is what a search is of.
type subject interface {
	// all is the data, and rows some of it.
	all() recipe.Data
	rows(rows []int) (recipe.Data, error)
	// answer has a model answer rows: classes is what probabilities are of, and of
	// numbers empty.
	answer(ctx context.Context, m *zoo.Model, rows []int) (a answers, err error)
	// fingerprint names the data, and report tells of it.
	fingerprint() (string, error)
	report(w io.Writer) error
}

// answers are a model's to some rows.
type answers struct {
	classes       []string
	probabilities [][]float64
	numbers       []float64
}

// labelled is texts with a label each.
type labelled struct {
	set    *texts.Set
	raw    []string
	corpus *texts.Corpus
	*texts.Report
}

// readTexts reads labelled texts.
func (s *Search) readTexts(ctx context.Context, data *texts.Set) error {
	d := &labelled{}
	var err error
	if d.set, err = data.Load(ctx); err != nil {
		return err
	}
	part, err := d.set.Labelled(ctx, tokenize.Config{Lower: true})
	if err != nil {
		return err
	}
	d.corpus, s.corpus, s.data = part.Corpus, part.Corpus, d
	examples, _, err := d.set.Examples(ctx, datasets.Train)
	if err != nil {
		return err
	}
	for e, err := range examples {
		if err != nil {
			return err
		}
		d.raw = append(d.raw, e.Text)
	}
	if len(s.corpus.Classes) < 2 {
		return fmt.Errorf("fit: all texts have the label %q, want two or more different ones: %w", s.corpus.Classes, zoo.ErrUsage)
	}
	d.Report = texts.Inspect(s.corpus)
	d.FindWordings(s.corpus)
	s.divide(d.Same(), d.Units())
	d.CountSplit(s.learn, s.test.rows)
	d.Skipped = d.set.Skipped(ctx)
	d.AdviseClasses(false, true)
	d.AdviseRows()
	if len(s.test.rows) == 0 { // cross-validation tells, in place of a part held out
		d.Advice = slices.DeleteFunc(d.Advice, func(a string) bool { return a == texts.NothingHeldOut })
	}
	return nil
}

func (d *labelled) all() recipe.Data             { return d.set }
func (d *labelled) fingerprint() (string, error) { return d.corpus.Fingerprint() }

func (d *labelled) rows(rows []int) (recipe.Data, error) { return d.set.Rows(rows) }

func (d *labelled) report(w io.Writer) error {
	_, err := d.Report.WriteTo(w)
	return err
}

func (d *labelled) answer(ctx context.Context, m *zoo.Model, rows []int) (a answers, err error) {
	c, ok := m.Value.(classify.Classifier)
	if !ok {
		return a, fmt.Errorf("fit: the model is a %T, want a classifier of texts", m.Value)
	}
	raw := make([]string, len(rows))
	for i, at := range rows {
		raw[i] = d.raw[at]
	}
	all, err := c.PredictAll(ctx, raw)
	a.classes = c.Classes()
	for _, p := range all {
		a.probabilities = append(a.probabilities, p.Probabilities)
	}
	return a, err
}

// tabled is a table of columns.
type tabled struct{ table recipe.Table }

// readTable reads a table.
func (s *Search) readTable(ctx context.Context, data recipe.Table) error {
	t, err := data.Load(ctx)
	if err != nil {
		return err
	}
	if err := t.Doubt(); err != nil {
		return err
	}
	d := &tabled{t}
	s.data = d
	y, classes := t.Targets()
	s.corpus = &texts.Corpus{Classes: classes, Labels: make([]int32, len(y))}
	if classes == nil {
		s.numbers, s.corpus.Classes = y, []string{""}
		if slices.Min(y) == slices.Max(y) {
			return fmt.Errorf("fit: the target is %g in every row, want different numbers: %w", y[0], zoo.ErrUsage)
		}
	} else {
		for i, k := range y {
			s.corpus.Labels[i] = int32(k)
		}
		if len(classes) < 2 {
			return fmt.Errorf("fit: the target is %q in every row, want two or more classes: %w", classes, zoo.ErrUsage)
		}
	}
	if len(y) < leastRows {
		return fmt.Errorf("fit: %d rows, want %d or more: %w", len(y), leastRows, zoo.ErrUsage)
	}
	same := make([]int32, len(y))
	for i, at := range t.Same() {
		same[i] = int32(at)
	}
	s.divide(same, same)
	return nil
}

// leastRows are of a table, of which each part must leave some to train on.
const leastRows = 40

func (d *tabled) all() recipe.Data { return d.table }

func (d *tabled) rows(rows []int) (recipe.Data, error) { return d.table.Rows(rows) }

func (d *tabled) fingerprint() (string, error) { return d.table.Fingerprint() }

func (d *tabled) report(w io.Writer) error {
	for _, line := range d.table.Report() {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

func (d *tabled) answer(ctx context.Context, m *zoo.Model, rows []int) (a answers, err error) {
	model, ok := m.Value.(recipe.TableModel)
	if !ok {
		return a, fmt.Errorf("fit: the model is a %T, want one of a table", m.Value)
	}
	part, err := d.table.Rows(rows)
	if err != nil {
		return a, err
	}
	if c, ok := m.Value.(recipe.RowClassifier); ok {
		a.classes = c.Classes()
	}
	a.numbers, a.probabilities, err = model.AnswerTable(ctx, part.(recipe.Table))
	return a, err
}
