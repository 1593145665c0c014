package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/spf13/cobra"
)

// errDiffers is returned when a model was not reproduced.
var errDiffers = errors.New("the weights differ")

func newReproduce() *cobra.Command {
	var data dataFlags
	c := &cobra.Command{
		Use:   "reproduce MODEL",
		Short: "Retrain a model by its recorded recipe and compare the bytes",
		Long: `Retrain a model by the recipe in its card and compare the SHA-256 of the
weights: the same on any CPU, with any number of cores. Only the training part
of the data is read.`,
		Example: `  zoo reproduce mlp-line
  zoo reproduce lstm-imdb --data aclImdb_v1.tar.gz`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			m, err := zoo.OpenModel(args[0])
			if err != nil {
				return err
			}
			recipe, err := m.Recipe()
			if err != nil {
				return err
			}
			var texts *zoo.Texts
			if recipe.Text != nil {
				if texts, err = data.open(c, nil); err != nil {
					return err
				}
			}
			defer lean()()
			began := time.Now()
			again, _, err := zoo.Train(c.Context(), recipe, texts, zoo.Run{
				Recorders: []train.Recorder{train.Progress(c.ErrOrStderr())}, Log: c.ErrOrStderr()})
			if errors.Is(err, context.Canceled) {
				return errors.New("zoo: reproduce: interrupted")
			}
			if err != nil {
				return err
			}
			want, err := m.Artefact.SHA256()
			if err != nil {
				return err
			}
			got, err := again.Artefact.SHA256()
			if err != nil {
				return err
			}
			w := c.OutOrStdout()
			fmt.Fprintf(w, "recorded  %s\nretrained %s\n", want, got)
			if got == want {
				_, err = fmt.Fprintf(w, "%s is reproduced: the same bytes, %.1f s\n", args[0], time.Since(began).Seconds())
				return err
			}
			for _, line := range m.Differences(again) {
				fmt.Fprintln(w, line)
			}
			fmt.Fprintf(w, "this program: version %s, %s, %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return fmt.Errorf("zoo: reproduce: %s: %w", args[0], errDiffers)
		},
	}
	data.add(c)
	return c
}
