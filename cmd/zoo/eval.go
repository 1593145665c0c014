package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/spf13/cobra"
)

func newEval(z *zoo.Zoo) *cobra.Command {
	var data dataFlags
	var text textMeasure
	var marks markFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "eval MODEL [MODEL]",
		Short: "Measure a model on labelled data",
		Long: `Measure a model on labelled data. All rows of a table are measured, also those
that the model was trained on; "zoo card" has the figures of the rows that
training held out. Vectors of words are measured on lines of two words and a score
that people gave, such as WordSim-353.

Of a classifier of texts all that scikit-learn's classification_report has is
printed, each as scikit-learn computes it: precision, recall and F1 of each class,
their plain and their weighted mean; and the confusion matrix, the 95 % interval
of the accuracy (Wilson 1927), the accuracy by length, and how many answers are
right by how sure they are. Two classifiers are compared on the same rows by
McNemar's test (1947): exact where they differ on fewer than 25, chi-squared with
continuity correction otherwise.`,
		Example: `  zoo eval lstm-imdb --data aclImdb_v1.tar.gz
  zoo eval mine --data reviews.csv --text review --label sentiment --json
  zoo eval mine --data reviews.csv --errors 10 --plots pictures
  zoo eval mine lstm-imdb --data reviews.csv
  zoo eval houses --data more-houses.csv
  zoo eval mlp-line
  zoo eval my-words --data wordsim353.tsv`,
		Args:              takesModels,
		ValidArgsFunction: modelNames(z),
		RunE: func(c *cobra.Command, args []string) error {
			if text.errors < 0 {
				return usage(c, "--errors %d, want 0 or more", text.errors)
			}
			if len(args) == 2 {
				return compare(c, z, args, &data, &text, asJSON)
			}
			m, err := z.Open(args[0])
			if err != nil {
				return err
			}
			began := time.Now()
			var e *recipe.Measurement
			switch v := m.Value.(type) {
			case recipe.Measurer:
				if err = unwanted(c, args[0]+" is no classifier of texts", "errors", "plots"); err == nil {
					e, err = measure(c, v, &data, args[0])
				}
			case classify.Answerer:
				e, err = measureAnswers(c, m, v, &text, &marks, &data, args[0])
			case classify.Classifier:
				if err = unwanted(c, args[0]+" gives each text one class", "multi", "target", "pair"); err == nil {
					e, err = text.measure(c, v, &data, args[0])
				}
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
	text.add(c)
	marks.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

// takesModels takes one model, or two to compare.
func takesModels(c *cobra.Command, args []string) error {
	switch len(args) {
	case 0, 1:
		return takes("MODEL")(c, args)
	case 2:
	default:
		return takes("MODEL", "MODEL")(c, args)
	}
	if info, err := os.Stat(args[1]); err == nil && info.Mode().IsRegular() && !c.Flags().Changed("data") {
		return takes("MODEL")(c, args) // it says what was meant
	}
	return nil
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
	tell(c, read)
	return e, nil
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
	if e.Loss != nil || e.Accuracy != nil {
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
