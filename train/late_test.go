package train

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
)

// TestCatchUpIsDense: the default rule gives the bits of the dense one, with
// and without the model's help, for each optimizer and kind of schedule.
func TestCatchUpIsDense(t *testing.T) {
	optimizers := map[string]func(SparseRule) Optimizer{
		"adam":          func(s SparseRule) Optimizer { return Adam{LearningRate: 0.01, Sparse: s} },
		"adam decay":    func(s SparseRule) Optimizer { return Adam{LearningRate: 0.01, WeightDecay: 0.01, Sparse: s} },
		"adam fast":     func(s SparseRule) Optimizer { return Adam{LearningRate: 0.01, Beta1: 0.3, Beta2: 0.6, Sparse: s} },
		"adam epsilon":  func(s SparseRule) Optimizer { return Adam{LearningRate: 0.01, Epsilon: 1, Sparse: s} },
		"adamw":         func(s SparseRule) Optimizer { return AdamW{LearningRate: 0.01, WeightDecay: 0.1, Sparse: s} },
		"sgd":           func(s SparseRule) Optimizer { return SGD{LearningRate: 1e-3, Sparse: s} },
		"momentum":      func(s SparseRule) Optimizer { return SGD{LearningRate: 1e-3, Momentum: 0.9, Sparse: s} },
		"slow momentum": func(s SparseRule) Optimizer { return SGD{LearningRate: 1e-3, Momentum: 0.4, Sparse: s} },
		"nesterov": func(s SparseRule) Optimizer {
			return SGD{LearningRate: 1e-3, Momentum: 0.8, Nesterov: true, WeightDecay: 0.01, Sparse: s}
		},
	}
	schedules := []Schedule{Constant{}, WarmUp{Steps: 50, Then: Cosine{}}, StepDecay{Every: 30, Gamma: 0.5}}
	const vocab, batches = 400, 250
	for name, opt := range optimizers {
		t.Run(name, func(t *testing.T) {
			for _, schedule := range schedules {
				want := newBagModel(vocab, 6)
				c := Config{Steps: batches, Optimizer: opt(Dense), Schedule: schedule, ClipNorm: 5}
				losses := mustFit(t, want, bagData(1, vocab, batches), c).History
				c.Optimizer = opt(CatchUp)
				for _, help := range []bool{true, false} {
					got := newBagModel(vocab, 6)
					var m Model[bags] = got
					if !help {
						m = struct{ Model[bags] }{got} // hides Rows
					}
					if h := mustFit(t, m, bagData(1, vocab, batches), c).History; h[0].Loss != losses[0].Loss {
						t.Errorf("%v, Rows %v: loss %v, dense %v", schedule, help, h[0].Loss, losses[0].Loss)
					}
					if i := firstDifference(got.bits(), want.bits()); i >= 0 {
						t.Fatalf("%v, Rows %v: weight %d differs from the dense rule", schedule, help, i)
					}
				}
			}
		})
	}
}

// TestCatchUpHorizon: rows that wait longer than the list of steps is long,
// and rows that stand still before that.
func TestCatchUpHorizon(t *testing.T) {
	const steps = 3*horizon + 77
	run := func(s SparseRule) []float32 {
		p := ops.NewParam("w", 6, 5)
		for i := range p.Data() {
			p.Write()[i] = float32(math.Pow(10, float64(i%6-3)))
		}
		p.Write()[7] = 0
		m := &scripted{p, func(step uint64) ops.Gradient {
			r := rand.New(rand.NewPCG(step, 0))
			g := ops.Gradient{Rows: []int32{0}, Data: make([]float32, 5)}
			switch {
			case step == 0:
				g.Rows = []int32{0, 1, 2, 3}
			case step%700 == 5:
				g.Rows = []int32{0, 1}
			case step == 2*horizon+9:
				g.Rows = []int32{2}
			}
			g.Data = make([]float32, 5*len(g.Rows))
			for i := range g.Data {
				g.Data[i] = float32(r.NormFloat64() * math.Pow(10, float64(i-5)))
			}
			return g
		}}
		// Reading only the rows of the gradient.
		reader := &readsOwn{scripted: m}
		mustFit(t, reader, ticks(steps), Config{Epochs: 1, Optimizer: Adam{LearningRate: 0.1, Sparse: s}})
		return p.Data()
	}
	want, got := run(Dense), run(CatchUp)
	for i := range want {
		if math.Float32bits(want[i]) != math.Float32bits(got[i]) {
			t.Errorf("element %d: %v, dense %v", i, got[i], want[i])
		}
	}
}

// readsOwn announces the rows of the next gradient.
type readsOwn struct {
	*scripted
	step uint64
}

func (r *readsOwn) Rows(tick) [][]int32 {
	rows := r.grads(r.step).Rows
	r.step++
	return [][]int32{rows}
}

