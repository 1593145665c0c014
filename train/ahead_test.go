package train

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo/ops"
)

// TestRing: data that reuses its batches after Ahead+1 more sees no change.
func TestRing(t *testing.T) {
	fresh := bagData(1, 20, 50)
	ring := Batches[bags]{Count: 50, Each: func(epoch int) iter.Seq2[bags, error] {
		return func(yield func(bags, error) bool) {
			var slots [Ahead + 2]bags
			n := 0
			for b := range fresh.Each(epoch) {
				s := &slots[n%len(slots)]
				n++
				s.words = append(s.words[:0], b.words...)
				s.targets = append(s.targets[:0], b.targets...)
				if !yield(*s, nil) {
					return
				}
			}
		}
	}}
	a, b := newBagModel(20, 2), newBagModel(20, 2)
	b.onStep = func(uint64, *float32, []ops.Gradient) error {
		runtime.Gosched()
		return nil
	}
	mustFit(t, a, fresh, Config{Epochs: 3})
	mustFit(t, b, ring, Config{Epochs: 3})
	if !slices.Equal(a.bits(), b.bits()) {
		t.Error("batches changed under the step")
	}
}

// TestNoGoroutineStays: however training ends.
func TestNoGoroutineStays(t *testing.T) {
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(context.Background())
	for range 20 {
		Fit(ctx, newBagModel(20, 2), bagData(1, 20, 50), Config{Steps: 7, Dir: t.TempDir(), Recorders: []Recorder{Progress(&bytes.Buffer{})}})
	}
	m := newBagModel(20, 2)
	m.onStep = func(step uint64, _ *float32, _ []ops.Gradient) error {
		if step == 5 {
			cancel()
		}
		return nil
	}
	if _, err := Fit(ctx, m, bagData(1, 20, 50), Config{Epochs: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	func() {
		defer func() {
			if recover() != "in the data" {
				t.Error("the panic is lost")
			}
		}()
		Fit(context.Background(), m, Batches[bags]{Each: func(int) iter.Seq2[bags, error] { panic("in the data") }}, Config{Epochs: 1})
	}()
	for i := 0; runtime.NumGoroutine() > before; i++ {
		if i == 100 {
			buf := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
		}
		time.Sleep(time.Millisecond)
	}
}
