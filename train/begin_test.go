package train

import (
	"context"
	"errors"
	"iter"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
)

// remember is a preparation of an epoch that depends on the weights and on all that
// were made before it.
func (m *bagModel) remember(state []float32) {
	for i, w := range m.params[1].Data() {
		state[i] = float32(state[i]/2) + w
	}
	state[0] += m.params[0].Data()[0]
}

// shifted is data whose targets depend on state.
func shifted(each func(int) iter.Seq2[bags, error], state []float32) func(int) iter.Seq2[bags, error] {
	return func(epoch int) iter.Seq2[bags, error] {
		return func(yield func(bags, error) bool) {
			for b, err := range each(epoch) {
				for i := range b.targets {
					b.targets[i] += state[i%len(state)]
				}
				if !yield(b, err) {
					return
				}
			}
		}
	}
}

// An epoch that is prepared but has no step yet when the run ends is not prepared
// again when it is resumed; one whose preparation failed is, from the same State.
func TestBeginEpochResumes(t *testing.T) {
	fit := func(dir string, resume bool, failAt, cancelAt int) (*bagModel, error) {
		m := newBagModel(resumeVocab, 3)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		c := Config{Epochs: 4, Dir: dir, Resume: resume, State: make([]float32, 3)}
		c.BeginEpoch = func(_ context.Context, epoch int) error {
			m.remember(c.State)
			switch epoch {
			case failAt:
				return errors.New("cannot prepare")
			case cancelAt:
				cancel()
			}
			return nil
		}
		data := bagData(1, resumeVocab, resumeBatches)
		data.Each = shifted(data.Each, c.State)
		_, err := Fit(ctx, m, data, c)
		return m, err
	}
	want, err := fit(t.TempDir(), false, -1, -1)
	if err != nil {
		t.Fatal(err)
	}
	for name, at := range map[string][2]int{"failed": {2, -1}, "cancelled": {-1, 2}} {
		dir := t.TempDir()
		if _, err := fit(dir, false, at[0], at[1]); err == nil {
			t.Fatalf("%s: no error", name)
		}
		m, err := fit(dir, true, -1, -1)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if i := firstDifference(m.bits(), want.bits()); i >= 0 {
			t.Errorf("%s and resumed: weight %d differs from the run that never stopped", name, i)
		}
	}
}

// A State that is not finite ends the run, and reaches no checkpoint.
func TestBeginEpochNotFinite(t *testing.T) {
	m := newBagModel(resumeVocab, 3)
	c := Config{Epochs: 3, Dir: t.TempDir(), State: make([]float32, 2)}
	bad := float32(math.Inf(1))
	c.BeginEpoch = func(_ context.Context, epoch int) error {
		if epoch == 1 {
			c.State[1] = bad
		}
		return nil
	}
	data := bagData(1, resumeVocab, resumeBatches)
	if _, err := Fit(context.Background(), m, data, c); !errors.Is(err, ErrNotFinite) || !strings.Contains(err.Error(), "state 1") {
		t.Errorf("infinite: %v", err)
	}
	bad, c.Resume = 1, true
	if res, err := Fit(context.Background(), m, data, c); err != nil || res.Epochs != 3 {
		t.Errorf("resumed: %v, %v", res, err)
	}
	c.State = make([]float32, 3)
	if _, err := Fit(context.Background(), m, data, c); !errors.Is(err, ErrMismatch) {
		t.Errorf("a State of another length: %v", err)
	}
}

// BeginEpoch is told of every epoch once, with the weights as the epoch before left
// them, and its error ends the run.
func TestBeginEpoch(t *testing.T) {
	m := newBagModel(resumeVocab, 3)
	var epochs, steps []int
	done := 0
	m.onStep = func(uint64, *float32, []ops.Gradient) error { done++; return nil }
	failed := errors.New("cannot prepare")
	c := Config{Epochs: 4, BeginEpoch: func(_ context.Context, epoch int) error {
		epochs, steps = append(epochs, epoch), append(steps, done)
		if epoch == 2 {
			return failed
		}
		return nil
	}}
	res, err := Fit(context.Background(), m, bagData(1, resumeVocab, resumeBatches), c)
	if !errors.Is(err, failed) || !strings.Contains(err.Error(), "epoch 3") || res.Epochs != 2 {
		t.Errorf("%v, %v", res, err)
	}
	if want := []int{0, 1, 2}; !slices.Equal(epochs, want) {
		t.Errorf("epochs %v, want %v", epochs, want)
	}
	if want := []int{0, resumeBatches, 2 * resumeBatches}; !slices.Equal(steps, want) {
		t.Errorf("after steps %v, want %v", steps, want)
	}
}
