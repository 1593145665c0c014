package reliability_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// finite fails where a file of weights, if there is one, holds a number that
// is none.
func finite(t *testing.T, path string) (there bool) {
	t.Helper()
	f, err := weights.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if err == nil {
		err = f.CheckFinite()
	}
	if err != nil {
		t.Errorf("saved: %v", err)
	}
	return true
}

// Numbers out of hand stop training with a message that helps, and never reach
// a checkpoint or a model; where training goes on, the model answers.
func TestExplodingTrainingStops(t *testing.T) {
	data := fixture.Texts(t, fixture.Reviews(t, 80))
	stopped := 0
	for _, kind := range []string{"sgd", "adam", "adamw"} {
		for _, rate := range []float64{1e9, 1e30, math.MaxFloat64} {
			for _, clip := range []float64{0, 1} {
				r := tiny(t)
				body(r).Optimizer = recipe.Optimizer{Kind: kind, LearningRate: rate}
				if kind == "sgd" {
					body(r).Optimizer.Momentum = 0.9
				}
				body(r).ClipNorm, body(r).Epochs, body(r).Storage = clip, 2, ""
				what := fmt.Sprintf("%s at %v, clipped at %v", kind, rate, clip)
				dir := filepath.Join(t.TempDir(), "model")
				var log bytes.Buffer
				m, _, err := zoo.Train(context.Background(), r, data, zoo.Run{Checkpoints: dir, CheckpointEvery: 1, Log: &log})
				finite(t, filepath.Join(dir, train.CheckpointFile))
				if err == nil {
					if err := m.Save(dir); err != nil || !finite(t, filepath.Join(dir, weights.WeightsFile)) {
						t.Errorf("%s: %v", what, err)
					}
					if _, err := classifier(m).Predict(context.Background(), "the film was brilliant"); err != nil {
						t.Errorf("%s: a model that cannot predict: %v", what, err)
					}
					if !strings.Contains(log.String(), "a lower learning rate may help") {
						t.Errorf("%s: nobody was told: %s", what, &log)
					}
					continue
				}
				stopped++
				if text := err.Error(); !strings.Contains(text, "not finite") && !strings.Contains(text, "finite number") || !strings.Contains(text, "learning rate") {
					t.Errorf("%s: %v", what, err)
				}
			}
		}
	}
	if stopped == 0 {
		t.Error("no training stopped")
	}
	t.Logf("%d of 18 trainings stopped", stopped)
}

// table writes rows of a text and a label.
func table(t *testing.T, rows ...[2]string) *zoo.Texts {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{"text", "label"})
	for _, r := range rows {
		w.Write(r[:])
	}
	w.Flush()
	path := filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	data, err := zoo.OpenTexts(path, zoo.TextsConfig{Cache: "none"})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func rows(n int, row func(i int) [2]string) (list [][2]string) {
	for i := range n {
		list = append(list, row(i))
	}
	return list
}

// Data that leaves little to learn from: training stops, or goes on and says
// what is missing.
func TestPoorData(t *testing.T) {
	two := func(i int) [2]string { return [2]string{fmt.Sprint("text ", i), []string{"bad", "good"}[i%2]} }
	for _, c := range []struct {
		name string
		rows [][2]string
		stop string   // the error, or "" where training goes on
		says []string // on the log
	}{
		{"labels all alike", rows(20, func(i int) [2]string { return [2]string{fmt.Sprint("text ", i), "good"} }), `every row has the label "good"`, nil},
		{"no rows", nil, "no rows", nil},
		{"one row", rows(1, two), `every row has the label "bad"`, nil},
		{"two rows", rows(2, two), "", nil},
		{"a class of one", append(rows(40, two), [2]string{"the only one", "rare"}), "", []string{`no example of "rare" among the `}},
		{"texts without words", rows(20, func(i int) [2]string { return [2]string{"<br/>", []string{"bad", "good"}[i%2]} }), "", nil},
		{"one text with both labels", rows(20, func(i int) [2]string { return [2]string{"same", []string{"bad", "good"}[i%2]} }), "", nil},
	} {
		for _, name := range []string{"tiny", "nbsvm-imdb"} {
			t.Run(c.name+", "+name, func(t *testing.T) {
				r := tiny(t)
				if name != r.Name {
					var err error
					if r, err = zoo.ReadRecipe(name); err != nil {
						t.Fatal(err)
					}
				}
				var log bytes.Buffer
				m, _, err := zoo.Train(context.Background(), r, table(t, c.rows...), zoo.Run{Log: &log})
				if c.stop != "" {
					if err == nil || !strings.Contains(err.Error(), c.stop) {
						t.Errorf("error %v, want %q", err, c.stop)
					}
					return
				}
				for _, s := range c.says {
					if !strings.Contains(log.String(), s) {
						t.Errorf("%q does not say %q", log.String(), s)
					}
				}
				if err != nil {
					// No n-gram occurs often enough for a linear model, or none is held out.
					if text := err.Error(); name == "tiny" || !strings.Contains(text, "nothing to learn from") && !strings.Contains(text, "too few to hold some out") {
						t.Error(err)
					}
					return
				}
				dir := filepath.Join(t.TempDir(), "model")
				if err := m.Save(dir); err != nil || !finite(t, filepath.Join(dir, weights.WeightsFile)) {
					t.Error(err)
				}
			})
		}
	}
}
