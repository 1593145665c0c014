package serve

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/gorgonia-zoo/zoo/serve/answer"
)

// errBusy is returned where the queue has no room.
var errBusy = errors.New("the queue of the model is full: try again in a moment")

// job is the inputs of one request, which are answered together.
type job struct {
	ctx     context.Context
	inputs  []answer.Input
	options answer.Options
	arrived time.Time

	answers []answer.Answer // when done is closed
	err     error
	done    chan struct{}
}

// batcher answers jobs in batches, each by one of its runners. A batch begins as soon
// as a runner is free and the window of its first job is over; it takes the jobs that
// wait by then, in their order, of the first one's options.
type batcher struct {
	model         *answer.Model
	window        time.Duration
	most, limit   int // inputs in a batch and in the queue
	batchMeasured func(inputs int)

	mu      sync.Mutex
	waiting []*job
	queued  int // inputs of waiting
	closed  bool
	changed sync.Cond     // waiting or closed
	full    chan struct{} // a batch is full before its window is over
	turn    sync.Mutex    // of the runner that gathers
	runners sync.WaitGroup
}

func newBatcher(m *answer.Model, runners, most, limit int, window time.Duration, measured func(int)) *batcher {
	b := &batcher{model: m, window: window, most: most, limit: limit, batchMeasured: measured, full: make(chan struct{}, 1)}
	b.changed.L = &b.mu
	for range runners {
		b.runners.Go(func() {
			for {
				jobs := b.gather()
				if jobs == nil {
					return
				}
				b.answer(jobs)
			}
		})
	}
	return b
}

// close ends the runners, once what waits is answered. No job may come afterwards.
func (b *batcher) close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.changed.Broadcast()
	b.runners.Wait()
}

// waits returns how many inputs wait.
func (b *batcher) waits() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.queued
}

// do answers inputs, with those of others where they fit together. It returns
// early when the context ends.
func (b *batcher) do(ctx context.Context, inputs []answer.Input, o answer.Options) ([]answer.Answer, error) {
	if len(inputs) == 0 {
		return []answer.Answer{}, nil
	}
	j, err := b.add(ctx, inputs, o)
	if err != nil {
		return nil, err
	}
	return j.wait()
}

// add puts inputs into the queue, or returns errBusy.
func (b *batcher) add(ctx context.Context, inputs []answer.Input, o answer.Options) (*job, error) {
	j := &job{ctx: ctx, inputs: inputs, options: o, arrived: time.Now(), done: make(chan struct{})}
	b.mu.Lock()
	if b.queued+len(inputs) > b.limit {
		b.mu.Unlock()
		return nil, errBusy
	}
	b.waiting = append(b.waiting, j)
	b.queued += len(inputs)
	isFull := b.queued >= b.most
	b.mu.Unlock()
	b.changed.Signal()
	if isFull {
		select {
		case b.full <- struct{}{}:
		default:
		}
	}
	return j, nil
}

// wait returns the answers when they are there, or when the context ends.
func (j *job) wait() ([]answer.Answer, error) {
	select {
	case <-j.done:
		return j.answers, j.err
	case <-j.ctx.Done():
		return nil, context.Cause(j.ctx)
	}
}

// gather waits for jobs and takes those of a batch, nil when the batcher is closed
// and none waits.
func (b *batcher) gather() []*job {
	b.turn.Lock()
	defer b.turn.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		for len(b.waiting) == 0 {
			if b.closed {
				return nil
			}
			b.changed.Wait()
		}
		if rest := b.window - time.Since(b.waiting[0].arrived); rest > 0 && b.queued < b.most && !b.closed {
			b.mu.Unlock()
			select {
			case <-time.After(rest):
			case <-b.full: // or has been: then it is looked at again
			}
			b.mu.Lock()
			continue
		}
		if jobs := b.take(); len(jobs) > 0 {
			return jobs
		}
	}
}

// take takes the jobs of a batch, without those that nobody waits for any more.
func (b *batcher) take() (jobs []*job) {
	inputs := 0
	var later []*job
	for i, j := range b.waiting {
		switch {
		case j.ctx.Err() != nil:
			b.queued -= len(j.inputs)
		case len(jobs) > 0 && inputs+len(j.inputs) > b.most:
			later = append(later, b.waiting[i:]...)
			b.waiting = later
			return jobs
		case len(jobs) > 0 && j.options != jobs[0].options:
			later = append(later, j)
		default:
			jobs = append(jobs, j)
			inputs += len(j.inputs)
			b.queued -= len(j.inputs)
		}
	}
	b.waiting = later
	return jobs
}

// answer answers a batch. An error that a batch of several has is found again for
// each job alone, so that it is told to none but its own.
func (b *batcher) answer(jobs []*job) {
	var inputs []answer.Input
	for _, j := range jobs {
		inputs = append(inputs, j.inputs...)
	}
	b.batchMeasured(len(inputs))
	ctx, release := anyOf(jobs)
	answers, err := b.ask(ctx, inputs, jobs[0].options)
	release()
	if err != nil && len(jobs) > 1 {
		for _, j := range jobs {
			j.answers, j.err = b.ask(j.ctx, j.inputs, j.options)
			close(j.done)
		}
		return
	}
	for _, j := range jobs {
		if j.err = err; err == nil {
			j.answers, answers = answers[:len(j.inputs):len(j.inputs)], answers[len(j.inputs):]
		}
		close(j.done)
	}
}

// ask asks the model. What it panics with is an error: the others go on.
func (b *batcher) ask(ctx context.Context, inputs []answer.Input, o answer.Options) (answers []answer.Answer, err error) {
	defer func() {
		if p := recover(); p != nil {
			answers, err = nil, panicked(p)
		}
	}()
	return b.model.Answer(ctx, inputs, o)
}

// anyOf returns a context that ends when those of all jobs have.
func anyOf(jobs []*job) (context.Context, func()) {
	if len(jobs) == 1 {
		return jobs[0].ctx, func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	var mu sync.Mutex
	left := len(jobs)
	stops := make([]func() bool, len(jobs))
	for i, j := range jobs {
		stops[i] = context.AfterFunc(j.ctx, func() {
			mu.Lock()
			defer mu.Unlock()
			if left--; left == 0 {
				cancel()
			}
		})
	}
	return ctx, func() {
		for _, stop := range stops {
			stop()
		}
		cancel()
	}
}
