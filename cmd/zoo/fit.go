package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/fit"
	"github.com/gorgonia-zoo/zoo/internal/curves"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/weights"
	"github.com/spf13/cobra"
)

// Files of zoo fit beside the artefact.
const (
	fitJournal = "fit.journal" // while it searches
	fitAnswers = "fit.json"    // what fit --json ends with
	fitSVG     = "candidates.svg"
	fitPNG     = "candidates.png"
)

// fitFlags are the flags of zoo fit.
type fitFlags struct {
	out    string
	time   time.Duration
	bases  []string
	seed   uint64
	show   bool
	start  startFlags
	asJSON bool
	card   cardFlags
}

// fitAnswer is the last line of fit --json.
type fitAnswer struct {
	Done       bool          `json:"done"`
	Out        string        `json:"out"`
	Best       string        `json:"best"`
	Why        string        `json:"why"`
	Expected   *fit.Interval `json:"expected,omitempty"` // on rows that chose nothing
	Known      *fit.Interval `json:"expected_known_wordings,omitempty"`
	Anew       *fit.Interval `json:"expected_new_wordings,omitempty"`
	SHA256     string        `json:"sha256"`
	Seconds    float64       `json:"seconds"`
	Candidates []fit.Outcome `json:"candidates"`
}

func newFit(z *zoo.Zoo) *cobra.Command {
	var data dataFlags
	var flags fitFlags
	columns := columnSettings(z)
	c := &cobra.Command{
		Use:   "fit --data FILE --out DIR",
		Short: "Try what suits your texts or your table, and keep the best",
		Long: `Try what suits labelled texts of your own, the cheapest first: always the most
frequent class, linear models of words and of pieces of words, a linear model on
a pretrained encoder, an LSTM from nothing, pretrained models trained further,
the mean of the best. FILE is a table with a column of texts and a column of
labels: .csv, .tsv, .jsonl or .parquet. Of a table without such columns, or with
--target, a column is predicted from the others: linear or logistic regression,
and networks of several sizes.

Each candidate is measured on rows that it was not trained on, by
cross-validation where there are few. A part of the rows is set aside before; it
chooses nothing, and only the accuracy of the chosen model there is called the
expected one. Intervals hold the true accuracy nine times in ten. Near copies, as
templates make them, are told from rows that are worded anew. What cannot win any
more is stopped; of two that are within noise the one that begins from a general
model is taken, and then the cheaper. The best
is trained on all rows and written to DIR, with the table in its card and as
candidates.svg and candidates.png:

  zoo predict DIR "some text"
  zoo predict DIR --file NEW.csv
  zoo card DIR`,
		Example: `  zoo fit --data tickets.csv --out mine
  zoo predict mine "My invoice is wrong."
  zoo fit --data reviews.csv --text review --label stars --out stars --time 30m
  zoo fit --data tickets.csv --base older-model --out mine
  zoo fit --data tickets.csv --out mine --resume
  zoo fit --data tickets.csv --show
  zoo fit --data customers.csv --target churn --ignore name --out churn`,
		Args: takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			source := texts.Source()
			source.Missing = func(string) string {
				return "--data FILE is missing: a .csv, .tsv, .jsonl or .parquet file with a column of texts and a column of labels"
			}
			if flags.out == "" && !flags.show && data.path != "" {
				return usage(c, "--out DIR is missing")
			}
			if err := flags.card.check(c); err != nil {
				return err
			}
			if flags.time <= 0 {
				return usage(c, "--time %v, want a duration such as 10m", flags.time)
			}
			read, source, err := columns.open(c, &data, source)
			if err != nil {
				return err
			}
			err = flags.run(c, z, read)
			if errors.Is(err, context.Canceled) {
				return fmt.Errorf("zoo: fit: interrupted; what was measured is in %s: go on by the same command with --resume", flags.out)
			}
			if errors.Is(err, fit.ErrJournal) {
				return fmt.Errorf("%w; go on by the same command with --resume, or choose another --out: %w", err, zoo.ErrUsage)
			}
			return advise(c, source, err)
		},
	}
	data.add(c)
	c.Flags().Lookup("data").Usage = "a .csv, .tsv, .jsonl or .parquet file"
	c.Flags().StringVarP(&flags.out, "out", "o", "", "directory for the model")
	c.Flags().DurationVar(&flags.time, "time", fit.DefaultTime, "for all of it; what takes next to nothing is always tried")
	c.Flags().StringSliceVar(&flags.bases, "base", nil, "models or directories to begin from, beside the pretrained ones")
	c.Flags().Uint64Var(&flags.seed, "seed", 1, "seed of the parts of the data and of all trainings")
	c.Flags().BoolVar(&flags.show, "show", false, "print what would be tried, and stop")
	flags.start.add(c, "go on with a search that was interrupted")
	c.Flags().BoolVar(&flags.asJSON, "json", false, "print one JSON object a candidate whenever it is measured further, and one at the end")
	columns.add(c)
	flags.card.add(c)
	return c
}

