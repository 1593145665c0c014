package tokenize

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"sync"
)

// Map tokenises texts on the given number of goroutines, all cores when
// workers is 0 or less, and yields the results in the order of the texts.
// The texts are read by the goroutine that ranges over the result, a few for
// each worker ahead of it.
//
// An error from texts comes after the results of the texts before it and
// ends the sequence; so does the end of ctx. Errors wrap what texts or ctx
// said. When the sequence has ended, or the consumer has left its loop, no
// goroutine of Map's is running. The sequence can be ranged over again if
// texts can.
func (t *Tokenizer) Map(ctx context.Context, texts iter.Seq2[string, error], workers int) iter.Seq2[[]string, error] {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return func(yield func([]string, error) bool) {
		type job struct {
			text string
			done chan []string
		}
		// The window is what may be read ahead: enough to keep the workers
		// busy while the consumer works, small enough not to hold a corpus.
		window := make([]job, 0, 8*workers)
		jobs := make(chan job, cap(window)) // a send never blocks
		var wg sync.WaitGroup
		defer wg.Wait()
		defer close(jobs)
		for range workers {
			wg.Go(func() {
				for j := range jobs {
					var tokens []string
					if ctx.Err() == nil {
						tokens = t.Tokens(j.text)
					}
					j.done <- tokens
				}
			})
		}

		// stop ends the sequence with err.
		stop := func(err error) { yield(nil, fmt.Errorf("tokenize: %w", err)) }
		head := 0 // window is a ring once it is full; head is its oldest job
		// next yields the oldest result and reports whether to go on.
		next := func() bool {
			j := window[head]
			select {
			case <-ctx.Done():
				stop(ctx.Err())
				return false
			case tokens := <-j.done:
				// The result may be empty because ctx ended before it began.
				if err := ctx.Err(); err != nil {
					stop(err)
					return false
				}
				return yield(tokens, nil)
			}
		}
		drain := func() bool {
			for range len(window) {
				if !next() {
					return false
				}
				head = (head + 1) % len(window)
			}
			return true
		}

		n := 0
		for text, err := range texts {
			if err != nil {
				if drain() {
					stop(fmt.Errorf("text %d: %w", n, err))
				}
				return
			}
			if err := ctx.Err(); err != nil {
				stop(err)
				return
			}
			j := job{text: text}
			if len(window) < cap(window) {
				j.done = make(chan []string, 1) // a worker never waits for the consumer
				window = append(window, j)
			} else {
				if !next() {
					return
				}
				j.done = window[head].done
				window[head] = j
				head = (head + 1) % len(window)
			}
			jobs <- j
			n++
		}
		drain()
	}
}
