package train

import (
	"context"
	"fmt"
	"iter"
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/ops"
)

func TestLearns(t *testing.T) {
	for _, opt := range []Optimizer{
		SGD{LearningRate: 0.01, Momentum: 0.9}, Adam{LearningRate: 0.01}, AdamW{LearningRate: 0.01, WeightDecay: 1e-4}, Adam{LearningRate: 0.01, Sparse: Lazy},
	} {
		m := newBagModel(60, 8)
		m.dropout = false
		data := bagData(1, 60, 200)
		before := m.loss(data)
		res := mustFit(t, m, data, Config{Epochs: 4, Optimizer: opt, ClipNorm: 5})
		if after := m.loss(data); after > before/20 {
			t.Errorf("%v: loss %v, %v before training", opt, after, before)
		}
		if res.Reason != Finished || res.Epochs != 4 || res.Steps != 800 || len(res.History) != 4 {
			t.Errorf("%v: %+v", opt, res)
		}
	}
}

// TestOneStepChangesEveryParameter: nothing is forgotten by an optimizer.
func TestOneStepChangesEveryParameter(t *testing.T) {
	for _, opt := range []Optimizer{SGD{}, SGD{Momentum: 0.9, Nesterov: true}, Adam{}, AdamW{WeightDecay: 0.01}, Adam{Sparse: Lazy}, Adam{Sparse: Dense}} {
		for _, dense := range []bool{false, true} {
			m := newBagModel(3, 40)
			m.dropout, m.dense = false, dense
			before := m.bits()
			d := Batches[bags]{Each: func(int) iter.Seq2[bags, error] {
				return func(yield func(bags, error) bool) {
					yield(bags{[][]int32{{0, 1, 2}}, []float32{100}}, nil)
				}
			}}
			mustFit(t, m, d, Config{Epochs: 1, Optimizer: opt})
			for i, b := range m.bits() {
				if b == before[i] {
					t.Errorf("%v: weight %d is as it was", opt, i)
				}
			}
		}
	}
}

func TestStopReasons(t *testing.T) {
	scores := []float64{1, 3, 2, 2, 5, 4, 4, 4, 4, 4}
	cases := map[string]struct {
		cfg    Config
		reason Reason
		epochs int
		steps  int
		best   *Best
	}{
		"epochs":           {Config{Epochs: 3}, Finished, 3, 30, nil},
		"steps":            {Config{Steps: 25}, StepLimit, 2, 25, nil},
		"both, steps":      {Config{Epochs: 3, Steps: 29}, StepLimit, 2, 29, nil},
		"both, epochs":     {Config{Epochs: 3, Steps: 31}, Finished, 3, 30, nil},
		"steps end epochs": {Config{Epochs: 3, Steps: 30}, Finished, 3, 30, nil},
		"patience":         {Config{Epochs: 10, Patience: 3, Monitor: Monitor{Metric: "score", Maximize: true}}, EarlyStopped, 8, 80, &Best{Value: 5, Epoch: 5, Step: 50}},
		"less patience":    {Config{Epochs: 10, Patience: 2, Monitor: Monitor{Metric: "score", Maximize: true}}, EarlyStopped, 4, 40, &Best{Value: 3, Epoch: 2, Step: 20}},
		"downwards":        {Config{Epochs: 10, Patience: 2, Monitor: Monitor{Metric: "score"}}, EarlyStopped, 3, 30, &Best{Value: 1, Epoch: 1, Step: 10}},
		"never finite":     {Config{Epochs: 10, Patience: 4, Monitor: Monitor{Metric: "nan"}}, EarlyStopped, 4, 40, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := newBagModel(20, 2)
			n := 0
			c.cfg.Evaluate = func(context.Context) (Metrics, error) {
				n++
				return Metrics{"score": scores[n-1], "nan": math.NaN()}, nil
			}
			c.cfg.Optimizer = SGD{LearningRate: 1e-4}
			res := mustFit(t, m, bagData(1, 20, 10), c.cfg)
			if res.Reason != c.reason || res.Epochs != c.epochs || res.Steps != c.steps || !cmp.Equal(res.Best, c.best) {
				t.Errorf("%v after %d epochs, %d steps, best %+v; want %v, %d, %d, %+v",
					res.Reason, res.Epochs, res.Steps, res.Best, c.reason, c.epochs, c.steps, c.best)
			}
		})
	}
}

