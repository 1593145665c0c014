package lstm

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
)

// PyTorch draws embeddings from N(0, 1), all weights and biases of an LSTM
// from U(-k, k) with k = 1/sqrt(hidden), and those of a linear layer with k =
// 1/sqrt(inputs).
func TestInitialWeights(t *testing.T) {
	const hidden = 50
	n := network(t, Config{Vocab: 500, Embedding: 40, Hidden: hidden, Layers: 2, Bidirectional: true, Classes: 30,
		Pooling: []ops.Pooling{ops.PoolLast, ops.PoolMax}, EmbeddingStd: 0.5})
	for _, p := range n.Params() {
		var sum, squares, largest float64
		for _, v := range p.Data() {
			sum += float64(v)
			squares += float64(v) * float64(v)
			largest = max(largest, math.Abs(float64(v)))
		}
		count := float64(len(p.Data()))
		mean, std := sum/count, math.Sqrt(squares/count)
		bound := 1 / math.Sqrt(hidden)
		if strings.HasPrefix(p.Name, "fc.") {
			bound = 1 / math.Sqrt(4*hidden)
		}
		want := bound / math.Sqrt(3)
		if p.Name == "embedding.weight" {
			want, bound = 0.5, 0.5*6
		} else if largest < bound*(1-10/count) {
			t.Errorf("%v: largest is %v, want to come near %v", p, largest, bound)
		}
		if largest > bound || math.Abs(mean) > 4*want/math.Sqrt(count) || math.Abs(std-want) > 3*want/math.Sqrt(count) {
			t.Errorf("%v: mean %v, standard deviation %v, largest %v, want 0, %v, %v", p, mean, std, largest, want, bound)
		}
	}
}

func TestParametersHavePyTorchsNamesAndShapes(t *testing.T) {
	n := network(t, Config{Vocab: 7, Embedding: 5, Hidden: 3, Layers: 2, Bidirectional: true})
	var got []string
	for _, p := range n.Params() {
		got = append(got, p.String())
	}
	want := []string{"embedding.weight(7, 5)",
		"rnn.weight_ih_l0(12, 5)", "rnn.weight_hh_l0(12, 3)", "rnn.bias_ih_l0(12)", "rnn.bias_hh_l0(12)",
		"rnn.weight_ih_l0_reverse(12, 5)", "rnn.weight_hh_l0_reverse(12, 3)", "rnn.bias_ih_l0_reverse(12)", "rnn.bias_hh_l0_reverse(12)",
		"rnn.weight_ih_l1(12, 6)", "rnn.weight_hh_l1(12, 3)", "rnn.bias_ih_l1(12)", "rnn.bias_hh_l1(12)",
		"rnn.weight_ih_l1_reverse(12, 6)", "rnn.weight_hh_l1_reverse(12, 3)", "rnn.bias_ih_l1_reverse(12)", "rnn.bias_hh_l1_reverse(12)",
		"fc.weight(1, 6)", "fc.bias(1)"}
	if !slices.Equal(got, want) {
		t.Errorf("parameters %v", got)
	}
}

func TestInitialWeightsDependOnTheSeed(t *testing.T) {
	draw := func(seed uint64) []float32 {
		n, err := New(small(), seed)
		if err != nil {
			t.Fatal(err)
		}
		return n.Params()[1].Data()
	}
	if !slices.Equal(draw(1), draw(1)) || slices.Equal(draw(1), draw(2)) {
		t.Error("weights are not those of the seed")
	}
}
