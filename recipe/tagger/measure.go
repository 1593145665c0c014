package tagger

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/gorgonia-zoo/zoo/models/tagger"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/sentences"
	"github.com/gorgonia-zoo/zoo/tagging"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Tagger is a tagger of the zoo: a tagging.Tagger that can be measured.
type Tagger struct{ *tagger.Tagger }

var (
	_ tagging.Tagger  = (*Tagger)(nil)
	_ recipe.Measurer = (*Tagger)(nil)
)

// measured is how a tagger does, by column.
type measured struct {
	columns []tagging.Column
	of      []tagging.Evaluation
}

// measure compares a tagger with sentences whose columns are its own.
func measure(ctx context.Context, t tagging.Tagger, part []sentences.Sentence) (*measured, error) {
	m := &measured{columns: t.Columns(), of: make([]tagging.Evaluation, len(t.Columns()))}
	const chunk = 4096
	for from := 0; from < len(part); from += chunk {
		some := part[from:min(from+chunk, len(part))]
		words := make([][]string, len(some))
		for i, s := range some {
			words[i] = s.Words
		}
		answers, err := t.TagWords(ctx, words)
		if err != nil {
			return nil, fmt.Errorf("zoo: %w", err)
		}
		for i, s := range some {
			known := make([]bool, len(s.Words))
			for w := range known {
				known[w] = answers[i].Words[w].Known
			}
			for k := range m.columns {
				got := make([]string, len(s.Words))
				for w := range got {
					got[w] = answers[i].Words[w].Tags[k]
				}
				if err := m.of[k].Add(s.Tags[k], got, known); err != nil {
					return nil, fmt.Errorf("zoo: %w", err)
				}
			}
		}
	}
	return m, nil
}

// accuracy is the mean of the columns'.
func (m *measured) accuracy() float64 {
	sum := 0.0
	for k := range m.of {
		sum += m.of[k].Accuracy()
	}
	return sum / float64(len(m.of))
}

// f1 is that of the first column that marks spans, nil where none does.
func (m *measured) f1() *float64 {
	for k, c := range m.columns {
		if c.Spans {
			f1 := m.of[k].Overall().F1
			return &f1
		}
	}
	return nil
}

// metrics are what training watches.
func (m *measured) metrics() train.Metrics {
	out := train.Metrics{"accuracy": m.accuracy()}
	if f1 := m.f1(); f1 != nil {
		out["f1"] = *f1
	}
	if len(m.columns) > 1 {
		for k, c := range m.columns {
			out[c.Name+"_accuracy"] = m.of[k].Accuracy()
		}
	}
	return out
}

// percent prints a share.
func percent(x float64) string { return fmt.Sprintf("%.2f", 100*x) }

// text says it for people.
func (m *measured) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d words of %d sentences", m.of[0].Words, m.of[0].Sentences)
	for k, c := range m.columns {
		e := &m.of[k]
		fmt.Fprintf(&b, "\n\n%s: %s %% of the words right", c.Name, percent(e.Accuracy()))
		if e.Unknown > 0 {
			fmt.Fprintf(&b, ", %s %% of the %d that training gave no vector", percent(e.UnknownAccuracy()), e.Unknown)
		}
		fmt.Fprintf(&b, "; %s %% of the sentences whole", percent(float64(e.SentencesAllCorrect)/float64(max(1, e.Sentences))))
		if c.Spans {
			fmt.Fprintf(&b, "\n\n%-20s %9s %9s %9s %7s\n", "spans", "precision", "recall", "F1", "number")
			for _, s := range e.Kinds() {
				fmt.Fprintf(&b, "%-20s %9s %9s %9s %7d\n", s.Kind, percent(s.Precision), percent(s.Recall), percent(s.F1), s.Spans)
			}
			all := e.Overall()
			fmt.Fprintf(&b, "%-20s %9s %9s %9s %7d", "all", percent(all.Precision), percent(all.Recall), percent(all.F1), all.Spans)
			continue
		}
		if confused := e.Confusions(5); len(confused) > 0 {
			b.WriteString("\nmost often taken for another:")
			for i, x := range confused {
				fmt.Fprintf(&b, "%s %s for %s %d times", comma(i), x.Tag, x.As, x.Words)
			}
		}
	}
	return b.String()
}

// MeasureSource implements recipe.Measurer.
func (t *Tagger) MeasureSource() *recipe.Source {
	var names []string
	for _, c := range t.Columns() {
		names = append(names, c.Name)
	}
	return sentences.Source(names)
}

// figures are what eval --json prints.
type figures struct {
	UPOS    *float64 `json:"upos_accuracy,omitempty"`
	F1      *float64 `json:"f1,omitempty"`
	Columns []column `json:"columns"`
}

