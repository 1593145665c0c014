package main

import (
	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/bench"
	"github.com/spf13/cobra"
)

func newBench(z *zoo.Zoo) *cobra.Command {
	var asJSON, quick, lengths bool
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure the speed of this machine",
		Long: `Measure how fast this machine trains and predicts, beside its own peak of
float32 multiply-adds. It needs no data and takes most of a minute on all cores
(GOMAXPROCS limits them); other programs that run meanwhile lower the numbers,
and show as rounds that differ.

A multiply-add counts as two operations. With an embedding of width D and an LSTM
of width H, training takes 6*4H(D+H) for a token; predicting takes 2*4H*H for a
token and 2*4H*D for each different word of a batch.`,
		Example: "  zoo bench\n  zoo bench --json",
		Args:    takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			if lengths {
				return printJSON(c.OutOrStdout(), bench.Batches(16, 64))
			}
			r, err := z.Families.Read("lstm")
			if err != nil {
				return err
			}
			result, err := bench.Run(c.Context(), r, bench.Config{Quick: quick, Log: c.ErrOrStderr()})
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), result)
			}
			return result.WriteTable(c.OutOrStdout())
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	c.Flags().BoolVar(&quick, "quick", false, "measure for seconds only; the numbers vary")
	c.Flags().BoolVar(&lengths, "lengths", false, "measure nothing, print the lengths of the batches as JSON")
	return c
}
