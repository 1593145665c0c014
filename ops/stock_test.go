package ops

import (
	"math"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Tests in this file run Gorgonia's own pieces (v0.9.18) beside the zoo's and
// so say why the zoo has its own. Where the part about Gorgonia fails, upstream
// has been repaired.

// stock runs a graph of Gorgonia's own pieces over x and returns the value of
// its result and the gradient of the result's sum.
func stock(t *testing.T, x *tensor.Dense, apply func(x *G.Node) (*G.Node, error)) (value, gradient []float32) {
	t.Helper()
	building.Lock()
	defer building.Unlock()
	g := G.NewGraph()
	in := G.NewTensor(g, tensor.Float32, x.Dims(), G.WithShape(x.Shape()...), G.WithName("x"), G.WithValue(x))
	out, err := apply(in)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := G.Sum(out)
	if err != nil {
		t.Fatal(err)
	}
	grads, err := G.Grad(sum, in)
	if err != nil {
		t.Fatal(err)
	}
	vm := G.NewTapeMachine(g)
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
	return out.Value().Data().([]float32), grads[0].Value().Data().([]float32)
}

func matrix(rows, cols int, x ...float32) *tensor.Dense {
	return tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(x))
}

func ones(n int) []float32 { return slices.Repeat([]float32{1}, n) }

// The derivative of y = mask*x is the mask: 0 or 1/(1-p). Gorgonia's is 0 or
// 1/p, and 0 throughout for p = 0.
func TestStockDropoutHasAWrongGradient(t *testing.T) {
	for _, p := range []float64{0, 0.1, 0.6} {
		mask, wrong := stock(t, matrix(8, 8, ones(64)...), func(x *G.Node) (*G.Node, error) { return G.Dropout(x, p) })
		if slices.Equal(mask, wrong) {
			t.Errorf("p = %v: Gorgonia's gradient is right", p)
		}
		x := NewParam("x", 8, 8)
		copy(x.Write(), ones(64))
		own := must(t, func(g *Graph) (loss, out *G.Node, err error) {
			if out, err = Dropout(g.Param(x), p, &Noise{}, "d"); err != nil {
				return nil, nil, err
			}
			loss, err = weigh(out)
			return loss, out, err
		})
		run(t, own)
		mask, _ = own.Output()
		for i, g := range own.Gradients()[0].Data {
			if g != mask[i]*coefficient(i) {
				t.Fatalf("p = %v: gradient %d is %v, want %v", p, i, g, mask[i]*coefficient(i))
			}
		}
	}
}

// Two dropouts of one node are two nodes; Gorgonia merges them, although
// their probabilities differ.
func TestStockDropoutsMerge(t *testing.T) {
	g := G.NewGraph()
	x := G.NewMatrix(g, tensor.Float32, G.WithShape(2, 2), G.WithName("x"))
	if a, b := G.Must(G.Dropout(x, 0.1)), G.Must(G.Dropout(x, 0.9)); a != b {
		t.Error("Gorgonia keeps its dropouts apart")
	}
	a, err := Dropout(x, 0.1, &Noise{}, "d")
	if err != nil {
		t.Fatal(err)
	}
	if b, err := Dropout(x, 0.9, &Noise{}, "d"); err != nil || a == b {
		t.Error("dropouts merged", err)
	}
}

// Making a machine for evaluation switches Gorgonia's dropout off in the
// training machine of the same graph. Programs here are graphs of their own.
func TestStockEvalModeReachesTheTrainingMachine(t *testing.T) {
	g := G.NewGraph()
	x := G.NewMatrix(g, tensor.Float32, G.WithShape(8, 8), G.WithName("x"), G.WithValue(matrix(8, 8, ones(64)...)))
	out := G.Must(G.Dropout(x, 0.5))
	training := G.NewTapeMachine(g)
	defer training.Close()
	evaluation := G.NewTapeMachine(g, G.EvalMode())
	defer evaluation.Close()
	if err := training.RunAll(); err != nil {
		t.Fatal(err)
	}
	if slices.Contains(out.Value().Data().([]float32), 0) {
		t.Error("Gorgonia's training machine still drops")
	}
}

// Gorgonia subtracts element 0 of the whole tensor from every row.
func TestStockSoftMaxOverflows(t *testing.T) {
	got, _ := stock(t, matrix(2, 2, 0, 0, 100, 0), func(x *G.Node) (*G.Node, error) { return G.SoftMax(x) })
	// The exponential of 100 overflows: NaN on amd64, other nonsense on arm64.
	if math.Abs(float64(got[2]-1)) < 0.5 {
		t.Errorf("Gorgonia's SoftMax gives %v", got)
	}
	logits := NewParam("logits", 2, 2)
	copy(logits.Write(), []float32{0, 0, 100, 0})
	p := crossEntropySubject(logits, []int32{0, 1}).build(t)
	run(t, p)
	if want := float32((math.Ln2 + 100) / 2); p.Loss() != want {
		t.Errorf("loss %v, want %v", p.Loss(), want)
	}
	if g := p.Gradients()[0].Data; !slices.Equal(g, []float32{-0.25, 0.25, 0.5, -0.5}) {
		t.Errorf("gradient %v", g)
	}
}

