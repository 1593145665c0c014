package train

import (
	"fmt"
	"math"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/ops"
)

// target is a parameter with all that the optimizer keeps for it.
type target struct {
	param *ops.Param
	rule  rule      // of the optimizer, without weight decay where none is wanted
	scale float64   // multiplier of the learning rate; 0: frozen
	first int       // step before which it is frozen too
	state slots     // of the parameter's length, or nil
	dense []float32 // for SparseRule Dense: the gradient with all rows
	late  *late     // for SparseRule CatchUp, from the first sparse gradient on
}

// size returns the number of the parameter's elements.
func (t *target) size() int { return len(t.param.Data()) }

// updater applies a rule to all parameters.
type updater struct {
	rule    rule
	targets []target
	step    int       // steps taken
	sums    []float64 // of squares, one for each chunk of the gradients
}

// newUpdater checks the parameters and allocates their state.
func newUpdater(params []*ops.Param, opt Optimizer, groups func(string) float32, decays func(string) bool) (*updater, error) {
	if opt == nil {
		opt = Adam{}
	}
	r, err := opt.rule()
	if err != nil {
		return nil, err
	}
	u := &updater{rule: r}
	seen := map[string]bool{}
	active := 0
	for _, p := range params {
		if p.Name == "" || seen[p.Name] {
			return nil, fmt.Errorf("train: parameter name %q is empty or used twice", p.Name)
		}
		seen[p.Name] = true
		t := target{param: p, rule: r, scale: 1}
		if decays != nil && !decays(p.Name) {
			t.rule = r.spared()
		}
		if groups != nil {
			t.scale = float64(groups(p.Name))
		}
		if !(t.scale >= 0) || math.IsInf(t.scale, 0) {
			return nil, fmt.Errorf("train: Groups gives %v for %s, want 0 or more", t.scale, p.Name)
		}
		if t.scale > 0 {
			active++
			for k := range r.names() {
				t.state[k] = make([]float32, t.size())
			}
		}
		u.targets = append(u.targets, t)
	}
	if active == 0 {
		return nil, fmt.Errorf("train: none of %d parameters can be trained", len(params))
	}
	return u, nil
}

// thaw notes the epoch from which on each parameter is trained.
func (u *updater) thaw(epoch func(string) int, epochSteps int) error {
	if epoch == nil {
		return nil
	}
	begins := false
	for i := range u.targets {
		t := &u.targets[i]
		e := epoch(t.param.Name)
		switch {
		case e < 0:
			return fmt.Errorf("train: Unfreeze gives %d for %s, want an epoch from 0", e, t.param.Name)
		case e > 0 && epochSteps <= 0:
			return fmt.Errorf("train: Unfreeze gives %d for %s, but the data does not say how many steps an epoch has", e, t.param.Name)
		}
		t.first = e * epochSteps
		begins = begins || e == 0 && t.scale > 0
	}
	if !begins {
		return fmt.Errorf("train: none of %d parameters is trained in the first epoch", len(u.targets))
	}
	return nil
}

// frozen reports whether the next step leaves a parameter as it is.
func (u *updater) frozen(t *target) bool { return t.scale == 0 || u.step < t.first }

// checkGradients reports a gradient that does not fit its parameter.
func (u *updater) checkGradients(grads []ops.Gradient) error {
	if len(grads) != len(u.targets) {
		return fmt.Errorf("model returned %d gradients for %d parameters", len(grads), len(u.targets))
	}
	for i := range u.targets {
		t, g := &u.targets[i], &grads[i]
		if u.frozen(t) {
			continue
		}
		want := t.size()
		if g.Rows != nil {
			want = len(g.Rows) * t.param.RowLen()
			rows, last := int32(t.size()/max(1, t.param.RowLen())), int32(-1)
			for _, r := range g.Rows {
				if r <= last || r >= rows {
					return fmt.Errorf("gradient of %s lists row %d after row %d, want ascending below %d", t.param.Name, r, last, rows)
				}
				if t.late != nil && int(t.late.done[r]) != len(t.late.pending) {
					return fmt.Errorf("gradient of %s lists row %d, which Rows did not announce", t.param.Name, r)
				}
				last = r
			}
		}
		if len(g.Data) != want {
			return fmt.Errorf("gradient of %s has %d elements, want %d", t.param.Name, len(g.Data), want)
		}
	}
	return nil
}

