package train

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
)

// TestNotFinite: NaN and infinity stop training before a weight is touched, and
// the error says where.
func TestNotFinite(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for name, c := range map[string]struct {
		spoil func(loss *float32, g []ops.Gradient)
		want  string
	}{
		"loss NaN":      {func(l *float32, _ []ops.Gradient) { *l = nan }, "loss is NaN"},
		"loss infinite": {func(l *float32, _ []ops.Gradient) { *l = -inf }, "loss is -Inf"},
		"both":          {func(l *float32, g []ops.Gradient) { *l = nan; g[1].Data[0] = nan }, "fc.weight"},
		"sparse":        {func(_ *float32, g []ops.Gradient) { g[0].Data[1] = nan }, "gradient of embedding.weight"},
		"dense":         {func(_ *float32, g []ops.Gradient) { g[2].Data[0] = inf }, "gradient of fc.bias"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newBagModel(20, 2)
			var before []uint32
			m.onStep = func(step uint64, loss *float32, g []ops.Gradient) error {
				if step == 13 {
					before = m.bits()
					c.spoil(loss, g)
				}
				return nil
			}
			res, err := Fit(context.Background(), m, bagData(1, 20, 10), Config{Epochs: 3, Optimizer: SGD{Momentum: 0.5}})
			if !errors.Is(err, ErrNotFinite) || res.Reason != NotFinite || res.Steps != 13 {
				t.Fatalf("got %v, %v after %d steps", err, res.Reason, res.Steps)
			}
			for _, want := range []string{c.want, "epoch 2, step 14"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
			if !slices.Equal(m.bits(), before) {
				t.Error("weights were touched")
			}
		})
	}
}

// TestExplodes: an absurd learning rate ends in an error, and weights that are
// not finite are neither saved nor handed to an evaluation.
func TestExplodes(t *testing.T) {
	for _, opt := range []Optimizer{SGD{LearningRate: 1e9}, Adam{LearningRate: 1e38}, SGD{LearningRate: 1e38}} {
		m := newBagModel(20, 2)
		dir := t.TempDir()
		evaluated := func(context.Context) (Metrics, error) {
			for _, b := range m.bits() {
				if b&0x7f800000 == 0x7f800000 {
					t.Errorf("%v: evaluation of weights that are not finite", opt)
				}
			}
			return nil, nil
		}
		res, err := Fit(context.Background(), m, bagData(1, 20, 10), Config{Epochs: 30, Optimizer: opt, Dir: dir, CheckpointEvery: 1, Evaluate: evaluated})
		if !errors.Is(err, ErrNotFinite) || res.Reason != NotFinite {
			t.Errorf("%v: %v, %v", opt, res.Reason, err)
		}
		again := newBagModel(20, 2)
		_, err = Fit(context.Background(), again, bagData(1, 20, 10), Config{Epochs: 30, Optimizer: opt, Dir: dir, Resume: true})
		if !errors.Is(err, ErrNotFinite) {
			t.Errorf("%v: resumed: %v", opt, err)
		}
	}
}
