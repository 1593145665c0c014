// Command fitstudy measures what zoo fit chooses, and every other candidate that
// it tried, on rows that it never saw: a row of a table for each seed and
// candidate.
//
//	fitstudy --train reviews.csv --test others.csv --time 10m --seeds 3
package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/fit"
	"github.com/gorgonia-zoo/zoo/pretrained/minilm"
)

func main() {
	train := flag.String("train", "", "file to fit")
	test := flag.String("test", "", "file to measure on")
	limit := flag.Duration("time", 10*time.Minute, "of each search")
	seeds := flag.Int("seeds", 1, "searches, by seed 1 and up")
	tickets := flag.Int("tickets", 0, "write made-up tickets of so many classes, 8 or 150, to --train and --test, and stop")
	rows := flag.Int("rows", 802, "of tickets, in either file")
	cheap := flag.Bool("cheap", false, "measure the chosen model alone")
	flag.Parse()
	if *tickets > 0 {
		if err := writeTickets(*train, *test, *tickets, *rows, 1); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if err := run(*train, *test, *limit, *seeds, *cheap); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(train, test string, limit time.Duration, seeds int, cheap bool) error {
	ctx := context.Background()
	z := zoo.Default()
	z.Models = append(z.Models, zoo.MiniLM(minilm.Files()))
	data, err := zoo.OpenTexts(train, zoo.TextsConfig{Cache: "none"})
	if err != nil {
		return err
	}
	if data, err = data.Load(ctx); err != nil {
		return err
	}
	held, err := zoo.OpenTexts(test, zoo.TextsConfig{Cache: "none"})
	if err != nil {
		return err
	}
	measure := func(m *zoo.Model) (float64, int, error) {
		e, err := zoo.EvaluateText(ctx, m.Value.(zoo.TextClassifier), held, datasets.Train)
		if err != nil {
			return 0, 0, err
		}
		return e.Accuracy, e.Examples, nil
	}
	var inside, below [2]int
	for seed := range seeds {
		began := time.Now()
		r, err := fit.Run(ctx, z, data, fit.Config{Seed: uint64(seed + 1), Time: limit, Log: os.Stderr})
		if err != nil {
			return err
		}
		took := time.Since(began)
		chosen, n, err := measure(r.Model)
		if err != nil {
			return err
		}
		expected := "none"
		if r.Expected != nil {
			expected = r.Expected.String()
			m, err := without(ctx, z, data, r)
			if err != nil {
				return err
			}
			measured, _, err := measure(m)
			if err != nil {
				return err
			}
			expected += fmt.Sprintf("; the model that was measured: %.2f", 100*measured)
			for i, x := range []float64{measured, chosen} {
				if r.Expected.Low <= x && x <= r.Expected.High {
					inside[i]++
				} else if x < r.Expected.Low {
					below[i]++
				}
			}
		}
		fmt.Printf("## %s, seed %d, %.0f s: expected %s\n\n| candidate | compared at | on %d untouched rows |\n|---|---|---|\n", train, seed+1, took.Seconds(), expected, n)
		best := chosen
		for i, o := range r.Candidates {
			if o.Recipe.Family == nil || o.Rows == 0 || i > 0 && cheap {
				continue
			}
			accuracy, name := chosen, "**"+o.Name+"**"
			if i > 0 {
				m, _, err := z.Train(ctx, o.Recipe, data, zoo.Run{})
				if err != nil {
					return fmt.Errorf("%s: %w", o.Name, err)
				}
				if accuracy, _, err = measure(m); err != nil {
					return err
				}
				name = strings.Trim(name, "*")
			}
			best = max(best, accuracy)
			fmt.Printf("| %s | %.2f | %.2f |\n", name, 100*o.Accuracy, 100*accuracy)
		}
		fmt.Printf("\nthe choice is %.2f below the best; a standard error is %.2f\n\n", 100*(best-chosen), 100*math.Sqrt(best*(1-best)/float64(n)))
	}
	for i, which := range []string{"that was measured", "that is kept, of all rows"} {
		fmt.Printf("the accuracy on untouched rows of the model %s is in %d of %d intervals, and below %d\n", which, inside[i], seeds, below[i])
	}
	return nil
}

// without trains the chosen recipe as it was measured: without the rows that were
// set aside.
func without(ctx context.Context, z *zoo.Zoo, data *zoo.Texts, r *fit.Result) (*zoo.Model, error) {
	var rows []int
	n, err := data.Len()
	if err != nil {
		return nil, err
	}
	for i := range n {
		if _, aside := slices.BinarySearch(r.Aside, i); !aside {
			rows = append(rows, i)
		}
	}
	part, err := data.Rows(rows)
	if err != nil {
		return nil, err
	}
	m, _, err := z.Train(ctx, r.Candidates[0].Recipe, part, zoo.Run{})
	return m, err
}
