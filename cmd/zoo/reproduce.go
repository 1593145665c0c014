package main

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/spf13/cobra"
)

// errDiffers is returned when a model was not reproduced.
var errDiffers = errors.New("the weights differ")

func newReproduce(z *zoo.Zoo) *cobra.Command {
	var data dataFlags
	var base string
	c := &cobra.Command{
		Use:   "reproduce MODEL",
		Short: "Retrain a model by its recorded recipe and compare the bytes",
		Long: `Retrain a model by the recipe in its card and compare the SHA-256 of the
weights: the same on any CPU, with any number of cores. Only the training part
of the data is read.`,
		Example: `  zoo reproduce mlp-line
  zoo reproduce lstm-imdb --data aclImdb_v1.tar.gz`,
		Args:              takes("MODEL"),
		ValidArgsFunction: modelNames(z),
		RunE: func(c *cobra.Command, args []string) error {
			m, err := z.Open(args[0])
			if err != nil {
				return err
			}
			r, err := m.Recipe()
			if err != nil {
				return err
			}
			tuning := r.Family.Tuning
			if base != "" {
				if tuning == nil {
					return unwanted(c, args[0]+" was not fine-tuned from another model", "base")
				}
				*tuning.Base(r.Body) = base // its checksum is in the recipe
			}
			if tuning != nil && data.path == "" {
				return usage(c, "--data FILE is missing: the one that %s was fine-tuned on", args[0])
			}
			steps, err := m.Steps()
			if err != nil {
				return err
			}
			read, err := data.open(c, r.Source(), "recipe "+r.Name, nil)
			if err != nil {
				return err
			}
			defer lean()()
			began := time.Now()
			again, _, err := z.Train(c.Context(), r, read, zoo.Run{
				Fresh: true, Steps: steps, Data: m.Artefact.Card.Recipe.Options[recipe.DataOption], Recorders: []train.Recorder{train.Progress(c.ErrOrStderr())}, Log: c.ErrOrStderr()})
			if errors.Is(err, recipe.ErrData) {
				return fmt.Errorf("%w; %s was trained on %s", err, args[0], m.Artefact.Card.Data)
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
			var w strings.Builder // written at once, so that an error of writing is seen
			fmt.Fprintf(&w, "recorded   %s\nretrained  %s\n", want, got)
			if got == want {
				fmt.Fprintf(&w, "%s is reproduced: the same bytes, %.1f s\n", args[0], time.Since(began).Seconds())
			} else {
				for _, line := range m.Differences(again) {
					fmt.Fprintln(&w, line)
				}
				fmt.Fprintf(&w, "this program: version %s, %s, %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
				err = fmt.Errorf("zoo: reproduce: %s: %w", args[0], errDiffers)
			}
			if _, failed := io.WriteString(c.OutOrStdout(), w.String()); failed != nil {
				return failed
			}
			return err
		},
	}
	data.add(c)
	c.Flags().StringVar(&base, "base", "", "name or directory of the model that MODEL was fine-tuned from, where it has moved")
	return c
}
