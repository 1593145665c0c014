package ops

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// lent is a predictor that only has a number.
type lent struct{ number int }

// counting returns a Lender whose predictors are numbered from 1.
func counting(keep func(*lent) bool, params ...*Param) (*Lender[*lent], *atomic.Int64) {
	built := new(atomic.Int64)
	return NewLender(LenderConfig[*lent]{
		Build:  func() (*lent, error) { return &lent{int(built.Add(1))}, nil },
		Params: params, Keep: keep,
	}), built
}

// borrow returns the number of the predictor that is lent.
func borrow(t *testing.T, l *Lender[*lent]) (number int) {
	t.Helper()
	if err := l.Lend(context.Background(), func(p *lent) error { number = p.number; return nil }); err != nil {
		t.Fatal(err)
	}
	return number
}

func TestLenderLendsAgain(t *testing.T) {
	l, _ := counting(nil)
	if l.Idle() != 0 || l.Slots() != runtime.GOMAXPROCS(0) {
		t.Errorf("a new lender has %d predictors and %d slots", l.Idle(), l.Slots())
	}
	if a, b := borrow(t, l), borrow(t, l); a != 1 || b != 1 || l.Idle() != 1 {
		t.Errorf("predictors %d and %d, %d idle; want the first twice", a, b, l.Idle())
	}
	why := errors.New("why")
	if err := l.Lend(context.Background(), func(*lent) error { return why }); err != why || l.Idle() != 1 {
		t.Errorf("error %v, %d idle; want the caller's error and the predictor kept", err, l.Idle())
	}
}

// No more callers than slots are at work at once, each with a predictor of its own.
func TestLenderBoundsCallers(t *testing.T) {
	l, built := counting(nil)
	var working, most atomic.Int64
	var used [1000]atomic.Bool
	var wait sync.WaitGroup
	for range 200 {
		wait.Go(func() {
			err := l.Lend(context.Background(), func(p *lent) error {
				if used[p.number].Swap(true) {
					t.Errorf("predictor %d has two callers", p.number)
				}
				n := working.Add(1)
				for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
				}
				runtime.Gosched()
				working.Add(-1)
				used[p.number].Store(false)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if slots := int64(l.Slots()); most.Load() > slots || built.Load() > slots || int64(l.Idle()) != built.Load() {
		t.Errorf("%d callers at once, %d predictors, %d idle; want at most %d, all idle", most.Load(), built.Load(), l.Idle(), slots)
	}
}

// A predictor made from weights that have changed since is not lent again,
// whichever weights they were and whether it was lent meanwhile.
func TestLenderDropsStalePredictors(t *testing.T) {
	a, b := NewParam("a", 2), NewParam("b", 3)
	l, _ := counting(nil, a, b)
	if first, second := borrow(t, l), borrow(t, l); first != 1 || second != 1 {
		t.Fatal("a predictor is not lent twice")
	}
	a.Write()[0] = 1
	if n := borrow(t, l); n != 2 {
		t.Errorf("after a change of the first weights predictor %d is lent, want a new one", n)
	}
	b.Write()[2] = 1
	if l.Idle() != 0 {
		t.Error("a stale predictor is idle")
	}
	err := l.Lend(context.Background(), func(p *lent) error {
		if p.number != 3 {
			t.Errorf("after a change of the other weights predictor %d is lent, want a new one", p.number)
		}
		a.Write()
		return nil
	})
	if err != nil || l.Idle() != 0 {
		t.Errorf("%v; a predictor whose weights changed while it was lent is kept", err)
	}
	if n, next := borrow(t, l), borrow(t, l); n != 4 || next != 4 {
		t.Errorf("predictor %d is lent, want a new one that is kept", n)
	}
}

// Whoever keeps nothing of the weights names none and keeps its predictors.
func TestLenderWithoutParams(t *testing.T) {
	p := NewParam("p", 1)
	l, _ := counting(nil)
	borrow(t, l)
	p.Write()[0] = 1
	if borrow(t, l) != 1 {
		t.Error("a change of weights that it was not given drops a predictor")
	}
}

func TestLenderRefusesWhatKeepDoes(t *testing.T) {
	l, _ := counting(func(p *lent) bool { return p.number%2 == 0 })
	for _, want := range []int{1, 2, 2} {
		if n := borrow(t, l); n != want {
			t.Errorf("predictor %d is lent, want %d", n, want)
		}
	}
}

func TestLenderBuildFails(t *testing.T) {
	why := errors.New("no memory")
	l := NewLender(LenderConfig[*lent]{Build: func() (*lent, error) { return nil, why }})
	for range l.Slots() + 1 { // the slot comes back
		err := l.Lend(context.Background(), func(*lent) error { t.Error("called"); return nil })
		if !errors.Is(err, why) {
			t.Fatalf("error %v, want %v", err, why)
		}
	}
	if l.Idle() != 0 {
		t.Error("what was not built is kept")
	}
}

// A caller that waits leaves when its context ends; one whose context has ended
// never begins.
func TestLenderContext(t *testing.T) {
	l, built := counting(nil)
	why := errors.New("no longer wanted")
	var releases []func()
	for range l.Slots() {
		release, err := l.Slot(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		releases = append(releases, release)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	done := make(chan error)
	go func() { done <- l.Lend(ctx, func(*lent) error { t.Error("called"); return nil }) }()
	cancel(why)
	if err := <-done; !errors.Is(err, why) {
		t.Errorf("error %v, want %v", err, why)
	}
	for _, release := range releases {
		release()
		release() // which gives nothing back twice
	}
	for range 20 {
		if err := l.Lend(ctx, func(*lent) error { t.Error("called"); return nil }); !errors.Is(err, why) {
			t.Fatalf("error %v, want %v", err, why)
		}
	}
	if built.Load() != 0 {
		t.Errorf("%d predictors are built for nobody", built.Load())
	}
	for range l.Slots() + 1 {
		borrow(t, l)
	}
}

// A panic passes, its predictor is not lent again and its slot is.
func TestLenderAfterPanic(t *testing.T) {
	l, _ := counting(nil)
	for range l.Slots() + 1 {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic does not pass")
				}
			}()
			l.Lend(context.Background(), func(*lent) error { panic("x") })
		}()
	}
	if l.Idle() != 0 {
		t.Error("a predictor is kept after a panic")
	}
	borrow(t, l)
}

// Lending costs nothing beside a prediction, with the parameters of four LSTM layers.
func TestLendingAllocatesNothing(t *testing.T) {
	var params []*Param
	for range 35 {
		params = append(params, NewParam("p", 1))
	}
	l, _ := counting(nil, params...)
	borrow(t, l)
	idle := func(*lent) error { return nil }
	if n := testing.AllocsPerRun(100, func() {
		if err := l.Lend(context.Background(), idle); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations each time a predictor is lent", n)
	}
}
