package kernel

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Parallel calls f(0), ..., f(n-1) and returns when all have returned. Up to
// GOMAXPROCS goroutines, the caller's among them, take the next index from a
// shared counter, so uneven pieces even out; give the largest the smallest
// indices. With one piece or one processor everything runs in the caller, in
// order. Which goroutine runs a piece is not determined: pieces must not share
// what they write. A panic in f is raised again in the caller.
func Parallel(n int, f func(i int)) {
	workers := min(n, runtime.GOMAXPROCS(0))
	if workers <= 1 {
		for i := range n {
			f(i)
		}
		return
	}
	var (
		next, busy atomic.Int64
		wait       sync.WaitGroup
		once       sync.Once
		cause      any
	)
	work := func() {
		defer func() {
			if p := recover(); p != nil {
				once.Do(func() { cause = p })
				next.Store(int64(n)) // the others stop at their next piece
			}
		}()
		for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
			f(int(i))
		}
	}
	helpers := workers - 1
	busy.Store(int64(helpers))
	wait.Add(helpers)
	for range helpers {
		enlist(func() {
			defer wait.Done()
			defer busy.Add(-1)
			work()
		})
	}
	work()
	// The others are at their last pieces: a yield is shorter than a sleep.
	for start := time.Now(); busy.Load() > 0 && time.Since(start) < lingering; {
		runtime.Gosched()
	}
	wait.Wait()
	if cause != nil {
		panic(cause)
	}
}

// Phases runs phase after phase: f(p, 0), ..., f(p, counts[p]-1) for each phase p,
// none of them before all pieces of the phase before have returned. Goroutines take
// pieces as those of Parallel do and are started once for all phases, so that a
// phase may be a few microseconds long: between two of them a goroutine yields for a
// moment before it sleeps.
func Phases(counts []int, f func(phase, i int)) {
	total, most := 0, 0
	for _, n := range counts {
		total += n
		most = max(most, n)
	}
	workers := min(most, runtime.GOMAXPROCS(0))
	if workers <= 1 {
		for p, n := range counts {
			for i := range n {
				f(p, i)
			}
		}
		return
	}
	var next, done atomic.Int64
	Parallel(workers, func(int) {
		defer func() {
			if p := recover(); p != nil {
				next.Store(int64(total)) // the others stop
				done.Store(int64(total))
				panic(p)
			}
		}()
		phase, first := 0, 0 // first is the number of the phase's first piece
		for at := int(next.Add(1) - 1); at < total; at = int(next.Add(1) - 1) {
			for at >= first+counts[phase] {
				first += counts[phase]
				phase++
			}
			awaitAll(&done, first)
			f(phase, at-first)
			done.Add(1)
		}
	})
}

// awaitAll returns when n pieces are done.
func awaitAll(done *atomic.Int64, n int) {
	if done.Load() >= int64(n) {
		return
	}
	for start := time.Now(); done.Load() < int64(n); {
		if time.Since(start) < lingering {
			runtime.Gosched()
		} else { // whoever is at the last piece may want this very processor
			time.Sleep(lingering)
		}
	}
}
