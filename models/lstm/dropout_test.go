package lstm

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
)

// places are the configs that drop at one place each.
func places() map[string]Config {
	all := map[string]Config{}
	for name, d := range map[string]Dropout{
		"embedding": {Embedding: 0.5}, "layer": {Layer: 0.5}, "output": {Output: 0.5}, "recurrent": {Recurrent: 0.5},
		"embedding, locked": {Embedding: 0.5, Locked: true}, "layer, locked": {Layer: 0.5, Locked: true},
	} {
		c := small()
		c.Layers, c.Dropout = 2, d
		all[name] = c
	}
	return all
}

// steady is a batch that every test of dropout uses.
func steady(t testing.TB) Batch {
	rng := rand.New(rand.NewPCG(1, 1))
	return labelled(t, rng, texts(rng, 8, 6, 20), 2)
}

func TestEachPlaceDrops(t *testing.T) {
	b := steady(t)
	plain := small()
	plain.Layers = 2
	seen := map[float32]string{step(t, trainer(t, network(t, plain), TrainerConfig{}), b, 0).loss: "no dropout"}
	for name, c := range places() {
		loss := step(t, trainer(t, network(t, c), TrainerConfig{}), b, 0).loss
		if other, ok := seen[loss]; ok {
			t.Errorf("%s: the loss is that of %s", name, other)
		}
		seen[loss] = name
	}
}

func TestDropoutBetweenLayersNeedsTwo(t *testing.T) {
	b := steady(t)
	c := small()
	want := step(t, trainer(t, network(t, c), TrainerConfig{}), b, 0)
	c.Dropout.Layer = 0.5
	if !step(t, trainer(t, network(t, c), TrainerConfig{}), b, 0).equal(want) {
		t.Error("one layer drops between layers")
	}
}

// Seed and step decide every bit; nothing else does.
func TestDropoutIsDeterministic(t *testing.T) {
	b := steady(t)
	for name, c := range places() {
		n := network(t, c)
		tr := trainer(t, n, TrainerConfig{Seed: 1})
		first := step(t, tr, b, 5)
		if step(t, tr, b, 6).equal(first) {
			t.Errorf("%s: step 6 has the bits of step 5", name)
		}
		if !step(t, tr, b, 5).equal(first) {
			t.Errorf("%s: step 5 again has other bits", name)
		}
		if !step(t, trainer(t, n, TrainerConfig{Seed: 1}), b, 5).equal(first) {
			t.Errorf("%s: step 5 of another trainer has other bits", name)
		}
		if step(t, trainer(t, n, TrainerConfig{Seed: 2}), b, 5).equal(first) {
			t.Errorf("%s: seed 2 has the bits of seed 1", name)
		}
	}
}

// Predictions drop nothing, and predicting does not switch dropout off in
// training, as it would with Gorgonia's own.
func TestPredictingLeavesDropoutAlone(t *testing.T) {
	b := steady(t)
	plain := small()
	plain.Layers = 2
	want := logits(t, network(t, plain), b.Texts)
	for name, c := range places() {
		n := network(t, c)
		tr := trainer(t, n, TrainerConfig{})
		first := step(t, tr, b, 0)
		if got := logits(t, n, b.Texts); !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%s: predictions drop", name)
		}
		if !step(t, tr, b, 0).equal(first) {
			t.Errorf("%s: predicting changes training", name)
		}
	}
}

func logits(t testing.TB, n *Network, all [][]int32) [][]float32 {
	t.Helper()
	out, err := n.Logits(context.Background(), all)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
