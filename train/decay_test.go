package train

import (
	"slices"
	"strings"
	"testing"
)

// Parameters that Decays spares are trained as if there were no weight decay,
// the others as if it applied to all, by each optimizer and rule of sparsity.
func TestDecaysSparesParameters(t *testing.T) {
	// After one step: later ones depend on all parameters.
	after := func(o Optimizer, decays func(string) bool) map[string][]float32 {
		m := newBagModel(resumeVocab, 3)
		m.Params()[2].Write()[0] = 1 // a bias of 0 would not show a decay
		mustFit(t, m, bagData(1, resumeVocab, resumeBatches), Config{Steps: 1, Optimizer: o, Decays: decays})
		out := map[string][]float32{}
		for _, p := range m.Params() {
			out[p.Name] = slices.Clone(p.Data())
		}
		return out
	}
	bias := func(name string) bool { return !strings.HasSuffix(name, "bias") }
	for name, with := range map[string]func(decay float64, s SparseRule) Optimizer{
		"adamw": func(d float64, s SparseRule) Optimizer { return AdamW{LearningRate: 0.05, WeightDecay: d, Sparse: s} },
		"sgd":   func(d float64, s SparseRule) Optimizer { return SGD{LearningRate: 0.05, WeightDecay: d, Sparse: s} },
	} {
		for _, s := range []SparseRule{CatchUp, Dense, Lazy} {
			all, none, some := after(with(3, s), nil), after(with(0, s), nil), after(with(3, s), bias)
			for _, p := range []string{"embedding.weight", "fc.weight"} {
				if !slices.Equal(some[p], all[p]) || slices.Equal(all[p], none[p]) {
					t.Errorf("%s, %v: %s is not decayed as without Decays", name, s, p)
				}
			}
			if !slices.Equal(some["fc.bias"], none["fc.bias"]) || slices.Equal(all["fc.bias"], none["fc.bias"]) {
				t.Errorf("%s, %v: the bias is decayed", name, s)
			}
		}
	}
}
