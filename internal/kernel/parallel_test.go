package kernel

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
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

func TestPhases(t *testing.T) {
	for _, procs := range []int{1, 2, 5} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		for _, counts := range [][]int{nil, {0}, {1}, {3}, {0, 5, 0, 0, 2}, {1, 1, 1}, {40, 3, 70}} {
			var ran atomic.Int32
			calls := map[int][]atomic.Int32{}
			before := make([]int32, len(counts)+1)
			for p, n := range counts {
				calls[p] = make([]atomic.Int32, n)
				before[p+1] = before[p] + int32(n)
			}
			Phases(counts, func(p, i int) {
				calls[p][i].Add(1)
				if n := ran.Load(); n < before[p] {
					t.Errorf("%d processors, %v: phase %d began after %d pieces", procs, counts, p, n)
				}
				ran.Add(1)
			})
			for p := range counts {
				for i := range calls[p] {
					if c := calls[p][i].Load(); c != 1 {
						t.Errorf("%d processors, %v: piece %d of phase %d ran %d times", procs, counts, i, p, c)
					}
				}
			}
		}
	}
}

func TestPhasesPanic(t *testing.T) {
	for _, procs := range []int{1, 4} {
		func() {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			defer func() {
				if p := recover(); p != "seven" {
					t.Errorf("%d processors: recovered %v", procs, p)
				}
			}()
			Phases([]int{5, 20, 5}, func(phase, i int) {
				if phase == 1 && i == 7 {
					panic("seven")
				}
			})
		}()
	}
}

// Helpers serve many callers at once, and all of them are gone a while after.
func TestHelpersLeave(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	before := runtime.NumGoroutine()
	var wait sync.WaitGroup
	var pieces atomic.Int64
	for range 20 {
		wait.Go(func() {
			for range 50 {
				Parallel(3, func(int) { pieces.Add(1) })
			}
		})
	}
	wait.Wait()
	if pieces.Load() != 20*50*3 {
		t.Errorf("%d pieces ran", pieces.Load())
	}
	left := func() int {
		crew.mu.Lock()
		defer crew.mu.Unlock()
		return len(crew.helpers)
	}
	for start := time.Now(); runtime.NumGoroutine() > before || left() > 0; time.Sleep(time.Millisecond) {
		if time.Since(start) > 10*time.Second {
			t.Fatalf("%d goroutines, %d before, %d helpers look out for work", runtime.NumGoroutine(), before, left())
		}
	}
}
