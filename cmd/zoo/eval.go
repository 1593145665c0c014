package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/spf13/cobra"
)

// dataFlags are the flags of every command that reads labelled data.
type dataFlags struct {
	path, text, label, cache, mirror string
	encoding, quotes                 string
	skipEmpty                        bool
	rows                             int
}

// dataFlagNames are the names of these flags.
var dataFlagNames = []string{"data", "mirror", "text", "label", "cache", "encoding", "quotes", "skip-empty", "rows"}

func (f *dataFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.path, "data", "", "aclImdb directory or .tar.gz, or a .csv, .tsv, .jsonl or .parquet file; without it IMDB is downloaded")
	c.Flags().StringVar(&f.mirror, "mirror", "", "address of a copy of the IMDB archive, for the download (checked all the same)")
	c.Flags().StringVar(&f.text, "text", "", "column of the texts (guessed where it is not given)")
	c.Flags().StringVar(&f.label, "label", "", "column of the labels (guessed where it is not given)")
	c.Flags().StringVar(&f.encoding, "encoding", "", "of the table: utf-8, windows-1252, latin1 or utf-16 (default: utf-8)")
	c.Flags().StringVar(&f.quotes, "quotes", "", "in CSV: strict (doubled inside quotes), lazy (misplaced ones are text) or none (all are text)")
	c.Flags().BoolVar(&f.skipEmpty, "skip-empty", false, "pass over rows without a text or without a label")
	c.Flags().IntVar(&f.rows, "rows", 0, "use so many rows of the table, drawn at random (default: all)")
	c.Flags().StringVar(&f.cache, "cache", "", "directory for tokenised data and what is computed from it, 'none' for no cache (default: the user's cache directory)")
}

// open opens the data and prints what was guessed.
func (f *dataFlags) open(c *cobra.Command, classes []string) (*zoo.Texts, error) {
	path := f.path
	if path == "" {
		var err error
		if path, err = download(c, f.mirror); err != nil {
			return nil, err
		}
	}
	if info, err := os.Stat(path); err == nil && f.rows > 0 && info.Size() > 500e6 {
		fmt.Fprintf(c.ErrOrStderr(), "reading the %.1f GB of %s twice, to draw %d rows from all of it\n", float64(info.Size())/1e9, path, f.rows)
	}
	data, err := zoo.OpenTexts(path, zoo.TextsConfig{Text: f.text, Label: f.label, Classes: classes, Cache: f.cache,
		Encoding: f.encoding, Quotes: datasets.Quotes(f.quotes), SkipEmpty: f.skipEmpty, Rows: f.rows})
	if err != nil {
		return nil, columnError(c, err)
	}
	for _, g := range data.Guesses() {
		fmt.Fprintln(c.ErrOrStderr(), g)
	}
	return data, nil
}

// trainer opens the data that a recipe trains on, none for a line, and returns
// what runs the recipe.
func (f *dataFlags) trainer(c *cobra.Command, r zoo.Recipe) (func(context.Context, zoo.Run) (*zoo.Model, error), error) {
	if r.Table != nil {
		table, err := f.openTable(c, r.Table.Columns, "recipe "+r.Name)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context, run zoo.Run) (*zoo.Model, error) {
			m, _, err := zoo.TrainTable(ctx, r, table, run)
			return m, err
		}, nil
	}
	var texts *zoo.Texts
	var err error
	if r.Line != nil {
		err = unwanted(c, "recipe "+r.Name+" draws its own points", dataFlagNames...)
	} else {
		texts, err = f.open(c, nil)
	}
	return func(ctx context.Context, run zoo.Run) (*zoo.Model, error) {
		m, _, err := zoo.Train(ctx, r, texts, run)
		return m, err
	}, err
}

// columnError adds to an error about a table what to do on the command line.
func columnError(c *cobra.Command, err error) error {
	var encoding *datasets.EncodingError
	switch {
	case errors.Is(err, datasets.ErrHeader), errors.Is(err, datasets.ErrConfig):
		return fmt.Errorf("%w: %w", err, zoo.ErrUsage)
	case errors.Is(err, datasets.ErrNoColumn):
		advice := "--text names the column"
		switch flags := c.Flags(); {
		case flags.Lookup("target") != nil:
			advice = "--text and --label name the columns, --target that of a regression"
		case flags.Lookup("label") != nil:
			advice = "--text and --label name the columns"
		}
		return fmt.Errorf("%w (%s): %w", err, advice, zoo.ErrUsage)
	case errors.Is(err, datasets.ErrLabel):
		return fmt.Errorf("%w (--label names the column)", err)
	case errors.Is(err, datasets.ErrEmptyCell):
		return fmt.Errorf("%w (--skip-empty skips them)", err)
	case errors.Is(err, datasets.ErrQuotes):
		return fmt.Errorf("%w (--quotes lazy or --quotes none)", err)
	case errors.As(err, &encoding) && encoding.Seems != "":
		return fmt.Errorf("%w (--encoding %s reads it)", err, encoding.Seems)
	case errors.Is(err, zoo.ErrTooLarge):
		return fmt.Errorf("%w (--rows 100000 draws so many)", err)
	}
	return err
}

