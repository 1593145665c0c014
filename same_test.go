package zoo_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/train"
)

// machine is a number of cores and a kernel path.
type machine struct {
	cores int
	path  kernel.Path
}

func (m machine) String() string { return fmt.Sprintf("%s on %d cores", m.path, m.cores) }

// as runs f as on another machine.
func (m machine) as(t *testing.T, f func()) {
	t.Helper()
	restore, err := kernel.Use(m.path)
	if err != nil {
		t.Fatal(err)
	}
	defer restore()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(m.cores))
	f()
}

// tiny is a recipe with all that draws random numbers.
func tiny(t *testing.T) zoo.Recipe {
	r := small(t)
	r.Name = "tiny"
	r.Text.WordDrop, r.Text.Crop, r.Text.Epochs, r.Text.KeepBest = 0.1, 0.5, 3, false
	r.Text.Model.Dropout.Recurrent = 0.1
	return r
}

// trainTo trains and returns the checksum of the weights.
func trainTo(t *testing.T, r zoo.Recipe, data *zoo.Texts, run zoo.Run) string {
	t.Helper()
	m, _, err := zoo.Train(context.Background(), r, data, run)
	if err != nil {
		t.Fatal(err)
	}
	return sha(t, m)
}

func TestSameBytesOnAnyMachine(t *testing.T) {
	machines := []int{1, 2, 5}
	if testing.Short() {
		machines = []int{1, 5}
	}
	data := openTexts(t, reviews(t, 80))
	line, err := zoo.ReadRecipe("mlp-line")
	if err != nil {
		t.Fatal(err)
	}
	for name, task := range map[string]struct {
		recipe zoo.Recipe
		data   *zoo.Texts
		steps  int
		few    int // on the portable path, which is slow
	}{
		"classifier": {tiny(t), data, 0, 3},
		"regressor":  {line, nil, 500, 50},
	} {
		want := map[int]string{}
		for _, steps := range []int{task.steps, task.few} {
			want[steps] = trainTo(t, task.recipe, task.data, zoo.Run{Steps: steps})
		}
		if want[task.steps] == want[task.few] {
			t.Errorf("%s: more steps change nothing", name)
		}
		for _, path := range kernel.Available() {
			steps := task.steps
			if path == kernel.Portable {
				steps = task.few
			}
			for _, cores := range machines {
				m := machine{cores, path}
				m.as(t, func() {
					if got := trainTo(t, task.recipe, task.data, zoo.Run{Steps: steps}); got != want[steps] {
						t.Errorf("%s, %v: weights %s, want %s", name, m, got, want[steps])
					}
				})
			}
		}
	}
}

// stopAfter cancels a run after a number of steps.
type stopAfter struct {
	steps int
	stop  func()
}

func (s stopAfter) Record(e train.Event) error {
	if e.Kind == train.KindStep && e.Step == s.steps {
		s.stop()
	}
	return nil
}

// A run that is stopped again and again, each time going on as on another
// machine, ends in the bytes of one that never stopped.
func TestSameBytesAfterInterruptions(t *testing.T) {
	data := openTexts(t, reviews(t, 80))
	r := tiny(t)
	averages := []string{"none", "uniform", "exponential"}
	if testing.Short() {
		averages = averages[1:2]
	}
	for _, average := range averages {
		r.Text.Average = zoo.Average{Kind: average, Decay: 0.9, Every: 1}
		want := trainTo(t, r, data, zoo.Run{})
		paths := kernel.Available()
		run := zoo.Run{Checkpoints: t.TempDir(), Resume: true}
		for i, steps := range []int{1, 3, 4, 7, 9, 11} { // an epoch has 4
			m := machine{1 + i%3, paths[i%len(paths)]}
			m.as(t, func() {
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				if i%2 == 0 { // told to stop there, or interrupted
					run.Steps, run.Recorders = steps, nil
				} else {
					run.Steps, run.Recorders = 0, []train.Recorder{stopAfter{steps, cancel}}
				}
				_, result, err := zoo.Train(ctx, r, data, run)
				if i%2 == 1 && !errors.Is(err, context.Canceled) || i%2 == 0 && err != nil || result.Steps != steps {
					t.Fatalf("%s: stopped after %d steps, want %d: %v", average, result.Steps, steps, err)
				}
			})
		}
		run.Steps, run.Recorders = 0, nil
		if got := trainTo(t, r, data, run); got != want {
			t.Errorf("average %s: weights %s after interruptions, %s without", average, got, want)
		}
	}
}

// A checkpoint is of one recipe and one data set.
func TestResumeOfAnotherRunIsRefused(t *testing.T) {
	data := openTexts(t, reviews(t, 80))
	run := zoo.Run{Checkpoints: t.TempDir(), Steps: 2}
	trainTo(t, tiny(t), data, run)
	run.Resume, run.Steps = true, 0
	other := tiny(t)
	other.Text.WordDrop = 0.2
	if _, _, err := zoo.Train(context.Background(), other, data, run); !errors.Is(err, train.ErrMismatch) {
		t.Errorf("another recipe: %v", err)
	}
	if _, _, err := zoo.Train(context.Background(), tiny(t), openTexts(t, reviews(t, 82)), run); !errors.Is(err, train.ErrMismatch) {
		t.Errorf("other data: %v", err)
	}
	longer := tiny(t)
	longer.Text.Epochs++
	if _, _, err := zoo.Train(context.Background(), longer, data, run); !errors.Is(err, train.ErrMismatch) {
		t.Errorf("a schedule towards another end: %v", err)
	}
	longer.Text.Schedule = zoo.Schedule{}
	run = zoo.Run{Checkpoints: t.TempDir()}
	shorter := longer
	text := *longer.Text
	text.Epochs -= 2
	shorter.Text = &text
	trainTo(t, shorter, data, run)
	run.Resume = true
	if got, want := trainTo(t, longer, data, run), trainTo(t, longer, data, zoo.Run{}); got != want {
		t.Error("more epochs at a constant rate: other weights than in one go")
	}
}