// run searches and writes what was found.
func (f *fitFlags) run(c *cobra.Command, z *zoo.Zoo, data recipe.Data) error {
	began := time.Now()
	config := fit.Config{Time: f.time, Bases: f.bases, Seed: f.seed, Card: f.card.fields(), Log: c.ErrOrStderr()}
	if f.show {
		s, err := fit.New(c.Context(), z, data, config)
		if err != nil {
			return err
		}
		return s.WritePlan(c.OutOrStdout())
	}
	for _, base := range f.bases {
		if same(f.out, base) {
			return usage(c, "--out %s is a model to begin from, which would be lost: choose another directory", f.out)
		}
	}
	dir, err := f.start.openDir(c, f.out, fitJournal)
	if err != nil {
		return err
	}
	defer dir.close()
	config.Journal, config.Resume = filepath.Join(f.out, fitJournal), f.start.resume
	if f.asJSON {
		config.Tell = func(o fit.Outcome) error { return printJSON(c.OutOrStdout(), o) }
	}
	r, err := fit.Run(c.Context(), z, data, config)
	if err != nil {
		return err
	}
	if err := r.Model.Save(f.out); err != nil {
		return err
	}
	answer := fitAnswer{Done: true, Out: f.out, Best: r.Best, Why: r.Why, Expected: r.Expected, Known: r.Known, Anew: r.Anew, Candidates: r.Candidates}
	if answer.SHA256, err = r.Model.SHA256(); err != nil {
		return err
	}
	answer.Seconds = time.Since(began).Seconds()
	if err := f.keep(answer); err != nil {
		return fmt.Errorf("zoo: fit: the model is saved, but not how it was chosen: %w", err)
	}
	if f.asJSON {
		return printJSON(c.OutOrStdout(), answer)
	}
	expected := "there were too few rows to measure what to expect of it"
	if r.Expected != nil {
		figure := "accuracy"
		if r.Expected.RMSE > 0 {
			figure = "RMSE"
		}
		expected = fmt.Sprintf("expected %s %s, nine times in ten", figure, r.Expected)
		if r.Known != nil {
			expected += fmt.Sprintf("\n  of texts worded as in the file %s, of others %s", r.Known, r.Anew)
		}
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "%s: %s\n%s\nSHA-256 of the weights %s\n%.1f s\n", f.out, r.Best, expected, answer.SHA256, answer.Seconds)
	return err
}

// keep writes the answer and its chart into the directory, and removes the
// journal.
func (f *fitFlags) keep(answer fitAnswer) error {
	var list []curves.Interval
	for i, o := range answer.Candidates {
		if o.Rows > 0 {
			list = append(list, curves.Interval{Name: o.Name, Value: o.Value(), Low: o.Low, High: o.High, Chosen: i == 0})
		}
	}
	chart, err := curves.Intervals("accuracy in %, and its 90 % interval", list)
	if err != nil {
		return err
	}
	err = errors.Join(
		weights.WriteFileAtomic(filepath.Join(f.out, fitAnswers), func(w io.Writer) error {
			e := json.NewEncoder(w)
			e.SetEscapeHTML(false)
			e.SetIndent("", "  ")
			return e.Encode(answer)
		}),
		weights.WriteFileAtomic(filepath.Join(f.out, fitSVG), chart.WriteSVG),
		weights.WriteFileAtomic(filepath.Join(f.out, fitPNG), chart.WritePNG))
	if err != nil {
		return err
	}
	return os.Remove(filepath.Join(f.out, fitJournal))
}
