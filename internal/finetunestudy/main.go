// Command finetunestudy measures what fine-tuning is worth on the sentences of
// Pang and Lee 2005 (rt-polarity: 10,662 of them, half positive): k-fold
// cross-validation of a fine-tuned model beside the same model trained from
// nothing, on all sentences of the training folds and on 500 of them.
//
//	go run ./internal/finetunestudy --data rt-polarity.txt --out study.jsonl
//
// Every model chooses its epoch on a tenth of its own training sentences; the
// fold left out is read once, by the model that results. A line is appended to
// --out for each model, and a run that was interrupted goes on by the same
// command: models that are there already, of the same base and settings, are
// not trained again.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
)

// options are the command line.
type options struct {
	data, out, base, recipe string
	folds                   int
	seeds                   []uint64
	sizes                   []int // training sentences; 0 for all
	only                    []int // folds; none for all
	variants                []string
	validation              bool // measure on validation parts alone
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	var o options
	var seeds, sizes, only, variants string
	f := flag.NewFlagSet("finetunestudy", flag.ContinueOnError)
	f.StringVar(&o.data, "data", "", "rt-polarity.txt: lines of a label, 0 or 1, a space and a sentence, in ISO-8859-1")
	f.StringVar(&o.out, "out", "study.jsonl", "file of results, a line for each model")
	f.StringVar(&o.base, "base", "lstm-imdb", "model to begin from")
	f.StringVar(&o.recipe, "recipe", "", "JSON of settings of the fine-tuning that differ, for trials")
	f.IntVar(&o.folds, "folds", 10, "folds of the cross-validation")
	f.StringVar(&seeds, "seeds", "1,2,3", "seeds of the folds and of training")
	f.StringVar(&sizes, "sizes", "0,500", "training sentences, 0 for all")
	f.StringVar(&only, "only", "", "these folds alone, counted from 0")
	f.StringVar(&variants, "variants", "finetuned,scratch", "what is trained")
	f.BoolVar(&o.validation, "validation", false, "measure on the validation parts alone and leave the test folds unread, to choose settings by")
	if err := f.Parse(args); err != nil {
		return err
	}
	var err error
	if o.seeds, err = numbers[uint64](seeds); err != nil {
		return fmt.Errorf("--seeds: %w", err)
	}
	if o.sizes, err = numbers[int](sizes); err != nil {
		return fmt.Errorf("--sizes: %w", err)
	}
	if o.only, err = numbers[int](only); err != nil {
		return fmt.Errorf("--only: %w", err)
	}
	o.variants = strings.Split(variants, ",")
	return study(ctx, o, os.Stdout)
}

// numbers reads numbers separated by commas.
func numbers[T int | uint64](list string) (out []T, err error) {
	if list == "" {
		return nil, nil
	}
	for word := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(word)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("%q, want numbers separated by commas", list)
		}
		out = append(out, T(n))
	}
	return out, nil
}
