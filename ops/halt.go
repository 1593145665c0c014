package ops

import (
	"context"
	"sync/atomic"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
)

// running is a run of a program that a context may end. All ops of the program
// share one.
type running struct {
	ctx   context.Context // nil: nothing ends it
	ended atomic.Bool
}

// RunContext is Run that stops in the midst of the ops of long graphs, LSTMs and
// the layers of encoders, where ctx ends; the error is its cause then. The
// program serves again afterwards.
func (p *Program) RunContext(ctx context.Context) error {
	if ctx.Done() == nil {
		return p.Run()
	}
	p.running.ctx = ctx
	p.running.ended.Store(false)
	defer func() { p.running.ctx = nil }()
	err := p.Run()
	if p.running.ended.Load() {
		return context.Cause(ctx)
	}
	return err
}

// halting is what ops embed that a context may end in the midst of their work.
type halting struct{ run *running }

func (h *halting) attach(r *running) { h.run = r }

// attach joins the ops of a graph to the runs of its program.
func attach(g *G.ExprGraph, r *running) {
	for _, n := range g.AllNodes() {
		if op, ok := n.Op().(interface{ attach(*running) }); ok {
			op.attach(r)
		}
	}
}

// halted reports whether the work is to end.
func (h *halting) halted() bool {
	switch r := h.run; {
	case r == nil || r.ctx == nil:
		return false
	case r.ended.Load():
		return true
	case r.ctx.Err() != nil:
		r.ended.Store(true)
		return true
	}
	return false
}

// cause is the error of a run that was ended.
func (h *halting) cause() error {
	if h.halted() {
		return context.Cause(h.run.ctx)
	}
	return nil
}

// parallel is kernel.Parallel that passes over the pieces left when the work is to
// end.
func (h *halting) parallel(n int, f func(i int)) error {
	kernel.Parallel(n, func(i int) {
		if !h.halted() {
			f(i)
		}
	})
	return h.cause()
}

// phases is the same of kernel.Phases.
func (h *halting) phases(counts []int, f func(phase, i int)) {
	kernel.Phases(counts, func(phase, i int) {
		if !h.halted() {
			f(phase, i)
		}
	})
}
