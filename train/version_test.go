package train

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
)

// Everything here that changes a parameter counts the change, so that predictors
// notice; what only reads it does not.
func TestEveryWriterCounts(t *testing.T) {
	p := ops.NewParam("p", 4, 2)
	p.Uniform(1, 1)
	dense := []ops.Gradient{{Data: []float32{1, 2, 3, 4, 5, 6, 7, 8}}}
	sparse := []ops.Gradient{{Rows: []int32{1}, Data: []float32{1, 2}}}
	with := func(rule SparseRule) *updater {
		u, err := newUpdater([]*ops.Param{p}, Adam{Sparse: rule}, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	behind := func() *updater { // row 2 has a step to catch up with
		u := with(CatchUp)
		u.apply([]ops.Gradient{{Rows: []int32{2}, Data: []float32{1, 2}}}, 0.1)
		u.apply(sparse, 0.1)
		return u
	}
	other := [][]float32{slices.Repeat([]float32{9}, 8)}
	idle := func() *run { return &run{updater: with(CatchUp)} }
	// begun begins a run in a directory, does something and ends it.
	begun := func(dir string, do func(*run) error) error {
		r, err := begin(context.Background(), []*ops.Param{p}, 1, Config{Dir: dir, Resume: true, Steps: 1})
		if err != nil {
			return err
		}
		defer r.close()
		return do(r)
	}
	nothing := func(*run) error { return nil }
	dir := t.TempDir()
	step := func(u *updater, g []ops.Gradient) func() error {
		return func() error { u.apply(g, 0.1); return nil }
	}
	for _, c := range []struct {
		name    string
		changes bool
		prepare func() func() error
	}{
		{"a dense step", true, func() func() error { return step(with(CatchUp), dense) }},
		{"a sparse step, dense rule", true, func() func() error { return step(with(Dense), sparse) }},
		{"a sparse step, lazy rule", true, func() func() error { return step(with(Lazy), sparse) }},
		{"a sparse step, catch-up rule", true, func() func() error { return step(with(CatchUp), sparse) }},
		{"rows that are caught up", true, func() func() error {
			u := behind()
			return func() error { return u.read(&u.targets[0], []int32{2}) }
		}},
		{"all that are caught up", true, func() func() error {
			u := behind()
			return func() error { u.catchUp(); return nil }
		}},
		{"no rows behind", false, func() func() error {
			u := behind()
			u.catchUp()
			return func() error { u.catchUp(); return nil }
		}},
		{"the average taken", false, func() func() error {
			r := idle()
			r.cfg.Average = Average{Kind: UniformAverage, Every: 1}
			r.Step, r.mean = 1, r.copies()
			return func() error { r.average(false); return nil }
		}},
		{"the average in use", true, func() func() error {
			r := idle()
			r.mean, r.Averages = [][]float32{slices.Clone(other[0])}, 1
			return func() error { r.swap(); return nil }
		}},
		{"the best restored", true, func() func() error {
			r := idle()
			p.Uniform(2, 1)
			return func() error { r.install(other); return nil }
		}},
		{"a checkpoint saved", false, func() func() error {
			return func() error { return begun(dir, (*run).save) }
		}},
		{"a checkpoint loaded", true, func() func() error {
			p.Write()[0] = 7
			return func() error { return begun(dir, nothing) }
		}},
		{"a run begun", false, func() func() error {
			return func() error { return begun(t.TempDir(), nothing) }
		}},
	} {
		act := c.prepare()
		version, before := p.Version(), slices.Clone(p.Data())
		if err := act(); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		changed := !slices.EqualFunc(before, p.Data(), func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) })
		if counted := p.Version() != version; c.changes != changed || c.changes != counted {
			t.Errorf("%s: weights changed: %v, counted: %v; want %v of both", c.name, changed, counted, c.changes)
		}
	}
}
