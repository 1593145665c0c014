package train

import (
	"encoding/json"
	"iter"
	"math"
	"os"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
)

// golden is testdata/golden.json, made by the script beside it.
type golden struct {
	Torch   string
	Start   []float32
	Grads   [][]float32
	Rows    [][]int32
	Steps   map[string][][]float32
	Average map[string][][]float32
	Rates   map[string][]float64
}

func readGolden(t *testing.T) golden {
	data, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// tick is a batch of nothing.
type tick struct{}

func (tick) Examples() int { return 1 }
func (tick) Tokens() int   { return 1 }

func ticks(n int) Batches[tick] {
	return Batches[tick]{Count: n, Each: func(int) iter.Seq2[tick, error] {
		return func(yield func(tick, error) bool) {
			for range n {
				if !yield(tick{}, nil) {
					return
				}
			}
		}
	}}
}

// scripted is a model whose gradients are given.
type scripted struct {
	param *ops.Param
	grads func(step uint64) ops.Gradient
}

func (s *scripted) Params() []*ops.Param { return []*ops.Param{s.param} }

func (s *scripted) Step(_ tick, step uint64) (float32, []ops.Gradient, error) {
	return 1, []ops.Gradient{s.grads(step)}, nil
}

func (g golden) model(sparse bool) *scripted {
	p := ops.NewParam("w", 4, 2)
	copy(p.Write(), g.Start)
	return &scripted{p, func(step uint64) ops.Gradient {
		full := append([]float32(nil), g.Grads[step]...)
		if !sparse {
			return ops.Gradient{Data: full}
		}
		s := ops.Gradient{Rows: g.Rows[step]}
		for _, r := range s.Rows {
			s.Data = append(s.Data, full[2*r:2*r+2]...)
		}
		return s
	}}
}

// near fails unless every number is within a few roundings of PyTorch's.
func near(t *testing.T, step int, got, want []float32) {
	t.Helper()
	for i := range want {
		if d := math.Abs(float64(got[i] - want[i])); !(d <= 2e-6*math.Max(1, math.Abs(float64(want[i])))) {
			t.Fatalf("step %d, element %d: got %v, PyTorch gives %v", step, i, got[i], want[i])
		}
	}
}

func TestPyTorchSteps(t *testing.T) {
	g := readGolden(t)
	cases := map[string]struct {
		cfg    Config
		sparse bool
	}{
		"sgd":         {cfg: Config{Optimizer: SGD{LearningRate: 0.1}}},
		"sgd decay":   {cfg: Config{Optimizer: SGD{LearningRate: 0.1, WeightDecay: 0.2}}},
		"momentum":    {cfg: Config{Optimizer: SGD{LearningRate: 0.05, Momentum: 0.9}}},
		"nesterov":    {cfg: Config{Optimizer: SGD{LearningRate: 0.05, Momentum: 0.8, Nesterov: true, WeightDecay: 0.1}}},
		"adam":        {cfg: Config{Optimizer: Adam{LearningRate: 0.02}}},
		"adam decay":  {cfg: Config{Optimizer: Adam{LearningRate: 0.02, Beta1: 0.8, Beta2: 0.95, Epsilon: 1e-4, WeightDecay: 0.1}}},
		"adamw":       {cfg: Config{Optimizer: AdamW{LearningRate: 0.02, WeightDecay: 0.3}}},
		"clip":        {cfg: Config{Optimizer: SGD{LearningRate: 0.1}, ClipNorm: 0.5}},
		"cosine":      {cfg: Config{Optimizer: Adam{LearningRate: 0.02}, Schedule: Cosine{}}},
		"sparse adam": {cfg: Config{Optimizer: Adam{LearningRate: 0.02, Sparse: Lazy}}, sparse: true},
		"sparse sgd":  {cfg: Config{Optimizer: SGD{LearningRate: 0.1}}, sparse: true},
	}
	if len(cases) != len(g.Steps) {
		t.Errorf("%d cases here, %d in the golden file", len(cases), len(g.Steps))
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := g.model(c.sparse)
			c.cfg.Epochs = 1
			c.cfg.Recorders = []Recorder{recorderFunc(func(e Event) error {
				if e.Kind == KindStep {
					near(t, e.Step, m.param.Data(), g.Steps[name][e.Step-1])
				}
				return nil
			})}
			mustFit(t, m, ticks(len(g.Grads)), c.cfg)
		})
	}
}

func TestPyTorchAverages(t *testing.T) {
	g := readGolden(t)
	for name, a := range map[string]Average{
		"uniform":     {Kind: UniformAverage, Every: 1},
		"exponential": {Kind: ExponentialAverage, Decay: 0.9},
	} {
		for n := 1; n <= len(g.Grads); n++ {
			m := g.model(false)
			mustFit(t, m, ticks(len(g.Grads)), Config{Steps: n, Optimizer: SGD{LearningRate: 0.1}, Average: a})
			near(t, n, m.param.Data(), g.Average[name][n-1])
		}
	}
}

func TestPyTorchRates(t *testing.T) {
	g := readGolden(t)
	for name, s := range map[string]Schedule{
		"cosine": Cosine{Floor: 0.1}, "step": StepDecay{Every: 4, Gamma: 0.5}, "linear": Linear{}, "warm-up": WarmUp{Steps: 5},
	} {
		for step, want := range g.Rates[name] {
			if got := s.Factor(step, len(g.Grads)); math.Abs(got-want) > 1e-9 {
				t.Errorf("%s: step %d: got %v, PyTorch gives %v", name, step, got, want)
			}
		}
	}
}
