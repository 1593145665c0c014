package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/spf13/cobra"
)

// markFlags say how eval reads data that has more than one class of each text.
type markFlags struct{ asked texts.Marking }

func (f *markFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.asked.Multi, "multi", "", "of a model of several labels: the separator between them in a cell, or list (default: that of its training)")
	c.Flags().StringVar(&f.asked.Target, "target", "", "of a regression: column of the numbers (default: that of its training)")
	c.Flags().StringVar(&f.asked.Pair, "pair", "", "of a model of pairs: column of the second texts (default: that of its training)")
}

// source is how data for a model is read.
func (f *markFlags) source(c *cobra.Command, m *zoo.Model, task classify.Task) (*recipe.Source, error) {
	known := reading(m)
	for _, x := range []struct {
		on          bool
		flag        string
		asked, card *string
		what        string
	}{
		{task.Kind == classify.Several, "multi", &f.asked.Multi, &known.Multi, "the separator of its labels, such as ';', or list"},
		{task.Kind == classify.Number, "target", &f.asked.Target, &known.Target, "the column of the numbers"},
		{task.Pairs, "pair", &f.asked.Pair, &known.Pair, "the column of the second texts"},
	} {
		switch {
		case !x.on && *x.asked != "":
			return nil, unwanted(c, "the model answers something else", x.flag)
		case x.on && *x.asked == "" && *x.card == "":
			return nil, usage(c, "--%s is missing: %s", x.flag, x.what)
		case x.on && *x.asked == "":
			*x.asked = *x.card
		}
	}
	return f.asked.Source(), nil
}

// labelFigures are what eval --json prints of a model of several labels.
type labelFigures struct {
	MicroF1  float64           `json:"micro_f1"`
	MacroF1  float64           `json:"macro_f1"`
	Interval classify.Interval `json:"subset_accuracy_interval"`
	*labelEvaluation
	Errors []labelError `json:"errors,omitempty"`
}

// labelEvaluation has no figures that the first part of the object has too.
type labelEvaluation struct {
	Subset   float64               `json:"subset_accuracy"`
	Hamming  float64               `json:"hamming_loss"`
	PerText  float64               `json:"labels_per_text"`
	Answered float64               `json:"answered_per_text"`
	Micro    classify.Score        `json:"micro"`
	Macro    classify.Score        `json:"macro"`
	Weighted classify.Score        `json:"weighted"`
	Labels   []classify.LabelScore `json:"labels"`
}

// labelError is a text whose labels are not those given.
type labelError struct {
	Line  int      `json:"line"`
	Text  string   `json:"text"`
	Pair  string   `json:"pair,omitempty"`
	Truth []string `json:"truth"`
	Given []string `json:"given"`
	Loss  float64  `json:"loss"`
}

// numberFigures are what eval --json prints of a model that answers numbers.
type numberFigures struct {
	RMSE     float64       `json:"rmse"`
	MAE      float64       `json:"mae"`
	R2       float64       `json:"r2"`
	Pearson  float64       `json:"pearson"`
	Spearman float64       `json:"spearman"`
	Mean     float64       `json:"mean_rmse"`
	Errors   []numberError `json:"errors,omitempty"`
}

// numberError is a text whose number is far from that answered.
type numberError struct {
	Line       int     `json:"line"`
	Text       string  `json:"text"`
	Pair       string  `json:"pair,omitempty"`
	Truth      float64 `json:"truth"`
	Prediction float64 `json:"prediction"`
}

// measureAnswers measures a model that gives several labels, a number, or one class of
// a pair.
func measureAnswers(c *cobra.Command, model *zoo.Model, m classify.Answerer, f *textMeasure, marks *markFlags, data *dataFlags, name string) (*recipe.Measurement, error) {
	task := m.Task()
	source, err := marks.source(c, model, task)
	if err != nil {
		return nil, err
	}
	if task.Kind != classify.OneClass {
		if err := unwanted(c, "the pictures are of classes", "plots"); err != nil {
			return nil, err
		}
	}
	if data.path == "" {
		return nil, usage(c, "--data FILE is missing: a .csv, .tsv, .jsonl or .parquet file")
	}
	read, err := data.open(c, source, name, task.Classes)
	if err != nil {
		return nil, err
	}
	set := read.(*texts.Set)
	began := time.Now()
	e, err := texts.EvaluateAnswers(c.Context(), m, set, datasets.Part(f.split))
	if errors.Is(err, datasets.ErrLabel) {
		return nil, fmt.Errorf("%w (--label names the column)", err)
	}
	if err != nil {
		return nil, columnError(c, err)
	}
	seconds := time.Since(began).Seconds()
	tell(c, set)
	switch {
	case e.Labels != nil:
		return f.labels(c, set, e.Labels, task.Classes, seconds)
	case e.Numbers != nil:
		return f.numbers(c, set, e.Numbers, seconds)
	}
	return f.classes(c, set, e.Classes, task.Classes, seconds)
}