func TestGroups(t *testing.T) {
	start := newBagModel(20, 2).bits()
	train := func(groups func(string) float32, spoil bool) []uint32 {
		m := newBagModel(20, 2)
		m.onStep = func(_ uint64, _ *float32, g []ops.Gradient) error {
			if spoil {
				g[0] = ops.Gradient{Data: []float32{float32(math.NaN())}} // of a frozen parameter: not even looked at
			}
			return nil
		}
		mustFit(t, m, bagData(1, 20, 10), Config{Steps: 1, Optimizer: SGD{LearningRate: 0.25}, Groups: groups, ClipNorm: 1e9})
		return m.bits()
	}
	all := train(nil, false)
	some := train(func(name string) float32 {
		switch name {
		case "embedding.weight":
			return 0
		case "fc.bias":
			return 2
		}
		return 1
	}, true)
	if !slices.Equal(some[:40], start[:40]) {
		t.Error("the frozen parameter changed")
	}
	if !slices.Equal(some[40:42], all[40:42]) {
		t.Error("the parameter with multiplier 1 differs")
	}
	f := math.Float32frombits
	if moved, once := f(some[42])-f(start[42]), f(all[42])-f(start[42]); math.Abs(float64(moved/once-2)) > 1e-5 {
		t.Errorf("with multiplier 2 the bias moved by %v, with 1 by %v", moved, once)
	}
}

func TestKeepBestOfEquals(t *testing.T) {
	scores, losses := []float64{5, 7, 7, 7, 6}, []float64{1, 3, 2, math.NaN(), 0}
	for tie, want := range map[string]*Best{"": {Value: 7, Epoch: 2, Step: 20}, "loss": {Value: 7, Tie: 2, Epoch: 3, Step: 30}} {
		n := 0
		res := mustFit(t, newBagModel(20, 2), bagData(1, 20, 10), Config{
			Epochs: 5, KeepBest: true, Monitor: Monitor{Metric: "score", Maximize: true, Tie: tie},
			Evaluate: func(context.Context) (Metrics, error) {
				n++
				return Metrics{"score": scores[n-1], "loss": losses[n-1]}, nil
			},
		})
		if !cmp.Equal(res.Best, want) {
			t.Errorf("ties by %q: best is %+v, want %+v", tie, res.Best, want)
		}
	}
}

func TestKeepBest(t *testing.T) {
	m := newBagModel(20, 2)
	scores := []float64{5, 2, 4, 3}
	var seen [][]uint32
	res := mustFit(t, m, bagData(1, 20, 10), Config{
		Epochs: 4, KeepBest: true, Monitor: Monitor{Metric: "score"},
		Evaluate: func(context.Context) (Metrics, error) {
			seen = append(seen, m.bits())
			return Metrics{"score": scores[len(seen)-1]}, nil
		},
	})
	if !cmp.Equal(res.Best, &Best{Value: 2, Epoch: 2, Step: 20}) || !slices.Equal(m.bits(), seen[1]) {
		t.Errorf("best is %+v", res.Best)
	}
	if slices.Equal(seen[1], seen[3]) {
		t.Error("training went on with the best weights")
	}
}

