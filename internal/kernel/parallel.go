package kernel

import (
	"runtime"
	"sync"
	"sync/atomic"
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
		next  atomic.Int64
		wait  sync.WaitGroup
		once  sync.Once
		cause any
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
	for range workers - 1 {
		wait.Go(work)
	}
	work()
	wait.Wait()
	if cause != nil {
		panic(cause)
	}
}
