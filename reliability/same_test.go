package reliability_test

import (
	"context"
	"errors"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/train"
)

func TestSameBytesOnAnyMachine(t *testing.T) {
	machines := []int{1, 2, 5}
	if testing.Short() {
		machines = []int{1, 5}
	}
	data := fixture.Texts(t, fixture.Reviews(t, 80))
	line, err := zoo.ReadRecipe("mlp-line")
	if err != nil {
		t.Fatal(err)
	}
	for name, task := range map[string]struct {
		recipe zoo.Recipe
		data   zoo.Data
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
				m := fixture.Machine{Cores: cores, Path: path}
				m.As(t, func() {
					if got := trainTo(t, task.recipe, task.data, zoo.Run{Steps: steps}); got != want[steps] {
						t.Errorf("%s, %v: weights %s, want %s", name, m, got, want[steps])
					}
				})
			}
		}
	}
}

// A run that is stopped again and again, each time going on as on another
// machine, ends in the bytes of one that never stopped.
func TestSameBytesAfterInterruptions(t *testing.T) {
	data := fixture.Texts(t, fixture.Reviews(t, 80))
	r := tiny(t)
	averages := []string{"none", "uniform", "exponential"}
	if testing.Short() {
		averages = averages[1:2]
	}
	for _, average := range averages {
		body(r).Average = recipe.Average{Kind: average, Decay: 0.9, Every: 1}
		want := trainTo(t, r, data, zoo.Run{})
		paths := kernel.Available()
		run := zoo.Run{Checkpoints: t.TempDir(), Resume: true}
		for i, steps := range []int{1, 3, 4, 7, 9, 11} { // an epoch has 4
			m := fixture.Machine{Cores: 1 + i%3, Path: paths[i%len(paths)]}
			m.As(t, func() {
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				if i%2 == 0 { // told to stop there, or interrupted
					run.Steps, run.Recorders = steps, nil
				} else {
					run.Steps, run.Recorders = 0, []train.Recorder{fixture.StopAfter{Steps: steps, Stop: cancel}}
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
	data := fixture.Texts(t, fixture.Reviews(t, 80))
	run := zoo.Run{Checkpoints: t.TempDir(), Steps: 2}
	trainTo(t, tiny(t), data, run)
	run.Resume, run.Steps = true, 0
	other := tiny(t)
	body(other).WordDrop = 0.2
	if _, _, err := zoo.Train(context.Background(), other, data, run); !errors.Is(err, train.ErrMismatch) {
		t.Errorf("another recipe: %v", err)
	}
	if _, _, err := zoo.Train(context.Background(), tiny(t), fixture.Texts(t, fixture.Reviews(t, 82)), run); !errors.Is(err, train.ErrMismatch) {
		t.Errorf("other data: %v", err)
	}
	longer := tiny(t)
	body(longer).Epochs++
	if _, _, err := zoo.Train(context.Background(), longer, data, run); !errors.Is(err, train.ErrMismatch) {
		t.Errorf("a schedule towards another end: %v", err)
	}
	body(longer).Schedule = recipe.Schedule{}
	run = zoo.Run{Checkpoints: t.TempDir()}
	shorter := tiny(t)
	*body(shorter) = *body(longer)
	body(shorter).Epochs -= 2
	trainTo(t, shorter, data, run)
	run.Resume = true
	if got, want := trainTo(t, longer, data, run), trainTo(t, longer, data, zoo.Run{}); got != want {
		t.Error("more epochs at a constant rate: other weights than in one go")
	}
}
