package lstm

import (
	"strings"
	"testing"
)

func TestLayersAndParts(t *testing.T) {
	n := network(t, Config{Vocab: 3, Embedding: 2, Hidden: 2, Layers: 11, Bidirectional: true})
	for name, want := range map[string]struct {
		layer int
		part  string
	}{
		"fc.weight": {0, LinearPart}, "fc.bias": {0, LinearPart},
		"rnn.weight_ih_l10": {1, RNNPart}, "rnn.bias_hh_l10_reverse": {1, RNNPart},
		"rnn.bias_ih_l1": {10, RNNPart}, "rnn.weight_hh_l0": {11, RNNPart}, "rnn.weight_hh_l0_reverse": {11, RNNPart},
		"embedding.weight": {12, EmbeddingPart},
		"":                 {-1, ""}, "fc": {-1, ""}, "fc.": {-1, ""}, "rnn.weight_ih_l11": {-1, ""}, "embedding.bias": {-1, ""},
	} {
		if layer, part := n.Layer(name), n.Part(name); layer != want.layer || part != want.part {
			t.Errorf("%s is in layer %d of part %q, want %d of %q", name, layer, part, want.layer, want.part)
		}
	}
}

// Every parameter has a layer, and is called after its part.
func TestEveryParameterHasAPart(t *testing.T) {
	n := deep(t)
	seen := map[int]int{}
	for _, p := range n.Params() {
		seen[n.Layer(p.Name)]++
		if part := n.Part(p.Name); part == "" || !strings.HasPrefix(p.Name, part+".") {
			t.Errorf("%s belongs to part %q", p.Name, part)
		}
	}
	for layer, want := range map[int]int{0: 2, 1: 8, 2: 8, 3: 1} {
		if seen[layer] != want {
			t.Errorf("layer %d has %d parameters, want %d", layer, seen[layer], want)
		}
	}
	if n.Embedding() != n.Params()[0] || n.Embedding().Name != "embedding.weight" {
		t.Errorf("the embedding is %v", n.Embedding())
	}
}