// TestStandsStill: whenever a rule says that a row stands still, replaying it
// changes nothing, and rest does what the replays do.
func TestStandsStill(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	said := 0
	for range 3000 {
		var rl rule
		var err error
		if r.IntN(3) == 0 {
			rl, err = SGD{Momentum: 0.5 + r.Float64()/2, Nesterov: r.IntN(2) == 0}.rule()
		} else {
			rl, err = Adam{Beta1: 0.45 + r.Float64()/2, Beta2: 0.9 + r.Float64()/11, Epsilon: math.Pow(10, -2-12*r.Float64())}.rule()
		}
		if err != nil {
			t.Fatal(err)
		}
		const n = 3
		// Magnitudes near where momentum stops to matter, denormal ones too.
		p, s, spare, zeros := make([]float32, n), slots{}, slots{}, make([]float32, n)
		low := -45 * r.Float64()
		for k := range rl.names() {
			s[k], spare[k] = make([]float32, n), make([]float32, n)
		}
		for i := range p {
			p[i] = float32(r.NormFloat64() * math.Pow(10, -4*r.Float64()))
			s[0][i] = float32(r.NormFloat64() * math.Pow(10, low))
			if s[1] != nil {
				s[1][i] = float32(math.Pow(10, 2*low*r.Float64()))
			}
		}
		start := 1 + r.IntN(50)
		steps := 1 + r.IntN(200)
		rate := math.Pow(10, -4*r.Float64())
		var ms []moment
		stride := 0.0
		for i := range steps {
			ms = append(ms, rl.moment(start+i, rate*r.Float64()))
			stride = max(stride, ms[i].stride())
		}
		if !rl.still(p, s, stride) {
			continue
		}
		said++
		before := slices.Clone(p)
		for k := range s {
			copy(spare[k], s[k])
		}
		rl.rest(spare, steps)
		for _, m := range ms {
			rl.update(p, zeros, s, m)
		}
		for i := range p {
			if math.Float32bits(p[i]) != math.Float32bits(before[i]) {
				t.Fatalf("%+v: %v moved to %v", rl, before[i], p[i])
			}
			for k := range s {
				if s[k] != nil && math.Float32bits(s[k][i]) != math.Float32bits(spare[k][i]) {
					t.Fatalf("%+v: state %d is %v, rest gives %v", rl, k, s[k][i], spare[k][i])
				}
			}
		}
	}
	if said < 300 {
		t.Errorf("only %d rows stood still: the test shows little", said)
	}
}

// TestLazyDiffers: SparseAdam's rule is another one.
func TestLazyDiffers(t *testing.T) {
	dense, lazy := newBagModel(100, 4), newBagModel(100, 4)
	mustFit(t, dense, bagData(1, 100, 50), Config{Epochs: 1, Optimizer: Adam{Sparse: Dense}})
	mustFit(t, lazy, bagData(1, 100, 50), Config{Epochs: 1, Optimizer: Adam{Sparse: Lazy}})
	if slices.Equal(dense.bits(), lazy.bits()) {
		t.Error("lazy and dense rules agree")
	}
}

// TestUnannouncedRow: a gradient for a row that Rows left out is an error, and
// no weight is touched by that step.
func TestUnannouncedRow(t *testing.T) {
	m := newBagModel(50, 2)
	liar := &liar{bagModel: m}
	_, err := Fit(context.Background(), liar, bagData(1, 50, 40), Config{Epochs: 1, Optimizer: Adam{LearningRate: 0.01}})
	if err == nil || !strings.Contains(err.Error(), "did not announce") {
		t.Errorf("got %v", err)
	}
	far := &liar2{bagModel: newBagModel(50, 2)}
	_, err = Fit(context.Background(), far, bagData(1, 50, 40), Config{Epochs: 1})
	if err == nil || !strings.Contains(err.Error(), "row 50") {
		t.Errorf("got %v", err)
	}
}

type liar struct{ *bagModel }

func (l *liar) Rows(bags) [][]int32 { return [][]int32{{1}, nil, nil} }

type liar2 struct{ *bagModel }

func (l *liar2) Rows(bags) [][]int32 { return [][]int32{{50}, nil, nil} }

func TestBadGradients(t *testing.T) {
	for name, g := range map[string]ops.Gradient{
		"short":      {Data: make([]float32, 7)},
		"descending": {Rows: []int32{2, 1}, Data: make([]float32, 4)},
		"repeated":   {Rows: []int32{1, 1}, Data: make([]float32, 4)},
		"far":        {Rows: []int32{4}, Data: make([]float32, 2)},
		"negative":   {Rows: []int32{-1}, Data: make([]float32, 2)},
		"short rows": {Rows: []int32{1, 2}, Data: make([]float32, 3)},
	} {
		p := ops.NewParam("w", 4, 2)
		_, err := Fit(context.Background(), &scripted{p, func(uint64) ops.Gradient { return g }}, ticks(1), Config{Epochs: 1})
		if err == nil || !strings.Contains(err.Error(), "gradient of w") || errors.Is(err, ErrNotFinite) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func firstDifference(a, b []uint32) int {
	for i := range a {
		if a[i] != b[i] {
			return i
		}
	}
	return -1
}
