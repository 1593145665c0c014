package train

import (
	"context"
	"fmt"
	"iter"
)

// Ahead is how many batches are prepared while a step runs. A batch must stay
// as it is until Ahead+1 more have been yielded; Data that keeps a ring of
// Ahead+2 batches allocates nothing.
const Ahead = 2

// prepared is what the goroutine hands to the loop.
type prepared[B any] struct {
	batch B
	err   error
	panic any
}

// ahead yields what seq yields after the first skip batches, and prepares up
// to Ahead of them in a goroutine of its own, which has ended when the loop
// over ahead has. It yields an error as soon as ctx is cancelled. A panic in
// seq is raised again in the loop.
func ahead[B any](ctx context.Context, seq iter.Seq2[B, error], skip int) iter.Seq2[B, error] {
	return func(yield func(B, error) bool) {
		items := make(chan prepared[B], Ahead)
		stop := make(chan struct{})
		defer func() {
			close(stop)
			for range items { // until the goroutine has ended
			}
		}()
		go func() {
			defer close(items)
			prepare(seq, skip, stop, items)
		}()
		for {
			select {
			case <-ctx.Done():
				var none B
				yield(none, ctx.Err())
				return
			case it, ok := <-items:
				if it.panic != nil {
					panic(it.panic)
				}
				if !ok || !yield(it.batch, it.err) {
					return
				}
			}
		}
	}
}

// prepare sends what seq yields after the first skip batches, until an error
// or until stop is closed.
func prepare[B any](seq iter.Seq2[B, error], skip int, stop <-chan struct{}, items chan<- prepared[B]) {
	send := func(it prepared[B]) (sent bool) {
		select {
		case items <- it:
			return true
		case <-stop:
			return false
		}
	}
	defer func() {
		if p := recover(); p != nil {
			send(prepared[B]{panic: p})
		}
	}()
	n := 0
	for batch, err := range seq {
		select {
		case <-stop:
			return
		default:
		}
		if n++; err == nil && n <= skip {
			continue
		}
		if !send(prepared[B]{batch: batch, err: err}) || err != nil {
			return
		}
	}
	if n < skip {
		send(prepared[B]{err: fmt.Errorf("%w: %d batches were done, the epoch has %d", ErrMismatch, skip, n)})
	}
}