// evalAnswer is what eval --json prints.
type evalAnswer struct {
	Model    string   `json:"model"`
	Examples int      `json:"examples"`
	Accuracy *float64 `json:"accuracy,omitempty"` // not of a regressor
	Loss     float64  `json:"loss"`
	Seconds  float64  `json:"seconds"`

	Calibration *float64        `json:"calibration_error,omitempty"`
	ByLength    []zoo.LengthBin `json:"by_length,omitempty"`
	MSE         *float64        `json:"mse,omitempty"`
	RMSE        *float64        `json:"rmse,omitempty"` // of a table's target, in its unit, as MAE
	MAE         *float64        `json:"mae,omitempty"`
	R2          *float64        `json:"r2,omitempty"`
}

func newEval() *cobra.Command {
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
		ValidArgsFunction: modelNames,
		RunE: func(c *cobra.Command, args []string) error {
			m, err := zoo.OpenModel(args[0])
			if err != nil {
				return err
			}
			if m.Word2Vec != nil {
				return evalWords(c, args[0], m, data.path, asJSON)
			}
			began := time.Now()
			if m.Regressor != nil {
				why := args[0] + " is measured on fresh points of the line it learned"
				if err := unwanted(c, why, append([]string{"split"}, dataFlagNames...)...); err != nil {
					return err
				}
				return evalLine(c, args[0], m, asJSON, began)
			}
			if m.Table != nil {
				return evalTable(c, args[0], m, &data, asJSON, began)
			}
			if split != "train" && split != "test" {
				return usage(c, "--split %q, want train or test", split)
			}
			classifier := m.TextClassifier()
			if imdb := new(datasets.IMDB).Classes(); data.path == "" && !slices.Equal(classifier.Classes(), imdb) {
				return usage(c, "--data FILE is missing: %s has other classes than IMDB, which is read without it", args[0])
			}
			texts, err := data.open(c, classifier.Classes())
			if err != nil {
				return err
			}
			e, err := zoo.EvaluateText(c.Context(), classifier, texts, datasets.Part(split))
			if errors.Is(err, datasets.ErrLabel) {
				return fmt.Errorf("%w (--label names the column; zoo finetune trains a model with the classes of the data)", err)
			}
			if err != nil {
				return columnError(c, err)
			}
			seconds := time.Since(began).Seconds()
			if asJSON {
				return printJSON(c.OutOrStdout(), evalAnswer{
					Model: args[0], Examples: e.Examples, Accuracy: &e.Accuracy, Loss: e.Loss, Seconds: seconds,
					Calibration: &e.Calibration, ByLength: e.ByLength})
			}
			var w strings.Builder // written at once, so that an error of writing is seen
			fmt.Fprintf(&w, "%s on %d examples: accuracy %.4f, loss %.4f, calibration error %.4f, %.1f s\n",
				args[0], e.Examples, e.Accuracy, e.Loss, e.Calibration, seconds)
			from := 1
			for _, b := range e.ByLength {
				to := fmt.Sprintf("%d to %d", from, b.Tokens)
				if b.Tokens == 0 {
					to = fmt.Sprintf("%d or more", from)
				}
				if b.Examples > 0 {
					fmt.Fprintf(&w, "  %-12s tokens: %6d examples, accuracy %.4f\n", to, b.Examples, b.Accuracy)
				}
				from = b.Tokens + 1
			}
			_, err = io.WriteString(c.OutOrStdout(), w.String())
			return err
		},
	}
	data.add(c)
	c.Flags().StringVar(&split, "split", "test", "part of IMDB: train or test (a table is measured as a whole)")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

// evalLine measures a regressor on fresh points of the line it learned.
func evalLine(c *cobra.Command, name string, m *zoo.Model, asJSON bool, began time.Time) error {
	e, n, err := m.EvaluateRegressor(c.Context())
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(c.OutOrStdout(), evalAnswer{Model: name, Examples: n, Loss: e, Seconds: time.Since(began).Seconds(), MSE: &e})
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "%s on %d fresh points: mean squared error %.3g\n", name, n, e)
	return err
}