// TestAverage: evaluations and the caller get the average, training does not
// notice it.
func TestAverage(t *testing.T) {
	for _, a := range []Average{
		{Kind: UniformAverage},
		{Kind: UniformAverage, After: 15, Every: 4},
		{Kind: ExponentialAverage, Decay: 0.75},
		{Kind: ExponentialAverage, After: 20},
	} {
		t.Run(fmt.Sprint(a), func(t *testing.T) {
			raw, m := newBagModel(20, 2), newBagModel(20, 2)
			var want []float64 // the average, worked out in float64 from the raw weights
			n := 0
			add := func(step int, epochEnd bool) {
				if step <= a.After || a.Every > 0 && (epochEnd || (step-a.After)%a.Every != 0) || a.Every == 0 && a.Kind == UniformAverage && !epochEnd || a.Kind == ExponentialAverage && epochEnd {
					return
				}
				for i, b := range raw.bits() {
					v := float64(math.Float32frombits(b))
					decay := a.Decay
					if decay == 0 {
						decay = 0.999
					}
					switch {
					case n == 0:
						want = append(want, v)
					case a.Kind == UniformAverage:
						want[i] += (v - want[i]) / float64(n+1)
					default:
						want[i] += (1 - decay) * (v - want[i])
					}
				}
				n++
			}
			check := func(what string) {
				for i, b := range m.bits() {
					got := float64(math.Float32frombits(b))
					if n > 0 && math.Abs(got-want[i]) > 1e-5 {
						t.Fatalf("%s: weight %d is %v, average %v", what, i, got, want[i])
					}
				}
			}
			var losses []float64
			opt := Adam{LearningRate: 0.01, Sparse: Dense}
			mustFit(t, raw, bagData(1, 20, 10), Config{Epochs: 3, Optimizer: opt, Recorders: []Recorder{recorderFunc(func(e Event) error {
				if e.Kind == KindStep {
					losses = append(losses, e.Loss)
					add(e.Step, false)
				} else if e.Kind == KindEpoch {
					add(e.Step, true)
				}
				return nil
			})}})
			opt.Sparse = CatchUp
			steps := 0
			mustFit(t, m, bagData(1, 20, 10), Config{Epochs: 3, Optimizer: opt, Average: a, Recorders: []Recorder{recorderFunc(func(e Event) error {
				if e.Kind == KindStep {
					if e.Loss != losses[steps] {
						t.Fatalf("loss %v at step %d, %v without average", e.Loss, e.Step, losses[steps])
					}
					steps++
				}
				return nil
			})}, Evaluate: func(context.Context) (Metrics, error) {
				if steps == 30 {
					check("evaluation")
				}
				return nil, nil
			}})
			check("end")
			if n == 0 {
				t.Error("nothing was averaged")
			}
		})
	}
}

// TestSameBytes: neither the number of processors nor the kernels' path
// reaches the weights.
func TestSameBytes(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var want []uint32
	for _, path := range kernel.Available() {
		restore, err := kernel.Use(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, procs := range []int{1, 2, 5} {
			runtime.GOMAXPROCS(procs)
			m := newBagModel(3000, 20) // more than chunk elements
			m.dense = procs == 2
			mustFit(t, m, bagData(1, 3000, 30), Config{
				Epochs: 2, ClipNorm: 1, Optimizer: Adam{LearningRate: 0.01}, Schedule: Linear{},
				Average:  Average{Kind: UniformAverage, Every: 7},
				Evaluate: m.evaluate, Monitor: Monitor{Metric: "loss"}, KeepBest: true,
			})
			if want == nil {
				want = m.bits()
			} else if i := firstDifference(m.bits(), want); i >= 0 {
				t.Errorf("%s, %d processors: weight %d differs", path, procs, i)
			}
		}
		restore()
	}
}

// TestSteadyState: a step allocates nothing that grows with the parameters or
// the rows of a gradient.
func TestSteadyState(t *testing.T) {
	for _, c := range []struct {
		name string
		opt  Optimizer
		rows int
	}{
		{"dense", Adam{}, 0}, {"catch-up", Adam{}, 3000}, {"lazy", Adam{Sparse: Lazy}, 3000}, {"spread", SGD{Momentum: 0.9, Sparse: Dense}, 3000},
	} {
		p := ops.NewParam("w", 20_000, 16)
		g := ops.Gradient{Data: make([]float32, len(p.Data()))}
		if c.rows > 0 {
			g.Data = g.Data[:c.rows*16]
			for i := range c.rows {
				g.Rows = append(g.Rows, int32(5*i))
			}
		}
		for i := range g.Data {
			g.Data[i] = float32(i%9) - 4
		}
		var from, to runtime.MemStats
		mustFit(t, &readsOwn{scripted: &scripted{p, func(uint64) ops.Gradient { return g }}}, ticks(60), Config{
			Epochs: 1, Optimizer: c.opt, ClipNorm: 1,
			Recorders: []Recorder{recorderFunc(func(e Event) error {
				switch e.Step {
				case 20:
					runtime.ReadMemStats(&from)
				case 60:
					if to.TotalAlloc == 0 {
						runtime.ReadMemStats(&to)
					}
				}
				return nil
			})},
		})
		if bytes := float64(to.TotalAlloc-from.TotalAlloc) / 40; bytes > 4096 {
			t.Errorf("%s: %.0f bytes a step", c.name, bytes)
		}
	}
}
