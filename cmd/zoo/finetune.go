package main

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/gorgonia-zoo/zoo"
	"github.com/spf13/cobra"
)

// tuneFlags are the settings of a fine-tuning.
type tuneFlags struct {
	head, classWeights   string
	freeze               []string
	layerDecay, rate     float64
	unfreeze             bool
	newWords, minCount   int
	batch, patience      int
	validation, wordDrop float64
	maxTokens            int
	embeddings           string
}

func (f *tuneFlags) add(c *cobra.Command) {
	d := c.Flags()
	d.StringVar(&f.head, "classes", "auto", "keep (the model's classes), new (those of the data), or auto: keep where every label names one of the model's")
	d.StringSliceVar(&f.freeze, "freeze", nil, "parts that keep their weights: embedding (the known words; new ones are trained), rnn")
	d.Float64Var(&f.rate, "learning-rate", 0, "of the top layer (default: the recipe's)")
	d.Float64Var(&f.layerDecay, "layer-decay", 0, "factor of the learning rate from each layer to the one below, 1 for none (default: the recipe's)")
	d.BoolVar(&f.unfreeze, "unfreeze", false, "train the top layer first, and one more layer from each epoch on")
	d.StringVar(&f.classWeights, "class-weights", "", "balanced: rare classes count as much as frequent ones")
	d.IntVar(&f.newWords, "new-words", 0, "at most so many words of the data are added to the vocabulary (default: the recipe's)")
	d.StringVar(&f.embeddings, "embeddings", "", "vectors of words that MODEL began from, and new words begin from too: a model, a file, or none (default: those of MODEL where they come with this program)")
	d.IntVar(&f.minCount, "min-count", 0, "words that occur fewer times are not added (default: the recipe's)")
	d.IntVar(&f.batch, "batch", 0, "texts in a step (default: the recipe's)")
	d.IntVar(&f.patience, "patience", 0, "stop after so many epochs without improvement on validation, 0 for never (default: the recipe's)")
	d.Float64Var(&f.validation, "validation", 0, "share of the texts held out to choose the best epoch and to measure (default: the recipe's)")
	d.Float64Var(&f.wordDrop, "word-drop", 0, "share of words made unknown in training (default: the recipe's)")
	d.IntVar(&f.maxTokens, "max-tokens", 0, "cut training texts at so many tokens, 0 for never")
}

// apply puts what the flags say into a recipe.
func (f *tuneFlags) apply(c *cobra.Command, r *zoo.FineTuneRecipe) error {
	given := c.Flags().Changed
	switch f.head {
	case "auto", "":
	case zoo.HeadKeep, zoo.HeadNew:
		r.Head = f.head
	default:
		return usage(c, "--classes %q, want keep, new or auto", f.head)
	}
	for _, part := range f.freeze {
		if part != zoo.EmbeddingLayer && part != zoo.RNNLayer {
			return usage(c, "--freeze %q, want embedding, rnn or embedding,rnn", strings.Join(f.freeze, ","))
		}
	}
	r.Freeze = f.freeze
	if f.classWeights != "" && f.classWeights != zoo.BalancedClasses {
		return usage(c, "--class-weights %q, want balanced", f.classWeights)
	}
	r.ClassWeights, r.Unfreeze = f.classWeights, f.unfreeze
	if given("learning-rate") {
		if !(f.rate > 0) {
			return usage(c, "--learning-rate %v, want a number above 0", f.rate)
		}
		r.Optimizer.LearningRate = f.rate
	}
	for _, n := range []struct {
		flag     string
		from     int
		to       *int
		smallest int
	}{{"new-words", f.newWords, &r.NewWords, 0}, {"min-count", f.minCount, &r.MinCount, 0}, {"batch", f.batch, &r.Batch, 1},
		{"patience", f.patience, &r.Patience, 0}, {"max-tokens", f.maxTokens, &r.MaxTokens, 0}} {
		if given(n.flag) {
			if n.from < n.smallest {
				return usage(c, "--%s %d, want %d or more", n.flag, n.from, n.smallest)
			}
			*n.to = n.from
		}
	}
	for _, x := range []struct {
		flag string
		from float64
		to   *float64
	}{{"layer-decay", f.layerDecay, &r.LayerDecay}, {"validation", f.validation, &r.Validation}, {"word-drop", f.wordDrop, &r.WordDrop}} {
		if given(x.flag) {
			if !(x.from >= 0 && x.from <= 1) || x.flag != "layer-decay" && x.from == 1 {
				return usage(c, "--%s %v, want a share from 0 to 1", x.flag, x.from)
			}
			*x.to = x.from
		}
	}
	if given("embeddings") {
		r.Embeddings, r.EmbeddingsSHA256, r.EmbeddingsScale = f.embeddings, "", 0
	}
	if given("epochs") {
		r.MinSteps = 0
	}
	if r.Validation == 0 { // nothing to choose epochs by
		r.KeepBest, r.Patience = false, 0
	}
	return nil
}

// reportAnswer is the first line of finetune --json.
type reportAnswer struct {
	Data *zoo.DataReport `json:"data"`
}

func newFinetune() *cobra.Command {
	var data dataFlags
	var flags runFlags
	var tune tuneFlags
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
		ValidArgsFunction: modelNames,
		RunE: func(c *cobra.Command, args []string) error {
			base, err := zoo.OpenModel(args[0])
			if err != nil {
				return err
			}
			recipe, err := base.FineTuning(args[0])
			if err != nil {
				return err
			}
			if err := flags.apply(c, recipe); err != nil {
				return err
			}
			if err := tune.apply(c, recipe.FineTune); err != nil {
				return err
			}
			if show {
				return showRecipe(c, recipe)
			}
			if data.path == "" {
				return usage(c, "--data FILE is missing: a .csv, .tsv, .jsonl or .parquet file with a column of texts and a column of labels")
			}
			if flags.out == "" {
				return usage(c, "--out DIR is missing")
			}
			if same(flags.out, args[0]) {
				return usage(c, "--out %s is the model to begin from, which would be lost: choose another directory", flags.out)
			}
			texts, err := data.open(c, nil)
			if err != nil {
				return err
			}
			return flags.train(c, func(ctx context.Context, run zoo.Run) (*zoo.Model, error) {
				if flags.asJSON {
					run.Report = func(r *zoo.DataReport) error { return printJSON(c.OutOrStdout(), reportAnswer{r}) }
				}
				m, _, err := zoo.Train(ctx, recipe, texts, run)
				return m, err
			})
		},
	}
	data.add(c)
	c.Flags().Lookup("data").Usage = "a .csv, .tsv, .jsonl or .parquet file, or the aclImdb directory or .tar.gz"
	flags.add(c)
	tune.add(c)
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