// labels is the measurement of several labels.
func (f *textMeasure) labels(c *cobra.Command, set *texts.Set, e *classify.LabelEvaluation, names []string, seconds float64) (*recipe.Measurement, error) {
	worst := e.Worst(f.errors)
	places := make([]int, len(worst))
	for i, w := range worst {
		places[i] = w.Text
	}
	found, err := set.MarkedAt(c.Context(), datasets.Part(f.split), places)
	if err != nil {
		return nil, columnError(c, err)
	}
	wrong := make([]labelError, len(worst))
	for i, w := range worst {
		wrong[i] = labelError{Line: lineOf(found[i].ID), Text: found[i].Text, Pair: found[i].Pair, Truth: []string{}, Given: []string{}, Loss: w.Loss}
		for _, k := range e.Truth(w.Text) {
			wrong[i].Truth = append(wrong[i].Truth, names[k])
		}
		for _, k := range e.Given(w.Text) {
			wrong[i].Given = append(wrong[i].Given, names[k])
		}
	}
	return &recipe.Measurement{Examples: e.Examples, Text: labelText(e, wrong, seconds), Loss: &e.Loss,
		Figures: labelFigures{e.Micro.F1, e.Macro.F1, e.SubsetInterval(),
			&labelEvaluation{e.Subset, e.Hamming, e.PerText, e.Answered, e.Micro, e.Macro, e.Weighted, e.Labels}, wrong}}, nil
}

// labelText is what eval prints of several labels, after the model's name.
func labelText(e *classify.LabelEvaluation, wrong []labelError, seconds float64) string {
	var w strings.Builder
	at := e.SubsetInterval()
	fmt.Fprintf(&w, "%d examples: micro F1 %.4f, macro F1 %.4f, exactly the labels %.4f (95 %% interval %.4f to %.4f), labels wrong %.4f, loss %.4f, %.1f s",
		e.Examples, e.Micro.F1, e.Macro.F1, e.Subset, at.Low, at.High, e.Hamming, e.Loss, seconds)
	fmt.Fprintf(&w, "\n  %.2f labels to a text in truth, %.2f as answered", e.PerText, e.Answered)
	width := len("weighted mean")
	for _, l := range e.Labels {
		width = max(width, len([]rune(className(l.Name, maxClass))))
	}
	fmt.Fprintf(&w, "\n\n  %-*s  precision  recall      F1  examples  given from", width, "label")
	line := func(name string, s classify.Score) {
		fmt.Fprintf(&w, "\n  %-*s     %.4f  %.4f  %.4f", width, name, s.Precision, s.Recall, s.F1)
	}
	for _, l := range e.Labels {
		line(className(l.Name, maxClass), l.Score)
		fmt.Fprintf(&w, "  %8d      %.4f", l.Examples, l.Threshold)
		if l.Examples > 0 && l.Predicted == 0 {
			w.WriteString("  never given")
		}
	}
	line("micro mean", e.Micro)
	line("macro mean", e.Macro)
	line("weighted mean", e.Weighted)
	if len(wrong) > 0 {
		w.WriteString("\n\n  the worst errors, those of the largest loss:")
	}
	for _, m := range wrong {
		fmt.Fprintf(&w, "\n  %s, but %s in truth (line %d): %s", listed(m.Given), listed(m.Truth), m.Line, harmless(shorten(m.Text)))
	}
	return w.String()
}

// listed are labels for people.
func listed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	short := make([]string, len(names))
	for i, name := range names {
		short[i] = className(name, maxClass)
	}
	return strings.Join(short, " and ")
}

// numbers is the measurement of numbers.
func (f *textMeasure) numbers(c *cobra.Command, set *texts.Set, e *classify.NumberEvaluation, seconds float64) (*recipe.Measurement, error) {
	places := e.Worst(f.errors)
	found, err := set.MarkedAt(c.Context(), datasets.Part(f.split), places)
	if err != nil {
		return nil, columnError(c, err)
	}
	figures := numberFigures{RMSE: e.RMSE, MAE: e.MAE, R2: e.R2, Pearson: e.Pearson, Spearman: e.Spearman, Mean: e.Mean}
	var w strings.Builder
	fmt.Fprintf(&w, "%d examples: RMSE %.4f (%.4f for always their mean), mean error %.4f, R2 %.4f, Pearson %.4f, Spearman %.4f, %.1f s",
		e.Examples, e.RMSE, e.Mean, e.MAE, e.R2, e.Pearson, e.Spearman, seconds)
	for i, at := range places {
		m := numberError{lineOf(found[i].ID), found[i].Text, found[i].Pair, e.Truth()[at], e.Answers()[at]}
		figures.Errors = append(figures.Errors, m)
		if i == 0 {
			w.WriteString("\n\n  the worst errors:")
		}
		fmt.Fprintf(&w, "\n  %.6g, but %.6g in truth (line %d): %s", m.Prediction, m.Truth, m.Line, harmless(shorten(m.Text)))
	}
	return &recipe.Measurement{Examples: e.Examples, Text: w.String(), Figures: figures}, nil
}

// lineOf is the line that the name of a table's row is.
func lineOf(id string) int {
	n, err := strconv.Atoi(id)
	if err != nil {
		return 0
	}
	return n
}
