package ops

import (
	"context"
	"runtime"
	"sync"
)

// Lender lends predictors to callers: graphs of their own that share a model's
// parameters, each for one caller at a time. It is what makes a model's methods safe
// for many goroutines in bounded memory:
//
//   - At most GOMAXPROCS callers (as it is when NewLender is called) hold a slot at
//     once; the others wait until one is free or their context ends. A predictor is
//     built when a caller finds none idle, so there are never more than slots.
//   - A predictor may keep what it has made from the parameters. One that is older
//     than their last change, by Param.Version, is dropped: it is not lent again, and
//     not taken back if the change came while it was lent.
//   - A predictor that has grown, for an input of unusual size say, can be refused
//     when it comes back, and its memory is freed.
//
// A family of models keeps one beside its parameters and answers through it:
//
//	m.lender = ops.NewLender(ops.LenderConfig[*predictor]{Build: m.newPredictor, Params: m.params})
//	...
//	err := m.lender.Lend(ctx, func(p *predictor) error {
//		copy(p.x, x)
//		if err := p.program.Run(); err != nil {
//			return err
//		}
//		data, _ := p.program.Output()
//		y = slices.Clone(data) // the predictor's next caller overwrites it
//		return nil
//	})
//
// P is a pointer type, as a rule. All methods are safe for many goroutines.
type Lender[P any] struct {
	config LenderConfig[P]
	slots  chan struct{} // one element for each slot that is taken

	mu      sync.Mutex
	idle    []P    // the last one back is the first to go: its memory is in the caches
	version uint64 // of the parameters, that the idle ones are made from
}

// LenderConfig says what a Lender lends.
type LenderConfig[P any] struct {
	// Build returns a new predictor. Several goroutines may call it at once.
	Build func() (P, error)

	// Params are those of which a predictor keeps more than the memory itself,
	// such as the packed weights of InferLSTM; none: a predictor outlives every
	// change.
	Params []*Param

	// Keep reports whether a predictor that comes back is lent again; nil: always.
	// It is called under a lock and only looks.
	Keep func(P) bool
}

// NewLender returns a Lender without predictors.
func NewLender[P any](c LenderConfig[P]) *Lender[P] {
	return &Lender[P]{config: c, slots: make(chan struct{}, runtime.GOMAXPROCS(0))}
}

// Lend calls f with a predictor that nobody else uses meanwhile. It returns f's
// error, Build's, or, where f was not called because ctx ended first, its cause. A
// predictor serves again after an error of f, but not after a panic.
func (l *Lender[P]) Lend(ctx context.Context, f func(P) error) error {
	if err := l.wait(ctx); err != nil {
		return err
	}
	defer l.release()
	p, version, err := l.take()
	if err != nil {
		return err
	}
	err = f(p)
	l.giveBack(p, version)
	return err
}

// Slot waits for a slot without a predictor, for work of the same size that builds
// a graph of its own, and returns what gives it back. The error is ctx's cause.
func (l *Lender[P]) Slot(ctx context.Context) (release func(), err error) {
	if err := l.wait(ctx); err != nil {
		return nil, err
	}
	return sync.OnceFunc(l.release), nil
}

// wait takes a slot, release gives it back.
func (l *Lender[P]) wait(ctx context.Context) error {
	if ctx.Err() != nil { // select might choose a free slot
		return context.Cause(ctx)
	}
	select {
	case l.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (l *Lender[P]) release() { <-l.slots }

// Slots returns how many callers can hold one at once, Idle how many predictors
// are kept for the next.
func (l *Lender[P]) Slots() int { return cap(l.slots) }
func (l *Lender[P]) Idle() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.discard(l.now())
	return len(l.idle)
}

// take returns an idle predictor or a new one, and the version of the parameters
// that it may have been made from.
func (l *Lender[P]) take() (p P, version uint64, err error) {
	l.mu.Lock()
	version = l.now() // before it is built: a change meanwhile makes it stale
	l.discard(version)
	if n := len(l.idle); n > 0 {
		p = l.idle[n-1]
		l.forget(n - 1)
		l.mu.Unlock()
		return p, version, nil
	}
	l.mu.Unlock()
	p, err = l.config.Build()
	return p, version, err
}

// giveBack keeps a predictor for the next caller, if it is still of use.
func (l *Lender[P]) giveBack(p P, version uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.discard(now)
	if version == now && (l.config.Keep == nil || l.config.Keep(p)) {
		l.idle = append(l.idle, p)
	}
}

// discard drops the idle predictors if the parameters have changed since.
func (l *Lender[P]) discard(now uint64) {
	if l.version != now {
		l.forget(0)
		l.version = now
	}
}

// forget drops the idle predictors from the n-th on, so that nothing keeps their
// memory.
func (l *Lender[P]) forget(n int) {
	clear(l.idle[n:])
	l.idle = l.idle[:n]
}

// now is the number of changes of all parameters. None of them ever falls, so that
// the sum is another after any change.
func (l *Lender[P]) now() (sum uint64) {
	for _, p := range l.config.Params {
		sum += p.Version()
	}
	return sum
}