type column struct {
	Name            string              `json:"name"`
	Words           int                 `json:"words"`
	Accuracy        float64             `json:"accuracy"`
	UnknownWords    int                 `json:"unknown_words"`
	UnknownAccuracy float64             `json:"unknown_accuracy"`
	Spans           *tagging.Score      `json:"spans,omitempty"`
	Kinds           []tagging.Score     `json:"kinds,omitempty"`
	Confusions      []tagging.Confusion `json:"confusions,omitempty"`
}

// Measure implements recipe.Measurer.
func (t *Tagger) Measure(ctx context.Context, data recipe.Data) (*recipe.Measurement, error) {
	set, err := recipe.DataAs[*sentences.Set](data)
	if err != nil {
		return nil, err
	}
	m, err := measure(ctx, t, set.Sentences())
	if err != nil {
		return nil, err
	}
	accuracy := m.accuracy()
	f := figures{F1: m.f1()}
	for k, c := range m.columns {
		e := &m.of[k]
		one := column{Name: c.Name, Words: e.Words, Accuracy: e.Accuracy(), UnknownWords: e.Unknown, UnknownAccuracy: e.UnknownAccuracy(), Confusions: e.Confusions(20)}
		if c.Name == "upos" {
			f.UPOS = &one.Accuracy
		}
		if c.Spans {
			all := e.Overall()
			one.Spans, one.Kinds = &all, e.Kinds()
		}
		f.Columns = append(f.Columns, one)
	}
	return &recipe.Measurement{Examples: len(set.Sentences()), Text: m.text(), Accuracy: &accuracy, Figures: f}, nil
}

// finish rounds the weights to the type they are stored as, measures the tagger and what
// it should beat on the sentences held out, and writes the card.
func (t *task) finish(ctx context.Context, r recipe.Recipe, result train.Result, env recipe.Env) (*recipe.Model, error) {
	dtype, err := recipe.Storage(t.recipe.Storage)
	if err != nil {
		return nil, err
	}
	for _, p := range t.tagger.Network().Params() {
		if i := dtype.Round(p.Write()); i >= 0 {
			return nil, fmt.Errorf("zoo: %w: tensor %q: element %d is %v, which %v cannot hold", weights.ErrRange, p.Name, i, p.Data()[i], dtype)
		}
	}
	card, err := r.Card("tagging", result)
	if err != nil {
		return nil, err
	}
	card.Data = t.set.Describe()
	if t.recipe.Data != "" {
		card.Data = t.recipe.Data
	}
	card.Recipe.Options[recipe.DataOption] = t.fingerprint
	if len(t.validation) > 0 {
		if err := t.report(ctx, &card, env); err != nil {
			return nil, err
		}
	}
	a, err := t.tagger.Artefact(card, dtype)
	if err != nil {
		return nil, err
	}
	return &recipe.Model{Artefact: a, Value: &Tagger{t.tagger}}, nil
}

// report measures on the sentences held out.
func (t *task) report(ctx context.Context, card *weights.Card, env recipe.Env) error {
	m, err := measure(ctx, t.tagger, t.part(t.validation))
	if err != nil {
		return err
	}
	card.Metrics = map[string]float64{}
	for name, x := range m.metrics() {
		card.Metrics["validation_"+name] = x
	}
	cheap := learnUsual(len(m.columns), t.part(t.train))
	table := weights.Table{Title: fmt.Sprintf("On %d sentences held out, %%", len(t.validation)), Columns: []string{"column", "figure", "this model", "each word's most frequent tag"}}
	for k, c := range m.columns {
		var base tagging.Evaluation
		for _, s := range t.part(t.validation) {
			if err := base.Add(s.Tags[k], cheap.answer(k, s.Words), nil); err != nil {
				return fmt.Errorf("zoo: %w", err)
			}
		}
		name, here, there := "accuracy", m.of[k].Accuracy(), base.Accuracy()
		if c.Spans {
			name, here, there = "F1 of spans", m.of[k].Overall().F1, base.Overall().F1
		}
		if math.IsNaN(here) {
			here = 0
		}
		table.Rows = append(table.Rows, []string{c.Name, name, percent(here), percent(there)})
		env.Logf("held out: %s, %s %s %%; each word's most frequent tag: %s %%", c.Name, name, percent(here), percent(there))
		if here <= there {
			card.Limits = append(card.Limits, fmt.Sprintf("In column %s each word's most frequent tag does as well or better.", c.Name))
			env.Logf("%s: each word's most frequent tag does as well or better: more sentences or more epochs are needed", c.Name)
		}
	}
	card.Tables = append(card.Tables, table)
	return nil
}

// comma stands before all but the first of a list.
func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}
