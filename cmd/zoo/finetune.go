package main

import (
	"context"
	"path/filepath"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/spf13/cobra"
)

// reportAnswer is the first line of finetune --json.
type reportAnswer struct {
	Data recipe.DataReport `json:"data"`
}

func newFinetune(z *zoo.Zoo) *cobra.Command {
	var data dataFlags
	var flags runFlags
	settings := tunes(z.Families)
	var show bool
	c := &cobra.Command{
		Use:   "finetune MODEL --data FILE --out DIR",
		Short: "Train a pretrained classifier further, on texts of your own",
		Long: `Train a text classifier further on labelled texts of your own. FILE is a table
with a column of texts and a column of labels: .csv, .tsv, .jsonl or .parquet.
The columns are guessed from their names and contents and the guess is printed;
--text and --label name them. Labels may be words or numbers, two or more.

First a report on the data is printed: classes, lengths, unknown words,
duplicates, contradictions, and what to do about them. A part of the texts is
held out; the best epoch on it is kept, and its accuracy printed. The model in
DIR is then used by its directory:

  zoo predict DIR "some text"
  zoo predict DIR --file NEW.csv
  zoo eval DIR --data OTHER.csv`,
		Example: `  zoo finetune lstm-imdb --data reviews.csv --out mine
  zoo predict mine "A quiet, beautiful film."
  zoo finetune lstm-imdb --data reviews.csv --text review --label stars --out stars
  zoo finetune lstm-imdb --data small.csv --freeze embedding,rnn --epochs 20 --out mine
  zoo finetune lstm-imdb --data tickets.csv --class-weights balanced --unfreeze --out mine
  zoo finetune mine --data more.csv --out better
  zoo reproduce mine --data reviews.csv`,
		Args:              takes("MODEL"),
		ValidArgsFunction: modelNames(z),
		RunE: func(c *cobra.Command, args []string) error {
			r, err := z.FineTuning(args[0])
			if err != nil {
				return err
			}
			if err := flags.apply(c, r); err != nil {
				return err
			}
			if err := settings.apply(c, r); err != nil {
				return err
			}
			if show {
				return showRecipe(c, r)
			}
			source := r.Source()
			if data.path == "" && source.Missing != nil {
				return usage(c, "%s", source.Missing(args[0]))
			}
			if flags.out == "" {
				return usage(c, "--out DIR is missing")
			}
			if same(flags.out, args[0]) {
				return usage(c, "--out %s is the model to begin from, which would be lost: choose another directory", flags.out)
			}
			read, err := data.open(c, source, args[0], nil)
			if err != nil {
				return err
			}
			return flags.train(c, source, func(ctx context.Context, run zoo.Run) (*zoo.Model, error) {
				if flags.asJSON {
					run.Report = func(r recipe.DataReport) error { return printJSON(c.OutOrStdout(), reportAnswer{r}) }
				}
				m, _, err := z.Train(ctx, r, read, run)
				return m, err
			})
		},
	}
	data.add(c)
	c.Flags().Lookup("data").Usage = "a .csv, .tsv, .jsonl or .parquet file, or the aclImdb directory or .tar.gz"
	flags.add(c)
	settings.add(c)
	c.Flags().BoolVar(&show, "show", false, "print the recipe as JSON, to be changed and given to zoo train, and stop")
	return c
}

// same tells whether two paths name one directory.
func same(a, b string) bool {
	x, err := filepath.Abs(a)
	if err != nil {
		return false
	}
	y, err := filepath.Abs(b)
	return err == nil && x == y
}
