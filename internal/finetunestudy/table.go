package main

import (
	"fmt"
	"io"
	"math"
)

// table prints, for each variant and size, the accuracy of each seed over its
// folds, their mean, and the standard deviation between seeds and folds.
func table(w io.Writer, o options, all []outcome) error {
	for _, size := range o.sizes {
		means := map[string]float64{}
		for _, variant := range o.variants {
			var seeds, folds []float64
			for _, seed := range o.seeds {
				recipe, err := settings(o, variant, size, seed)
				if err != nil {
					return err
				}
				var right, n float64
				for k := range o.folds {
					for _, r := range all {
						if r.job != (job{variant, size, seed, k, o.folds, checksum(recipe)}) || !o.validation && r.Tested == 0 {
							continue
						}
						weight, value := float64(r.Tested), r.Test
						if o.validation {
							weight, value = 1, r.Validation
						}
						right, n = right+float64(value*weight), n+weight
						folds = append(folds, value)
						break
					}
				}
				if n > 0 {
					seeds = append(seeds, right/n)
				}
			}
			mean, spread := moments(seeds)
			_, between := moments(folds)
			means[variant] = mean
			text := fmt.Sprint(size)
			if size == 0 {
				text = "all"
			}
			fmt.Fprintf(w, "%-10s %4s sentences: %.2f %% ± %.2f between %d seeds (", variant, text, 100*mean, 100*spread, len(seeds))
			for i, s := range seeds {
				if i > 0 {
					fmt.Fprint(w, ", ")
				}
				fmt.Fprintf(w, "%.2f", 100*s)
			}
			fmt.Fprintf(w, "), ± %.2f between %d folds\n", 100*between, len(folds))
		}
		if len(means) == 2 {
			fmt.Fprintf(w, "difference %+.2f points\n", 100*(means["finetuned"]-means["scratch"]))
		}
	}
	return nil
}

// moments returns the mean and the standard deviation (of a sample).
func moments(x []float64) (mean, deviation float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		deviation += (v - mean) * (v - mean) / float64(max(1, len(x)-1))
	}
	return mean, math.Sqrt(deviation)
}