// Gorgonia knows the stable form of the binary cross-entropy only directly
// behind a Sigmoid.
func TestStockBinaryXentOverflows(t *testing.T) {
	xent := func(label float32) []float32 {
		got, _ := stock(t, matrix(2, 1, 16, 1), func(x *G.Node) (*G.Node, error) {
			y := G.NewVector(x.Graph(), tensor.Float32, G.WithShape(2), G.WithName("y"),
				G.WithValue(tensor.New(tensor.WithShape(2), tensor.WithBacking([]float32{label, label}))))
			return G.BinaryXent(G.Must(G.Reshape(G.Must(G.Sigmoid(x)), tensor.Shape{2})), y)
		})
		return got
	}
	if got := xent(0)[0]; !math.IsInf(float64(got), 1) {
		t.Errorf("Gorgonia gives %v for logit 16 and label 0", got)
	}
	if got := xent(1)[0]; got == got {
		t.Errorf("Gorgonia gives %v for logit 16 and label 1", got)
	}
	logits := NewParam("logits", 1, 1)
	logits.Write()[0] = 16
	for label, want := range []float64{16 + math.Log1p(math.Exp(-16)), math.Log1p(math.Exp(-16))} {
		p := bceSubject(logits, []float32{float32(label)}).build(t)
		run(t, p)
		if math.Abs(float64(p.Loss())-want) > 1e-7*want {
			t.Errorf("loss of label %d is %v, want %v", label, p.Loss(), want)
		}
	}
}

func byIndices(x *G.Node, ids ...int) (*G.Node, error) {
	n := G.NewVector(x.Graph(), tensor.Int, G.WithShape(len(ids)), G.WithName("ids"),
		G.WithValue(tensor.New(tensor.WithShape(len(ids)), tensor.WithBacking(ids))))
	return G.ByIndices(x, n, 0)
}

// An id past the end reads row 0 in Gorgonia; here it is an error (see
// TestErrorsOfInputs). Its gradient is as large as the table.
func TestStockByIndicesReadsRowZero(t *testing.T) {
	got, gradient := stock(t, matrix(3, 2, 1, 2, 3, 4, 5, 6), func(x *G.Node) (*G.Node, error) { return byIndices(x, 2, 3) })
	if !slices.Equal(got, []float32{5, 6, 1, 2}) {
		t.Errorf("Gorgonia gives %v for rows 2 and 3 of 3", got)
	}
	if len(gradient) != 6 {
		t.Errorf("Gorgonia's gradient has %d numbers", len(gradient))
	}
}

// An id of -1 ends the process in Gorgonia, so this runs in one of its own.
func TestStockByIndicesKillsTheProcess(t *testing.T) {
	const variable = "OPS_TEST_NEGATIVE_ID"
	if os.Getenv(variable) != "" {
		stock(t, matrix(3, 2, 1, 2, 3, 4, 5, 6), func(x *G.Node) (*G.Node, error) { return byIndices(x, -1) })
		return
	}
	if testing.Short() {
		t.Skip("starts a process")
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), variable+"=1")
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "panic:") {
		t.Errorf("Gorgonia survives id -1: %v", err)
	}
}

// Each time step's slice costs Gorgonia a gradient of the whole sequence. The
// LSTM's steps cost nothing (see TestSteadyStateAllocation).
func TestStockSlicesCostTheSquareOfTheLength(t *testing.T) {
	cost := func(steps int) float64 {
		const width = 64
		g := G.NewGraph()
		x := G.NewMatrix(g, tensor.Float32, G.WithShape(steps, width), G.WithName("x"), G.WithValue(matrix(steps, width, ones(steps*width)...)))
		sum := G.Must(G.Slice(x, G.S(0)))
		for s := 1; s < steps; s++ {
			sum = G.Must(G.Add(sum, G.Must(G.Slice(x, G.S(s)))))
		}
		if _, err := G.Grad(G.Must(G.Sum(sum)), x); err != nil {
			t.Fatal(err)
		}
		vm := G.NewTapeMachine(g)
		defer vm.Close()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return float64(after.TotalAlloc - before.TotalAlloc)
	}
	if ratio := cost(64) / cost(32); ratio < 2.8 {
		t.Errorf("twice the length costs Gorgonia %.1f times the memory", ratio)
	}
}
