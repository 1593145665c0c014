package train

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/ops"
)

// late keeps what SparseRule CatchUp needs for one parameter: the steps that
// some rows have not taken yet, and how far each row is.
type late struct {
	pending []moment  // steps since all rows were last level
	stride  float64   // the largest among pending
	done    []int32   // [rows] how many of pending the row has taken
	stale   []int32   // rows that are being caught up
	zeros   []float32 // a row's gradient in a step that did not list it
}

// horizon bounds pending: after so many steps all rows catch up.
const horizon = 1024

// read makes ready the rows of one parameter that a step is about to read.
// nil: any row may be read.
func (u *updater) read(t *target, rows []int32) error {
	l := t.late
	if l == nil || len(l.pending) == 0 {
		return nil
	}
	if rows == nil {
		u.catchUpAll(t)
		return nil
	}
	l.stale = l.stale[:0]
	now := int32(len(l.pending))
	for _, r := range rows {
		if r < 0 || int(r) >= len(l.done) {
			return fmt.Errorf("batch reads row %d of %s, want 0 to %d", r, t.param.Name, len(l.done)-1)
		}
		if done := l.done[r]; done >= 0 && done < now {
			l.stale = append(l.stale, r)
			l.done[r] -= now + 1 // below 0: listed already; replay restores it
		}
	}
	u.replay(t, l.stale)
	return nil
}

// catchUp makes ready all rows of all parameters.
func (u *updater) catchUp() {
	for i := range u.targets {
		u.catchUpAll(&u.targets[i])
	}
}

func (u *updater) catchUpAll(t *target) {
	l := t.late
	if l == nil || len(l.pending) == 0 {
		return
	}
	l.stale = l.stale[:0]
	now := int32(len(l.pending))
	for r, done := range l.done {
		if done < now {
			l.stale = append(l.stale, int32(r))
			l.done[r] -= now + 1
		}
	}
	u.replay(t, l.stale)
	clear(l.done)
	l.pending, l.stride = l.pending[:0], 0
}

// replay takes the steps that the rows have missed. Their counts in done are
// below 0 by len(pending)+1.
func (u *updater) replay(t *target, rows []int32) {
	const block = 16 // rows at a time
	if len(rows) == 0 {
		return
	}
	data := t.param.Write()
	l, w := t.late, len(t.late.zeros)
	now := int32(len(l.pending))
	kernel.Parallel((len(rows)+block-1)/block, func(c int) {
		for _, r := range rows[c*block : min((c+1)*block, len(rows))] {
			lo, hi := int(r)*w, int(r+1)*w
			t.replayRow(data[lo:hi], t.state.cut(lo, hi), l, l.pending[l.done[r]+now+1:])
			l.done[r] = now
		}
	})
}

func (t *target) replayRow(p []float32, s slots, l *late, missed []moment) {
	for len(missed) > 0 {
		if t.rule.still(p, s, l.stride) {
			t.rule.rest(s, len(missed))
			return
		}
		n := min(16, len(missed))
		for _, m := range missed[:n] {
			t.rule.update(p, l.zeros, s, m)
		}
		missed = missed[n:]
	}
}

// lateRows updates the rows that a sparse gradient lists and notes the step
// for the others.
func (u *updater) lateRows(t *target, g ops.Gradient, m moment) {
	if t.late == nil {
		w := t.param.RowLen()
		t.late = &late{
			pending: make([]moment, 0, horizon),
			done:    make([]int32, t.size()/w),
			zeros:   make([]float32, w),
		}
	}
	l := t.late
	for _, r := range g.Rows {
		l.done[r]++
	}
	u.rows(t, g, m)
	l.pending = append(l.pending, m)
	l.stride = max(l.stride, m.stride())
	if len(l.pending) == horizon {
		u.catchUpAll(t)
	}
}
