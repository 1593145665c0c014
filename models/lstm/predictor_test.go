package lstm

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo/ops"
)

// deep is a network that uses everything.
func deep(t testing.TB) *Network {
	return network(t, Config{Vocab: 20, Embedding: 5, Hidden: 17, Layers: 2, Bidirectional: true, Classes: 3,
		Pooling: []ops.Pooling{ops.PoolLast, ops.PoolMean, ops.PoolMax}})
}

// Many texts at once, in any order, give the bits of one after another.
func TestLogitsDoNotDependOnTheBatch(t *testing.T) {
	n := deep(t)
	rng := rand.New(rand.NewPCG(1, 1))
	all := texts(rng, 3*predictTexts+5, 12, 20)
	together := logits(t, n, all)
	for i := 0; i < len(all); i += 7 {
		if alone := logits(t, n, all[i:i+1]); !slices.Equal(alone[0], together[i]) {
			t.Fatalf("text %d differs when it runs alone", i)
		}
	}
	if len(logits(t, n, nil)) != 0 {
		t.Error("no texts have logits")
	}
}

// The training graph computes what predictors do.
func TestTrainingAndPredictingAgree(t *testing.T) {
	n := deep(t)
	rng := rand.New(rand.NewPCG(1, 1))
	b := labelled(t, rng, texts(rng, 9, 12, 20), 3)
	tr := trainer(t, n, TrainerConfig{})
	step(t, tr, b, 0)
	flat, cols := tr.program.Output()
	for i, l := range logits(t, n, b.Texts) {
		if !slices.Equal(l, flat[i*cols:(i+1)*cols]) {
			t.Errorf("text %d: predicted %v, in training %v", i, l, flat[i*cols:(i+1)*cols])
		}
	}
}

func TestLogitsFromManyGoroutines(t *testing.T) {
	n := deep(t)
	rng := rand.New(rand.NewPCG(1, 1))
	all := texts(rng, 40, 9, 20)
	want := logits(t, n, all)
	var wait sync.WaitGroup
	for i := range 100 {
		wait.Go(func() {
			lo := i % 39
			got, err := n.Logits(context.Background(), all[lo:min(lo+3, 40)])
			if err != nil || !slices.EqualFunc(got, want[lo:min(lo+3, 40)], slices.Equal) {
				t.Errorf("goroutine %d: %v", i, err)
			}
		})
	}
	wait.Wait()
	if kept := n.lender.Idle(); kept > runtime.GOMAXPROCS(0) {
		t.Errorf("%d predictors are kept, want at most %d", kept, runtime.GOMAXPROCS(0))
	}
}

// A text longer than a predictor is made for runs whole, alone, and its
// memory is not kept.
func TestVeryLongText(t *testing.T) {
	n := network(t, Config{Vocab: 20, Embedding: 1, Hidden: 1})
	rng := rand.New(rand.NewPCG(1, 1))
	long := make([]int32, predictTokens+1000)
	for i := range long {
		long[i] = rng.Int32N(20)
	}
	got := logits(t, n, [][]int32{{1}, long, {2, 3}})
	if n.lender.Idle() != 0 {
		t.Error("the predictor of a very long text is kept")
	}
	if want := logits(t, n, [][]int32{{1}, {2, 3}}); got[0][0] != want[0][0] || got[2][0] != want[1][0] {
		t.Error("its neighbours differ")
	}
	// The last token counts: nothing was cut.
	changed := slices.Clone(long)
	changed[len(changed)-1] = (long[len(long)-1] + 1) % 20
	if logits(t, n, [][]int32{changed})[0][0] == got[1][0] {
		t.Error("the last token does not count")
	}
}

// Nor is one that could not be built anew for it.
func TestPredictorWithoutGraphIsNotKept(t *testing.T) {
	n := deep(t)
	want := logits(t, n, [][]int32{{1}})
	err := n.lender.Lend(t.Context(), func(p *predictor) error { p.program = nil; return ErrEmptyText })
	if !errors.Is(err, ErrEmptyText) || n.lender.Idle() != 0 {
		t.Errorf("%v; %d predictors are kept", err, n.lender.Idle())
	}
	if got := logits(t, n, [][]int32{{1}}); !slices.Equal(got[0], want[0]) {
		t.Errorf("afterwards %v, before %v", got, want)
	}
}

func TestLogitsErrors(t *testing.T) {
	n := deep(t)
	want := logits(t, n, [][]int32{{1, 2}})
	for _, c := range []struct {
		texts   [][]int32
		message string
	}{
		{[][]int32{{1}, {}}, "text 1: a text without tokens"},
		{[][]int32{{1}, {20}}, "id 20"},
		{[][]int32{{-1}}, "id -1"},
	} {
		if _, err := n.Logits(context.Background(), c.texts); err == nil || !strings.HasPrefix(err.Error(), "lstm: ") || !strings.Contains(err.Error(), c.message) {
			t.Errorf("error %v, want one with %q", err, c.message)
		}
		if n.lender.Idle() != 1 {
			t.Errorf("%q: %d predictors are kept, want the one", c.message, n.lender.Idle())
		}
		if got := logits(t, n, [][]int32{{1, 2}}); !slices.Equal(got[0], want[0]) {
			t.Errorf("after %q a text has other logits", c.message)
		}
	}
}

func TestLogitsWithCancelledContext(t *testing.T) {
	n := deep(t)
	why := errors.New("no longer wanted")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(why)
	for range 20 {
		if out, err := n.Logits(ctx, [][]int32{{1}}); !errors.Is(err, why) || out != nil {
			t.Fatalf("%v, %v", out, err)
		}
	}
	// All slots are free again.
	for range n.lender.Slots() + 1 {
		logits(t, n, [][]int32{{1}})
	}
}

// Predictors pack the weights once, and pack them again when they have changed: a
// step of training is seen by the next prediction, and by one from a predictor that
// was lent meanwhile.
func TestPredictionsFollowTraining(t *testing.T) {
	n := deep(t)
	all := [][]int32{{3, 1, 4}, {1, 5}, {9, 2, 6, 5, 3}}
	before := logits(t, n, all)
	tr := trainer(t, n, TrainerConfig{})
	r := step(t, tr, labelled(t, rand.New(rand.NewPCG(1, 1)), all, 3), 0)
	if got := logits(t, n, all); !slices.EqualFunc(got, before, slices.Equal) || n.lender.Idle() != 1 {
		t.Error("a step without an update changes the answers, or drops the predictor")
	}
	for i, p := range tr.Params() {
		if i > 0 { // whose gradient is not sparse
			for j, w := range p.Write() {
				p.Write()[j] = w - r.grads[i][j]
			}
		}
	}
	after := logits(t, n, all)
	fresh, err := n.Adapt(Adaptation{}) // has no predictor yet
	if err != nil {
		t.Fatal(err)
	}
	if slices.EqualFunc(after, before, slices.Equal) || !slices.EqualFunc(after, logits(t, fresh, all), slices.Equal) {
		t.Error("predictions do not follow the weights")
	}
	err = n.lender.Lend(context.Background(), func(*predictor) error { n.bias.Write()[0]++; return nil })
	if err != nil || n.lender.Idle() != 0 {
		t.Errorf("a predictor of old weights is kept: %v", err)
	}
}

// slotsAreFree fails where somebody has not given a slot back.
func slotsAreFree(t *testing.T, n *Network) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for range n.lender.Slots() {
		release, err := n.lender.Slot(ctx)
		if err != nil {
			t.Fatal("a slot is not given back")
		}
		defer release()
	}
}
