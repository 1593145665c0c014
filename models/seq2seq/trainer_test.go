package seq2seq

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// shapes are networks that differ in what they have.
func shapes() map[string]Config {
	joint := tiny()
	joint.Joint, joint.SourceVocab = true, joint.TargetVocab
	deep := tiny()
	deep.Layers, deep.Embedding, deep.Hidden, deep.Encoder = 2, 32, 48, 17
	deep.Dropout = Dropout{0.2, 0.3, 0.4}
	return map[string]Config{"plain": tiny(), "joint": joint, "deep": deep}
}

func randomBatch(t testing.TB, rng *rand.Rand, c Config, pairs int) Batch {
	t.Helper()
	targets := texts(rng, pairs, c.TargetVocab, 12)
	targets[0] = nil
	b, err := NewBatch(texts(rng, pairs, c.SourceVocab, 9), targets)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOneStepReachesEveryParameter(t *testing.T) {
	for name, c := range shapes() {
		n := lively(t, c, 1)
		tr, err := n.Trainer(TrainerConfig{Smoothing: 0.1})
		if err != nil {
			t.Fatal(err)
		}
		if len(tr.Params()) != len(n.Params()) {
			t.Errorf("%s: %d parameters are trained, %d are there", name, len(tr.Params()), len(n.Params()))
		}
		_, grads, err := tr.Step(randomBatch(t, rand.New(rand.NewPCG(1, 1)), c, 8), 0)
		if err != nil {
			t.Fatal(err)
		}
		var count int64
		for i, p := range tr.Params() {
			count += int64(len(p.Data()))
			if !slices.ContainsFunc(grads[i].Data, func(v float32) bool { return v != 0 }) {
				t.Errorf("%s: %s has no gradient", name, p.Name)
			}
		}
		if count != n.config.Parameters() {
			t.Errorf("%s: %d parameters, the config says %d", name, count, n.config.Parameters())
		}
	}
}

// Gradients along a random direction agree with central differences.
func TestGradientsOfWholeNetworks(t *testing.T) {
	for name, c := range shapes() {
		rng := rand.New(rand.NewPCG(5, 5))
		c.Dropout = Dropout{}
		n := lively(t, c, 2)
		tr, err := n.Trainer(TrainerConfig{Smoothing: 0.1})
		if err != nil {
			t.Fatal(err)
		}
		b := randomBatch(t, rng, c, 6)
		_, grads, err := tr.Step(b, 0)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range tr.Params() {
			g := slices.Clone(dense(p, grads[i]))
			size := 0.0
			for _, v := range g {
				size += float64(v) * float64(v)
			}
			size = math.Sqrt(size)
			const step = 1e-2 // along the gradient itself, where the loss changes most
			saved := slices.Clone(p.Data())
			loss := func(by float64) float64 {
				w := p.Write()
				for k := range w {
					w[k] = saved[k] + float32(by*float64(g[k])/size)
				}
				l, _, err := tr.Step(b, 0)
				if err != nil {
					t.Fatal(err)
				}
				return float64(l)
			}
			got := (loss(step) - loss(-step)) / (2 * step)
			copy(p.Write(), saved)
			if !(math.Abs(got-size) <= 2e-3*size+2e-5) {
				t.Errorf("%s: along its gradient %s changes the loss by %v, want %v", name, p.Name, got, size)
			}
			if _, grads, err = tr.Step(b, 0); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// bits are those of a loss and of all gradients.
func bits(t *testing.T, tr *Trainer, b Batch, step uint64) uint64 {
	t.Helper()
	loss, grads, err := tr.Step(b, step)
	if err != nil {
		t.Fatal(err)
	}
	h := fnv.New64a()
	_ = binary.Write(h, binary.LittleEndian, loss)
	for _, g := range grads {
		_ = binary.Write(h, binary.LittleEndian, g.Rows)
		_ = binary.Write(h, binary.LittleEndian, g.Data)
	}
	return h.Sum64()
}

// Neither cores nor kernels nor what ran before reach the result.
func TestSameBitsOnAnyNumberOfCoresAndEveryKernel(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	c := shapes()["deep"]
	rng := rand.New(rand.NewPCG(6, 6))
	large, small := randomBatch(t, rng, c, 40), randomBatch(t, rng, c, 3)
	var want []uint64
	for _, path := range kernel.Available() {
		for _, cores := range []int{1, 2, 5} {
			restore, err := kernel.Use(path)
			if err != nil {
				t.Fatal(err)
			}
			runtime.GOMAXPROCS(cores)
			tr, err := lively(t, c, 3).Trainer(TrainerConfig{Seed: 7, Smoothing: 0.1})
			if err != nil {
				t.Fatal(err)
			}
			got := []uint64{bits(t, tr, small, 4), bits(t, tr, large, 5), bits(t, tr, small, 4)}
			if want == nil {
				want = got
			}
			if !slices.Equal(got, want) || got[0] != got[2] || got[0] == got[1] {
				t.Errorf("%s on %d cores: bits %x, want %x", path, cores, got, want)
			}
			restore()
		}
	}
}

func TestTrainerRefuses(t *testing.T) {
	n := lively(t, tiny(), 1)
	tr, err := n.Trainer(TrainerConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][2][][]int32{
		"source": {{{9}}, {{2}}}, "target": {{{2}}, {{6}}}, "negative": {{{-1}}, {{2}}},
	} {
		batch, err := NewBatch(b[0], b[1])
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := tr.Step(batch, 0); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for name, b := range map[string][2][][]int32{"none": {}, "unequal": {{{2}}, {}}, "empty": {{{}}, {{2}}}} {
		if _, err := NewBatch(b[0], b[1]); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := n.Trainer(TrainerConfig{Smoothing: 1}); err == nil {
		t.Error("smoothing 1 is accepted")
	}
	for name, change := range map[string]func(*Config){
		"vocab": func(c *Config) { c.SourceVocab = 2 }, "width": func(c *Config) { c.Hidden = 17 }, "joint": func(c *Config) { c.Joint = true },
		"dropout": func(c *Config) { c.Dropout.Output = 1 }, "std": func(c *Config) { c.EmbeddingStd = math.NaN() }, "huge": func(c *Config) { c.TargetVocab, c.Embedding = MaxVocab, MaxWidth },
	} {
		c := tiny()
		change(&c)
		if _, err := New(c, 1); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
