package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/spf13/cobra"
)

func newEval(z *zoo.Zoo) *cobra.Command {
	var data dataFlags
	var split string
	var asJSON bool
	c := &cobra.Command{
		Use:   "eval MODEL",
		Short: "Measure a model on labelled data",
		Long: `Measure a model on labelled data. All rows of a table are measured, also those
that the model was trained on; "zoo card" has the figures of the rows that
training held out. Vectors of words are measured on lines of two words and a score
that people gave, such as WordSim-353.`,
		Example: `  zoo eval lstm-imdb --data aclImdb_v1.tar.gz
  zoo eval mine --data reviews.csv --text review --label sentiment --json
  zoo eval houses --data more-houses.csv
  zoo eval mlp-line
  zoo eval my-words --data wordsim353.tsv`,
		Args:              takes("MODEL"),
		ValidArgsFunction: modelNames(z),
		RunE: func(c *cobra.Command, args []string) error {
			m, err := z.Open(args[0])
			if err != nil {
				return err
			}
			began := time.Now()
			var e *recipe.Measurement
			switch v := m.Value.(type) {
			case recipe.Measurer:
				e, err = measure(c, v, &data, args[0])
			case classify.Classifier:
				e, err = measureTexts(c, v, &data, args[0], split)
			default:
				return usage(c, "%s is a model of kind %s, of which nothing is measured", args[0], m.Artefact.Model)
			}
			if err != nil {
				return err
			}
			seconds := time.Since(began).Seconds()
			if asJSON {
				return printFigures(c.OutOrStdout(), args[0], e, seconds)
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s on %s\n", args[0], e.Text)
			return err
		},
	}
	data.add(c)
	c.Flags().StringVar(&split, "split", "test", "part of IMDB: train or test (a table is measured as a whole)")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

// measure measures a model on data of its own kind.
func measure(c *cobra.Command, m recipe.Measurer, data *dataFlags, name string) (*recipe.Measurement, error) {
	source := m.MeasureSource()
	read, err := data.open(c, source, name, nil)
	if err != nil {
		return nil, err
	}
	e, err := m.Measure(c.Context(), read)
	if err != nil {
		return nil, advise(c, source, err)
	}
	return e, nil
}

// textFigures are what eval --json prints of a classifier of texts.
type textFigures struct {
	Calibration float64              `json:"calibration_error"`
	ByLength    []classify.LengthBin `json:"by_length,omitempty"`
}

// measureTexts measures a classifier on labelled texts.
func measureTexts(c *cobra.Command, m classify.Classifier, data *dataFlags, name, split string) (*recipe.Measurement, error) {
	if split != "train" && split != "test" {
		return nil, usage(c, "--split %q, want train or test", split)
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
	began := time.Now()
	e, err := texts.Evaluate(c.Context(), m, read.(*texts.Set), datasets.Part(split))
	if errors.Is(err, datasets.ErrLabel) {
		return nil, fmt.Errorf("%w (--label names the column; zoo finetune trains a model with the classes of the data)", err)
	}
	if err != nil {
		return nil, columnError(c, err)
	}
	var w strings.Builder
	fmt.Fprintf(&w, "%d examples: accuracy %.4f, loss %.4f, calibration error %.4f, %.1f s", e.Examples, e.Accuracy, e.Loss, e.Calibration, time.Since(began).Seconds())
	from := 1
	for _, b := range e.ByLength {
		to := fmt.Sprintf("%d to %d", from, b.Tokens)
		if b.Tokens == 0 {
			to = fmt.Sprintf("%d or more", from)
		}
		if b.Examples > 0 {
			fmt.Fprintf(&w, "\n  %-12s tokens: %6d examples, accuracy %.4f", to, b.Examples, b.Accuracy)
		}
		from = b.Tokens + 1
	}
	return &recipe.Measurement{Examples: e.Examples, Text: w.String(), Accuracy: &e.Accuracy, Loss: &e.Loss,
		Figures: textFigures{e.Calibration, e.ByLength}}, nil
}

// printFigures prints one JSON object: what all models have, then the figures of
// this one.
func printFigures(w io.Writer, name string, e *recipe.Measurement, seconds float64) error {
	first := struct {
		Model    string   `json:"model"`
		Examples int      `json:"examples"`
		Accuracy *float64 `json:"accuracy,omitempty"`
		Loss     *float64 `json:"loss,omitempty"`
		Seconds  *float64 `json:"seconds,omitempty"`
	}{name, e.Examples, e.Accuracy, e.Loss, nil}
	if e.Loss != nil {
		first.Seconds = &seconds
	}
	var line bytes.Buffer
	for i, part := range []any{first, e.Figures} {
		text, err := json.Marshal(part)
		if err != nil {
			return fmt.Errorf("zoo: eval: %w", err)
		}
		if text = bytes.TrimSuffix(bytes.TrimPrefix(text, []byte("{")), []byte("}")); len(text) == 0 {
			continue
		}
		line.WriteByte("{,"[i])
		line.Write(text)
	}
	line.WriteString("}\n")
	_, err := w.Write(line.Bytes())
	return err
}
