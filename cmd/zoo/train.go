package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
	"github.com/spf13/cobra"
)

// runFlags are the flags of every command that trains.
type runFlags struct {
	out        string
	seed       uint64
	epochs     int
	steps      int
	start      startFlags
	asJSON     bool
	checkpoint time.Duration
	keep       bool
	card       cardFlags
}

// cardFlags are what a card says instead of what training writes.
type cardFlags struct{ name, about, licence string }

func (f *cardFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.name, "name", "", "of the model, in its card (default: the recipe's)")
	c.Flags().StringVar(&f.about, "about", "", "what the model is, in its card (default: what the recipe says)")
	c.Flags().StringVar(&f.licence, "licence", "", "of the weights, in the card, as an SPDX identifier such as MIT (default: none for a model of data of your own)")
}

// check refuses a name that no card can have before all the work is done.
func (f *cardFlags) check(c *cobra.Command) error {
	if f.name == "" {
		return nil
	}
	if err := weights.CheckName(f.name); err != nil {
		return usage(c, "--name: %v", err)
	}
	return nil
}

func (f *cardFlags) fields() recipe.CardFields {
	return recipe.CardFields{Name: f.name, About: f.about, Licence: f.licence}
}

func (f *runFlags) add(c *cobra.Command) {
	c.Flags().StringVarP(&f.out, "out", "o", "", "directory for the model, its log and checkpoints")
	c.Flags().Uint64Var(&f.seed, "seed", 0, "seed of weights, split, batches and dropout (default: the recipe's)")
	c.Flags().IntVar(&f.epochs, "epochs", 0, "passes over the data (default: the recipe's)")
	c.Flags().IntVar(&f.steps, "steps", 0, "stop after so many optimizer steps (default: no limit)")
	f.start.add(c, "go on from the checkpoint in --out")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print one JSON object an epoch, and one at the end")
	c.Flags().DurationVar(&f.checkpoint, "checkpoint-every", time.Minute, "time between checkpoints within an epoch; 0 for none")
	c.Flags().BoolVar(&f.keep, "keep-checkpoint", false, "leave the checkpoint of a run that came to its end, so that --resume with more --epochs goes on from it")
	f.card.add(c)
}

// apply puts what the flags say into a recipe.
func (f *runFlags) apply(c *cobra.Command, r zoo.Recipe) error {
	if err := f.card.check(c); err != nil {
		return err
	}
	if c.Flags().Changed("seed") {
		*r.Body.SeedPtr() = f.seed
	}
	t := r.Body.BySteps()
	if t == nil {
		why := "recipe " + r.Name + " is solved at once, in seconds, without epochs and steps"
		return unwanted(c, why, "epochs", "steps", "resume", "checkpoint-every", "keep-checkpoint")
	}
	if c.Flags().Changed("epochs") {
		if f.epochs < 1 {
			return usage(c, "--epochs %d, want 1 or more", f.epochs)
		}
		r.SetEpochs(f.epochs)
	}
	if f.steps < 0 {
		return usage(c, "--steps %d, want 1 or more, or 0 for no limit", f.steps)
	}
	if f.checkpoint < 0 {
		return usage(c, "--checkpoint-every %v, want a duration, or 0 for none", f.checkpoint)
	}
	return nil
}

// doneAnswer is the last line of train --json.
type doneAnswer struct {
	Done    bool    `json:"done"`
	Out     string  `json:"out"`
	SHA256  string  `json:"sha256"`
	Seconds float64 `json:"seconds"`
}

func newTrain(z *zoo.Zoo) *cobra.Command {
	var data dataFlags
	var flags runFlags
	settings := begins(z.Families)
	var show bool
	c := &cobra.Command{
		Use:   "train RECIPE --out DIR",
		Short: "Train a model by a recipe",
		Long: `Train a model and write it to a directory. RECIPE is a name below, or a .json
file of the same form as the recipe in a model's card.

` + recipeList(z),
		Example: `  zoo train mlp-line --out line
  zoo train lstm-imdb --data aclImdb_v1.tar.gz --out mine
  zoo train lstm-imdb --data aclImdb_v1.tar.gz --out mine --resume
  zoo train tfidf --data tickets.csv --name tickets --out mine
  zoo train lstm --data reviews.csv --label stars --out stars
  zoo train lstm --data reviews.csv --embeddings vectors.txt --out mine
  zoo train mlp --data houses.csv --target price --out houses
  zoo train word2vec-imdb --data aclImdb_v1.tar.gz --phrases 2 --out words
  zoo train lstm-imdb --show > my-recipe.json`,
		Args:              takes("RECIPE"),
		ValidArgsFunction: recipeNames(z),
		RunE: func(c *cobra.Command, args []string) error {
			r, err := z.Families.Read(args[0])
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
			if flags.out == "" {
				return usage(c, "--out DIR is missing")
			}
			source := r.Source()
			read, err := data.open(c, source, "recipe "+r.Name, nil)
			if err != nil {
				return err
			}
			return flags.train(c, source, func(ctx context.Context, run zoo.Run) (*zoo.Model, error) {
				m, _, err := z.Train(ctx, r, read, run)
				return m, err
			})
		},
	}
	data.add(c)
	flags.add(c)
	settings.add(c)
	c.Flags().BoolVar(&show, "show", false, "print the recipe as JSON, to be changed and trained by, and stop")
	return c
}

