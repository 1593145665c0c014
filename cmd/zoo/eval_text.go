package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/curves"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/weights"
	"github.com/spf13/cobra"
)

// textMeasure says how a classifier of texts is measured.
type textMeasure struct {
	split, plots string
	errors       int
}

func (f *textMeasure) add(c *cobra.Command) {
	c.Flags().StringVar(&f.split, "split", "test", "part of IMDB, train or test, or of a directory of translations, which may have validation too (a table is measured as a whole)")
	c.Flags().IntVar(&f.errors, "errors", 0, "of a classifier: show so many of the worst errors, those it is surest of; of two, those of each that the other has right")
	c.Flags().StringVar(&f.plots, "plots", "", "of a classifier: draw the confusion matrix and the reliability diagram into this directory, as PNG and SVG")
}

// textFigures are what eval --json prints of a classifier of texts.
type textFigures struct {
	Calibration float64              `json:"calibration_error"`
	ByLength    []classify.LengthBin `json:"by_length,omitempty"`
	Interval    classify.Interval    `json:"accuracy_interval"`
	MacroF1     float64              `json:"macro_f1"`
	*classify.Report
	Reliability []classify.Bin `json:"reliability"`
	Errors      []textError    `json:"errors,omitempty"`
}

// textError is a text that is answered wrong, and where it stands.
type textError struct {
	Model       string  `json:"model,omitempty"` // of two that are compared
	Line        int     `json:"line,omitempty"`  // of a table
	ID          string  `json:"id,omitempty"`    // of an example of IMDB
	Text        string  `json:"text"`
	Truth       string  `json:"truth"`
	Label       string  `json:"label"`
	Probability float64 `json:"probability"` // of Label
}

// open opens the labelled texts that a classifier is measured on.
func (f *textMeasure) open(c *cobra.Command, m classify.Classifier, data *dataFlags, name string) (*texts.Set, error) {
	if f.split != "train" && f.split != "test" {
		return nil, usage(c, "--split %q, want train or test", f.split)
	}
	source := texts.Source()
	if !slices.Equal(m.Classes(), new(datasets.IMDB).Classes()) {
		source.Missing = func(subject string) string {
			return fmt.Sprintf("--data FILE is missing: %s has other classes than IMDB, which is read without it", subject)
		}
	}
	read, err := data.open(c, source, name, m.Classes())
	if err != nil {
		return nil, err
	}
	return read.(*texts.Set), nil
}

// evaluate measures a classifier on what open opened.
func (f *textMeasure) evaluate(c *cobra.Command, m classify.Classifier, set *texts.Set) (*classify.Evaluation, error) {
	e, err := texts.Evaluate(c.Context(), m, set, datasets.Part(f.split))
	if errors.Is(err, datasets.ErrLabel) {
		return nil, fmt.Errorf("%w (--label names the column; zoo finetune trains a model with the classes of the data)", err)
	}
	if err != nil {
		return nil, columnError(c, err)
	}
	return e, nil
}

// measure measures a classifier on labelled texts.
func (f *textMeasure) measure(c *cobra.Command, m classify.Classifier, data *dataFlags, name string) (*recipe.Measurement, error) {
	set, err := f.open(c, m, data, name)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	e, err := f.evaluate(c, m, set)
	if err != nil {
		return nil, err
	}
	seconds := time.Since(began).Seconds()
	tell(c, set)
	return f.classes(c, set, e, m.Classes(), seconds)
}

// classes is the measurement of one class of each text.
func (f *textMeasure) classes(c *cobra.Command, set *texts.Set, e *classify.Evaluation, names []string, seconds float64) (*recipe.Measurement, error) {
	r, err := e.Report(names)
	if err != nil {
		return nil, err
	}
	worst, err := f.find(c, set, names, e.Worst(f.errors), "")
	if err != nil {
		return nil, err
	}
	if err := f.draw(e, r); err != nil {
		return nil, err
	}
	return &recipe.Measurement{Examples: e.Examples, Text: evaluation(e, r, worst, seconds, colourful(c.OutOrStdout())), Accuracy: &e.Accuracy, Loss: &e.Loss,
		Figures: textFigures{e.Calibration, filled(e.ByLength), e.AccuracyInterval(), r.Macro.F1, r, e.Reliability(), worst}}, nil
}

// find looks up the texts of mistakes.
func (f *textMeasure) find(c *cobra.Command, set *texts.Set, classes []string, mistakes []classify.Mistake, model string) ([]textError, error) {
	places := make([]int, len(mistakes))
	for i, m := range mistakes {
		places[i] = m.Text
	}
	examples, err := set.At(c.Context(), datasets.Part(f.split), places)
	if err != nil {
		return nil, columnError(c, err)
	}
	out := make([]textError, len(mistakes))
	for i, m := range mistakes {
		out[i] = textError{Model: model, ID: examples[i].ID, Text: examples[i].Text, Truth: classes[m.Truth], Label: classes[m.Answer], Probability: m.Probability}
		if set.IsTable() {
			if out[i].Line, err = strconv.Atoi(examples[i].ID); err == nil {
				out[i].ID = ""
			}
		}
	}
	return out, nil
}

// draw draws the pictures, if they are asked for.
func (f *textMeasure) draw(e *classify.Evaluation, r *classify.Report) error {
	if f.plots == "" {
		return nil
	}
	names := make([]string, len(r.Classes))
	for i, c := range r.Classes {
		names[i] = c.Name
	}
	var bins []curves.Bin
	for _, b := range e.Reliability() {
		bins = append(bins, curves.Bin{Low: b.Low, High: b.High, Texts: b.Examples, Probability: b.Probability, Accuracy: b.Accuracy})
	}
	matrix, err := curves.Confusion(names, r.Confusion)
	if err != nil {
		return fmt.Errorf("zoo: eval: %w", err)
	}
	diagram, err := curves.Reliability(bins)
	if err != nil {
		return fmt.Errorf("zoo: eval: %w", err)
	}
	if err := os.MkdirAll(f.plots, 0o755); err != nil {
		return fmt.Errorf("zoo: eval: directory of pictures: %w", err)
	}
	for _, picture := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"confusion.svg", matrix.WriteSVG}, {"confusion.png", matrix.WritePNG},
		{"reliability.svg", diagram.WriteSVG}, {"reliability.png", diagram.WritePNG},
	} {
		if err := weights.WriteFileAtomic(filepath.Join(f.plots, picture.name), picture.write); err != nil {
			return fmt.Errorf("zoo: eval: %w", err)
		}
	}
	return nil
}

// filled are the bins that have texts: an empty one has no accuracy.
func filled(bins []classify.LengthBin) []classify.LengthBin {
	return slices.DeleteFunc(slices.Clone(bins), func(b classify.LengthBin) bool { return b.Examples == 0 })
}