// norm returns the norm of all gradients together. Where it is not finite it
// also returns the name of the first parameter at fault.
func (u *updater) norm(grads []ops.Gradient) (float64, string) {
	total, culprit := 0.0, ""
	for i := range u.targets {
		if u.frozen(&u.targets[i]) {
			continue
		}
		g := grads[i].Data
		n := (len(g) + chunk - 1) / chunk
		if cap(u.sums) < n {
			u.sums = make([]float64, n+n/4)
		}
		sums := u.sums[:n]
		inChunks(len(g), func(lo, hi int) {
			if lo < hi {
				sums[lo/chunk] = kernel.SumSquares(g[lo:hi])
			}
		})
		sum := 0.0
		for _, s := range sums {
			sum += s
		}
		if culprit == "" && (math.IsNaN(sum) || math.IsInf(sum, 0)) {
			culprit = u.targets[i].param.Name
		}
		total += sum
	}
	return math.Sqrt(total), culprit
}

// clip scales the gradients in place so that their norm is at most limit, as
// PyTorch's clip_grad_norm_ does.
func (u *updater) clip(grads []ops.Gradient, norm, limit float64) {
	scale := limit / (norm + 1e-6)
	if scale >= 1 {
		return
	}
	for i := range u.targets {
		if !u.frozen(&u.targets[i]) {
			g := grads[i].Data
			inChunks(len(g), func(lo, hi int) { kernel.Scale(g[lo:hi], float32(scale)) })
		}
	}
}

// apply takes one step at the given learning rate.
func (u *updater) apply(grads []ops.Gradient, rate float64) {
	for i := range u.targets {
		t, g := &u.targets[i], grads[i]
		if u.frozen(t) {
			continue
		}
		m := u.rule.moment(u.step+1-t.first, rate*t.scale)
		switch {
		case g.Rows == nil:
			u.catchUpAll(t)
			u.all(t, g.Data, m)
		case u.rule.sparse() == Dense:
			u.all(t, t.spread(g), m)
		case u.rule.sparse() == Lazy:
			u.rows(t, g, m.lazy())
		default:
			u.lateRows(t, g, m)
		}
	}
	u.step++
}

// all updates a whole parameter.
func (u *updater) all(t *target, g []float32, m moment) {
	data := t.param.Write()
	if len(data) <= chunk {
		t.rule.update(data, g, t.state, m)
		return
	}
	inChunks(len(data), func(lo, hi int) { t.rule.update(data[lo:hi], g[lo:hi], t.state.cut(lo, hi), m) })
}

// rows updates the rows that a sparse gradient lists.
func (u *updater) rows(t *target, g ops.Gradient, m moment) {
	data, w := t.param.Write(), t.param.RowLen()
	n := max(1, chunk/max(1, w)) // rows at a time
	kernel.Parallel((len(g.Rows)+n-1)/n, func(c int) {
		for i := c * n; i < min((c+1)*n, len(g.Rows)); i++ {
			lo := int(g.Rows[i]) * w
			t.rule.update(data[lo:lo+w], g.Data[i*w:(i+1)*w], t.state.cut(lo, lo+w), m)
		}
	})
}

// cut returns the state of the elements lo to hi.
func (s slots) cut(lo, hi int) slots {
	for k := range s {
		if s[k] != nil {
			s[k] = s[k][lo:hi]
		}
	}
	return s
}

// spread returns a sparse gradient with all its rows.
func (t *target) spread(g ops.Gradient) []float32 {
	if t.dense == nil {
		t.dense = make([]float32, t.size())
	}
	clear(t.dense)
	w := t.param.RowLen()
	for i, r := range g.Rows {
		copy(t.dense[int(r)*w:], g.Data[i*w:(i+1)*w])
	}
	return t.dense
}