// showRecipe prints a recipe as JSON, as a file that train takes.
func showRecipe(c *cobra.Command, r zoo.Recipe) error {
	e := json.NewEncoder(c.OutOrStdout())
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

func recipeList(z *zoo.Zoo) string {
	text := "Recipes:"
	for _, r := range z.Families.Named() {
		text += fmt.Sprintf("\n  %-16s %s", r.Name, r.About)
	}
	return text
}

// lean makes the collector run early, until the function it returns is
// called: the buffers of a training graph are large and stay, what else is
// allocated is small, and memory then stays near what the buffers need.
func lean() (restore func()) {
	old := debug.SetGCPercent(10)
	return func() { debug.SetGCPercent(old) }
}

// train runs a training into the directory --out: checkpoints, the log, and
// at the end the artefact.
func (f *runFlags) train(c *cobra.Command, source *recipe.Source, fit func(context.Context, zoo.Run) (*zoo.Model, error)) error {
	defer lean()()
	began := time.Now()
	dir, err := f.start.openDir(c, f.out, filepath.Join(checkpointDir, train.CheckpointFile))
	if errors.Is(err, zoo.ErrUsage) {
		return err
	} else if err != nil {
		return f.stopped(c, source, err)
	}
	defer dir.close()
	log := &runLog{path: filepath.Join(f.out, logFile)}
	defer log.close()
	if f.asJSON {
		log.also = c.OutOrStdout()
	}
	m, err := fit(c.Context(), zoo.Run{
		Checkpoints: filepath.Join(f.out, checkpointDir), Resume: f.start.resume, CheckpointEvery: f.checkpoint, Steps: f.steps,
		Recorders: []train.Recorder{train.Progress(c.ErrOrStderr()), log},
		Log:       c.ErrOrStderr(), Strict: strictly(c),
		Card: f.card.fields(),
	})
	if err != nil {
		return f.stopped(c, source, err)
	}
	if err := m.Save(f.out); err != nil {
		return f.stopped(c, source, err)
	}
	sum, err := m.Artefact.SHA256()
	if err != nil {
		return err
	}
	if err := drawCurves(f.out); err != nil {
		return f.stopped(c, source, err)
	}
	done := doneAnswer{true, f.out, sum, time.Since(began).Seconds()}
	if err := printJSON(log, done); err != nil {
		return fmt.Errorf("zoo: train: log: %w", err)
	}
	if steps, err := m.Steps(); err == nil && steps == 0 && !f.keep { // with steps it stopped before its end
		if err := dir.discard(); err != nil {
			return err
		}
	}
	if f.asJSON {
		return nil
	}
	measured := metrics(m.Artefact.Card.Metrics)
	if measured == "" {
		measured = "not measured, since nothing was held out"
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "%s: %s\nSHA-256 of the weights %s\n%.1f s\n", f.out, measured, sum, done.Seconds)
	return err
}

// resumable tells whether a training in --out can go on.
func (f *runFlags) resumable() bool {
	d := runDir{state: filepath.Join(f.out, checkpointDir, train.CheckpointFile)}
	return d.unfinished()
}

// stopped says what to do about a training that did not come to its end.
func (f *runFlags) stopped(c *cobra.Command, source *recipe.Source, err error) error {
	switch {
	case errors.Is(err, context.Canceled) && f.resumable():
		return fmt.Errorf("zoo: train: interrupted; a checkpoint is in %s: go on by the same command with --resume", f.out)
	case errors.Is(err, context.Canceled):
		return errors.New("zoo: train: interrupted before the first step: there is nothing to resume")
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("%w; make room and go on by the same command with --resume", err)
	case (errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)) && f.resumable():
		return fmt.Errorf("%w; make it writable and go on by the same command with --resume", err)
	case errors.Is(err, train.ErrMismatch):
		return fmt.Errorf("%w; resume with the recipe, data and flags that the run began with, discard it by --force, or choose another --out: %w", err, zoo.ErrUsage)
	case errors.Is(err, train.ErrCheckpoint):
		return fmt.Errorf("%w; --force in place of --resume discards it and starts from the beginning", err)
	}
	return advise(c, source, err)
}
