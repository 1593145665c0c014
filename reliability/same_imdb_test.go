package reliability_test

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/train"
)

// The weights after real steps on IMDB, of recipe lstm with word drop 0.1
// and smaller batches: what every machine and every build must make of them. A
// change of the tokenizer, the recipe's model or the order of a sum changes
// them, and needs new ones.
const (
	imdbSteps, imdbBatch = 200, 8
	imdbSHA              = "4f0f319037f28f89176360d66ce944858b1e2fddd9d2836fcd2faf87775620c0"
	imdbFew, imdbSmall   = 3, 4 // for the portable path and the race detector, which are slow
	imdbFewSHA           = "adafc077a5b12a36506a721ba0828846d9e315a9c64aa553dbc387648b165182"
)

// Real steps on IMDB give the recorded bytes on any number of cores and any
// path, after an interruption, under the race detector and without assembly:
// those builds run the short part.
func TestSameBytesOnIMDB(t *testing.T) {
	path := os.Getenv("ZOO_IMDB")
	if path == "" {
		t.Skip("ZOO_IMDB names no archive")
	}
	data, err := zoo.OpenTexts(path, zoo.TextsConfig{})
	if err != nil {
		t.Fatal(err)
	}
	recipe := func(batch int) zoo.Recipe {
		r, err := zoo.ReadRecipe("lstm")
		if err != nil {
			t.Fatal(err)
		}
		body(r).Batch, body(r).WordDrop, body(r).Epochs = batch, 0.1, 1
		body(r).KeepBest, body(r).Validation = false, 0.002 // measuring takes time and changes nothing
		return r
	}
	few := recipe(imdbSmall)
	for _, path := range kernel.Available() {
		if testing.Short() && path != kernel.Current() {
			continue // the portable path under the race detector takes minutes
		}
		fixture.Machine{Cores: 2, Path: path}.As(t, func() {
			if got := trainTo(t, few, data, zoo.Run{Steps: imdbFew}); got != imdbFewSHA {
				t.Errorf("%d steps, %s: weights %s, want %s", imdbFew, path, got, imdbFewSHA)
			}
		})
	}
	if testing.Short() {
		return
	}
	r := recipe(imdbBatch)
	for _, path := range kernel.Available() {
		if path == kernel.Portable {
			continue
		}
		for _, cores := range []int{1, 2, 5} {
			m := fixture.Machine{Cores: cores, Path: path}
			m.As(t, func() {
				if got := trainTo(t, r, data, zoo.Run{Steps: imdbSteps}); got != imdbSHA {
					t.Errorf("%d steps, %v: weights %s, want %s", imdbSteps, m, got, imdbSHA)
				}
			})
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	run := zoo.Run{Checkpoints: t.TempDir(), Resume: true, Recorders: []train.Recorder{fixture.StopAfter{Steps: imdbSteps / 3, Stop: cancel}}}
	if _, _, err := zoo.Train(ctx, r, data, run); !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted: %v", err)
	}
	run.Recorders, run.Steps = nil, imdbSteps
	if got := trainTo(t, r, data, run); got != imdbSHA {
		t.Errorf("%d steps, interrupted: weights %s, want %s", imdbSteps, got, imdbSHA)
	}
}
