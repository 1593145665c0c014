package train

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
)

// bagTop trains the linear layer from the first epoch on, the embedding from
// the second.
func bagTop(name string) int {
	if strings.HasPrefix(name, "fc.") {
		return 0
	}
	return 1
}

// Until its epoch a parameter keeps its bits; its first step is then Adam's
// first step, which has the length of the learning rate.
func TestUnfreeze(t *testing.T) {
	const rate = 0.02
	m := newBagModel(resumeVocab, 3)
	begun := map[string][]float32{}
	for _, p := range m.Params() {
		begun[p.Name] = slices.Clone(p.Data())
	}
	steps := 0
	m.onStep = func(step uint64, _ *float32, _ []ops.Gradient) error {
		steps++
		for _, p := range m.Params() {
			first := uint64(bagTop(p.Name) * resumeBatches)
			var most float64
			for i, v := range p.Data() {
				most = max(most, math.Abs(float64(v)-float64(begun[p.Name][i])))
			}
			switch {
			case step <= first && most != 0:
				t.Errorf("step %d: %s has moved by %v before its time", step, p.Name, most)
			case step == first+1 && math.Abs(most-rate) > rate/100:
				t.Errorf("first step of %s goes %v far, want %v", p.Name, most, rate)
			}
		}
		return nil
	}
	mustFit(t, m, bagData(1, resumeVocab, resumeBatches), Config{Epochs: 3, Optimizer: Adam{LearningRate: rate}, Unfreeze: bagTop})
	if steps != 3*resumeBatches {
		t.Errorf("%d steps", steps)
	}
}

func TestUnfreezeErrors(t *testing.T) {
	data := bagData(1, resumeVocab, resumeBatches)
	unknown := data
	unknown.Count = 0
	for name, c := range map[string]struct {
		data  Batches[bags]
		epoch func(string) int
		says  string
	}{
		"negative":           {data, func(string) int { return -1 }, "want an epoch from 0"},
		"none at first":      {data, func(string) int { return 1 }, "in the first epoch"},
		"steps not known":    {unknown, bagTop, "how many steps"},
		"all at once, fine":  {unknown, func(string) int { return 0 }, ""},
		"gradual, and known": {data, bagTop, ""},
	} {
		_, err := Fit(context.Background(), newBagModel(resumeVocab, 3), c.data, Config{Epochs: 1, Unfreeze: c.epoch})
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}
