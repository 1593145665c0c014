package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/spf13/cobra"
)

// textFlags say how a classifier's answers to texts are given.
type textFlags struct {
	top       int
	threshold float64
	explained bool
}

func (f *textFlags) add(c *cobra.Command) {
	c.Flags().IntVar(&f.top, "top", 0, "of a classifier: the most probable labels, so many, and their probabilities")
	c.Flags().Float64Var(&f.threshold, "threshold", 0, "of a classifier: no label where the answer is less probable than this, or no word of the text is known")
	c.Flags().BoolVar(&f.explained, "explain", false, "say what each word contributes to the logit, in colours on a terminal (not with NO_COLOR)")
}

// check checks the flags.
func (f *textFlags) check(c *cobra.Command) error {
	switch {
	case c.Flags().Changed("top") && f.top < 1:
		return usage(c, "--top %d, want 1 or more", f.top)
	case !(f.threshold >= 0 && f.threshold <= 1):
		return usage(c, "--threshold %v, want a probability, from 0 to 1", f.threshold)
	case f.explained:
		return unwanted(c, "--explain says what decided", "top", "threshold", "out", "keep")
	}
	return nil
}

// predictTexts answers texts by a classifier.
func predictTexts(c *cobra.Command, m classify.Classifier, args []string, from *source, flags textFlags, to *output) error {
	if err := cmp.Or(flags.check(c), from.check(c, args), to.check(c, from.file)); err != nil {
		return err
	}
	p := &textPrinter{model: m, textFlags: flags, flat: !to.jsonLines(), columns: []string{"text"}, colours: colourful(c.OutOrStdout())}
	p.knower, _ = m.(classify.Knower)
	lines, err := p.open(c, args, from, to)
	if err != nil {
		return err
	}
	err = to.write(c, p.columns, p.fields(), func(w rowWriter, out *bufio.Writer) error {
		for chunk, err := range lines {
			if err == nil {
				err = p.answer(c.Context(), chunk, w, out, to.asJSON)
			}
			if flushed := out.Flush(); err == nil {
				err = flushed
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		p.notes(c, len(args) == 0, to.file)
	}
	return err
}

// open opens the texts, and finds the columns to carry.
func (p *textPrinter) open(c *cobra.Command, args []string, from *source, to *output) (iter.Seq2[textChunk, error], error) {
	var table *datasets.Table
	var lines iter.Seq2[[]string, error]
	var err error
	if len(args) > 0 {
		lines, err = inputs(c, args, "", "")
	} else {
		table, lines, err = from.recognise(c)
	}
	if err != nil {
		return nil, err
	}
	if table == nil {
		if err := cmp.Or(noTable(c, len(args) == 0), unwanted(c, "the input is no table", "keep")); err != nil {
			return nil, err
		}
		return func(yield func(textChunk, error) bool) {
			for texts, err := range lines {
				if !yield(textChunk{texts: texts}, err) {
					return
				}
			}
		}, nil
	}
	column, err := from.table.column(c, table)
	if err != nil {
		return nil, err
	}
	var carried []string
	if to.carries() {
		if carried, err = to.chosen(c, table.Name(), table.Columns()); err != nil {
			return nil, err
		}
		p.columns = carried
	}
	return from.table.chunks(c, table, column, carried), nil
}

// textPrinter answers texts and counts what is told at the end.
type textPrinter struct {
	textFlags
	model   classify.Classifier
	knower  classify.Knower // nil where the model does not say what it knows
	columns []string        // that are carried; the text where there is no table
	flat    bool            // the most probable labels have columns of their own
	colours bool

	read, unknown, abstained, truncated int
	broken                              brokenTexts
}

// fields are the columns of an answer in a table.
func (p *textPrinter) fields() []string {
	names := []string{"label", "probability"}
	for k := 2; p.flat && k <= min(p.top, len(p.model.Classes())); k++ {
		names = append(names, fmt.Sprintf("label_%d", k), fmt.Sprintf("probability_%d", k))
	}
	if p.knower != nil {
		if _, ok := p.knower.Known(""); ok {
			names = append(names, "known")
		}
	}
	return names
}

// answer answers a chunk of texts.
func (p *textPrinter) answer(ctx context.Context, chunk textChunk, w rowWriter, out io.Writer, asJSON bool) error {
	for _, t := range chunk.texts {
		p.read++
		p.broken.add(t)
	}
	if p.explained {
		return p.explain(ctx, chunk.texts, out, asJSON)
	}
	predictions, err := p.model.PredictAll(ctx, chunk.texts)
	if err != nil {
		return err
	}
	if len(predictions) != len(chunk.texts) {
		return fmt.Errorf("zoo: predict: the classifier has %d answers to %d texts", len(predictions), len(chunk.texts))
	}
	answers := make([]textAnswer, len(predictions))
	kernel.Parallel(len(answers), func(i int) { answers[i] = p.understand(chunk.texts[i], predictions[i]) })
	for i, a := range answers {
		if chunk.kept != nil {
			a.kept = chunk.kept[i]
		}
		p.count(a)
		switch {
		case w != nil:
			err = w.row(p.row(a))
		case asJSON:
			if chunk.kept != nil {
				a.Columns = jsonObject(p.columns, a.kept)
			}
			err = printJSON(out, a)
		default:
			_, err = io.WriteString(out, a.line())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// understand says what a prediction is worth.
func (p *textPrinter) understand(text string, of classify.Prediction) textAnswer {
	a := textAnswer{Text: text, Label: of.Label, Probability: of.Probability, Tokens: of.Tokens, Truncated: of.Truncated}
	if p.knower != nil {
		if share, ok := p.knower.Known(text); ok {
			a.Known, a.Unknown = &share, share == 0
		}
	}
	if p.threshold > 0 && (of.Probability < p.threshold || a.Unknown) {
		a.Label, a.Abstained = "", true
	}
	if p.top > 0 {
		for k, name := range p.model.Classes() {
			a.Probabilities = append(a.Probabilities, labelled{name, of.Probabilities[k]})
		}
		slices.SortStableFunc(a.Probabilities, func(x, y labelled) int { return cmp.Compare(y.Probability, x.Probability) })
		a.Probabilities = a.Probabilities[:min(p.top, len(a.Probabilities))]
	}
	return a
}

func (p *textPrinter) count(a textAnswer) {
	for _, c := range []struct {
		is bool
		n  *int
	}{{a.Unknown, &p.unknown}, {a.Abstained, &p.abstained}, {a.Truncated, &p.truncated}} {
		if c.is {
			*c.n++
		}
	}
}
