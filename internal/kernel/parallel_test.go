package kernel

import (
	"runtime"
	"sync/atomic"
	"testing"
)

func TestParallel(t *testing.T) {
	for _, procs := range []int{1, 2, 5} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		for _, n := range []int{0, 1, 2, 3, 100} {
			calls := make([]atomic.Int32, n)
			Parallel(n, func(i int) { calls[i].Add(1) })
			for i := range calls {
				if c := calls[i].Load(); c != 1 {
					t.Errorf("%d processors, %d pieces: piece %d ran %d times", procs, n, i, c)
				}
			}
		}
	}
}

// One processor takes the pieces in order, in the caller's goroutine.
func TestParallelInline(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	next := 0
	Parallel(10, func(i int) {
		if i != next {
			t.Errorf("piece %d, want %d", i, next)
		}
		next++
	})
	if n := testing.AllocsPerRun(10, func() { Parallel(3, func(int) {}) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestParallelPanic(t *testing.T) {
	for _, procs := range []int{1, 4} {
		func() {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			defer func() {
				if p := recover(); p != "seven" {
					t.Errorf("%d processors: recovered %v", procs, p)
				}
			}()
			Parallel(20, func(i int) {
				if i == 7 {
					panic("seven")
				}
			})
		}()
	}
}
