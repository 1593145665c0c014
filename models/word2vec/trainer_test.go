package word2vec

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"math"
	"runtime"
	"testing"

	"encoding/binary"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/ops"
)

// text draws texts of n words over v, where words of one half keep together.
func text(texts, n, v int) [][]int32 {
	rng := ops.Stream(3, "text", 0)
	out := make([][]int32, texts)
	for i := range out {
		half := int32(i % 2)
		for range n {
			// Small ids are frequent.
			w := min(rng.Uint64N(uint64(v/2)), rng.Uint64N(uint64(v/2)))
			out[i] = append(out[i], 2*int32(w)+half)
		}
	}
	return out
}

// fit trains from the given step on and returns a checksum of the weights.
func fit(t testing.TB, c Config, plan TrainerConfig, texts [][]int32) (*Trainer, uint32) {
	t.Helper()
	tr, err := NewTrainer(c, plan, texts)
	if err != nil {
		t.Fatal(err)
	}
	step := uint64(0)
	for e := range tr.plan.Epochs {
		for r := range tr.Epoch(e) {
			loss, grads, err := tr.Step(r, step)
			if err != nil || len(grads) != 2 || !(loss > 0) || math.IsInf(float64(loss), 0) {
				t.Fatalf("step %d: loss %v, %v", step, loss, err)
			}
			step++
		}
	}
	return tr, sum(tr)
}

func sum(tr *Trainer) uint32 {
	h := crc32.NewIEEE()
	for _, p := range tr.Params() {
		binary.Write(h, binary.LittleEndian, p.Data())
	}
	return h.Sum32()
}

var small8 = TrainerConfig{Vocab: 60, Epochs: 2, Chunk: 40, Seed: 7}

// The weights are the same with any number of cores and on any path; and not
// with another seed.
func TestSameBytes(t *testing.T) {
	texts := text(60, 25, 60)
	for _, c := range []Config{{Dim: 20, Window: 3}, {Dim: 16, Window: 2, CBOW: true, Negative: 3}, {Dim: 5, Window: 40, Sample: -1}} {
		_, want := fit(t, c, small8, texts)
		for _, procs := range []int{1, 2, 5} {
			old := runtime.GOMAXPROCS(procs)
			_, got := fit(t, c, small8, texts)
			runtime.GOMAXPROCS(old)
			if got != want {
				t.Errorf("%+v on %d cores: %x, want %x", c, procs, got, want)
			}
		}
		for _, path := range kernel.Available() {
			restore, err := kernel.Use(path)
			if err != nil {
				t.Fatal(err)
			}
			_, got := fit(t, c, small8, texts)
			restore()
			if got != want {
				t.Errorf("%+v on %s: %x, want %x", c, path, got, want)
			}
		}
		other := small8
		other.Seed++
		if _, got := fit(t, c, other, texts); got == want {
			t.Errorf("%+v: another seed gives the same", c)
		}
	}
}

// Words that keep together come near each other, also where so few words meet so
// often that plain sums of their gradients would overshoot.
func TestLearns(t *testing.T) {
	for _, cbow := range []bool{false, true} {
		plan := TrainerConfig{Vocab: 60, Epochs: 10, LearningRate: 0.1, Seed: 1}
		tr, _ := fit(t, Config{Dim: 16, Sample: -1, CBOW: cbow}, plan, text(200, 30, 60))
		words := make([]string, 60)
		for i := range words {
			words[i] = fmt.Sprint(i)
		}
		v, err := NewVectors(words, 16, tr.Params()[0].Data())
		if err != nil {
			t.Fatal(err)
		}
		var same, other float64
		for i := range 20 {
			for j := range i {
				s, err := v.Similarity(words[i], words[j])
				if err != nil {
					t.Fatal(err)
				}
				if i%2 == j%2 {
					same += s / 90
				} else {
					other += s / 100
				}
			}
		}
		if !(same > other+0.3) {
			t.Errorf("CBOW %v: similarity %.3f within a half, %.3f across", cbow, same, other)
		}
	}
}

func TestTrainerRefuses(t *testing.T) {
	ok := [][]int32{{0, 1, 2}}
	for name, c := range map[string]struct {
		config Config
		plan   TrainerConfig
		texts  [][]int32
		want   string
	}{
		"dim":       {Config{Dim: -1}, TrainerConfig{Vocab: 3}, ok, "dim is -1"},
		"window":    {Config{Window: 101}, TrainerConfig{Vocab: 3}, ok, "window is 101"},
		"negative":  {Config{Negative: -1}, TrainerConfig{Vocab: 3}, ok, "negative is -1"},
		"sample":    {Config{Sample: 2}, TrainerConfig{Vocab: 3}, ok, "sample is 2"},
		"NaN":       {Config{Sample: math.NaN()}, TrainerConfig{Vocab: 3}, ok, "sample is NaN"},
		"no words":  {Config{}, TrainerConfig{}, ok, "vocabulary of 0"},
		"epochs":    {Config{}, TrainerConfig{Vocab: 3, Epochs: -1}, ok, "-1 epochs"},
		"rate":      {Config{}, TrainerConfig{Vocab: 3, LearningRate: math.NaN()}, ok, "learning rate NaN"},
		"outside":   {Config{}, TrainerConfig{Vocab: 2}, ok, "text 0, word 2 has the id 2"},
		"no text":   {Config{}, TrainerConfig{Vocab: 2}, nil, "nothing to learn from"},
		"all lost":  {Config{}, TrainerConfig{Vocab: 2}, [][]int32{{-1}, {-1, -1}, {}}, "nothing to learn from"},
		"too large": {Config{Dim: MaxDim}, TrainerConfig{Vocab: MaxVocab}, ok, "at most 2^31"},
	} {
		_, err := NewTrainer(c.config, c.plan, c.texts)
		if err == nil || !bytes.Contains([]byte(err.Error()), []byte(c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
