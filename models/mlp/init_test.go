package mlp

import (
	"math"
	"slices"
	"testing"
)

// PyTorch draws weights and biases of nn.Linear from U(-k, k) with k =
// 1/sqrt(inputs), whose standard deviation is k/sqrt(3).
func TestInitialWeights(t *testing.T) {
	r := regressor(t, 400, 300, 25)
	for i, p := range r.Params() {
		k := 1 / math.Sqrt([]float64{400, 300}[i/2])
		var sum, squares, largest float64
		for _, v := range p.Data() {
			sum += float64(v)
			squares += float64(v) * float64(v)
			largest = max(largest, math.Abs(float64(v)))
		}
		n := float64(len(p.Data()))
		mean, std, want := sum/n, math.Sqrt(squares/n), k/math.Sqrt(3)
		if largest > k || largest < k*(1-10/n) {
			t.Errorf("%v: largest is %v, want to come near %v", p, largest, k)
		}
		if math.Abs(mean) > 4*want/math.Sqrt(n) || math.Abs(std-want) > 3*want/math.Sqrt(n) {
			t.Errorf("%v: mean %v, standard deviation %v, want 0 and %v", p, mean, std, want)
		}
	}
}

func TestInitialWeightsDependOnTheSeed(t *testing.T) {
	draw := func(seed uint64) []float32 {
		r, err := New(Config{Sizes: []int{3, 4}}, seed)
		if err != nil {
			t.Fatal(err)
		}
		return r.Params()[0].Data()
	}
	if !slices.Equal(draw(1), draw(1)) || slices.Equal(draw(1), draw(2)) {
		t.Error("weights are not those of the seed")
	}
}
