package mlp

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

func predict(t testing.TB, r *Regressor, x []float32) []float32 {
	t.Helper()
	y, err := r.Predict(context.Background(), x)
	if err != nil {
		t.Fatal(err)
	}
	return y
}

// Many rows at once give the bits of one after another, across the size that
// a predictor takes at once.
func TestPredictDoesNotDependOnTheBatch(t *testing.T) {
	r := regressor(t, 3, 17, 2)
	for _, n := range []int{0, 1, 2, predictRows, predictRows + 1, 2*predictRows + 5} {
		x := batch(r, n).X
		all := predict(t, r, x)
		if len(all) != 2*n {
			t.Fatalf("%d rows: %d outputs", n, len(all))
		}
		for i := 0; i < n; i += max(1, n/9) {
			if !slices.Equal(predict(t, r, x[3*i:3*i+3]), all[2*i:2*i+2]) {
				t.Fatalf("row %d of %d differs when it runs alone", i, n)
			}
		}
	}
}

func TestPredictFromManyGoroutines(t *testing.T) {
	r := regressor(t, 3, 17, 2)
	x := batch(r, 40).X
	want := predict(t, r, x)
	var wait sync.WaitGroup
	for i := range 100 {
		wait.Go(func() {
			for n := range 3 {
				rows := 1 + (i+n)%40
				y, err := r.Predict(context.Background(), x[:3*rows])
				if err != nil || !slices.Equal(y, want[:2*rows]) {
					t.Errorf("goroutine %d: %v", i, err)
				}
			}
		})
	}
	wait.Wait()
	if n := runtime.GOMAXPROCS(0); r.lender.Idle() > n {
		t.Errorf("%d predictors are kept, want at most %d", r.lender.Idle(), n)
	}
}

// The result is the caller's own.
func TestPredictionsAreNotOverwritten(t *testing.T) {
	r := regressor(t, 1, 4, 1)
	first := predict(t, r, []float32{1})
	kept := slices.Clone(first)
	predict(t, r, []float32{2})
	if !slices.Equal(first, kept) {
		t.Error("the second prediction overwrites the first")
	}
}

// A predictor sees weights that training has changed.
func TestPredictionFollowsTheWeights(t *testing.T) {
	r := regressor(t, 1, 1)
	predict(t, r, []float32{1})
	r.Params()[0].Write()[0], r.Params()[1].Write()[0] = 3, 2
	if y := predict(t, r, []float32{2}); y[0] != 8 {
		t.Errorf("prediction %v, want 8", y[0])
	}
}

func TestPredictErrors(t *testing.T) {
	r := regressor(t, 2, 1)
	if _, err := r.Predict(context.Background(), make([]float32, 3)); err == nil || !strings.Contains(err.Error(), "no whole rows of 2") {
		t.Errorf("three numbers for two inputs: %v", err)
	}
}

func TestPredictWithCancelledContext(t *testing.T) {
	r := regressor(t, 1, 1)
	why := errors.New("no longer wanted")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(why)
	for range 20 {
		if y, err := r.Predict(ctx, []float32{1}); !errors.Is(err, why) || y != nil {
			t.Fatalf("%v, %v", y, err)
		}
	}
	// All slots are free again.
	for range r.lender.Slots() + 1 {
		predict(t, r, []float32{1})
	}
}

// A caller that waits for a predictor leaves when its context ends.
func TestWaitingCallerLeaves(t *testing.T) {
	r := regressor(t, 1, 1)
	for range r.lender.Slots() {
		release, err := r.lender.Slot(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		defer release()
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		_, err := r.Predict(ctx, []float32{1})
		done <- err
	}()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
