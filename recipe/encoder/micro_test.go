package encoder_test

import (
	"context"
	"math"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/recipe/encoder"
)

// Batches in parts make the same bytes each time, and but for rounding the model
// that they make at once.
func TestTuneInParts(t *testing.T) {
	path := fixture.Reviews(t, 60)
	tune := func(micro int) (logit float64, sha string) {
		t.Helper()
		r, b := tuning(t)
		b.Epochs, b.Dropout, b.HeadDropout, b.ClassWeights, b.MicroTokens, b.KeepBest = 1, 0, 0, "balanced", micro, false
		b.Optimizer.Kind, b.Optimizer.LearningRate, b.Optimizer.WeightDecay = "sgd", 0.05, 0 // Adam divides by what is almost nothing
		m := fixture.Train(t, r, fixture.Texts(t, path), zoo.Run{})
		p, err := m.Value.(*encoder.Classifier).Classifier.PredictAll(context.Background(), []string{"a joy"})
		if err != nil {
			t.Fatal(err)
		}
		return p[0].Logits[0] - p[0].Logits[1], fixture.SHA(t, m)
	}
	at, sha := tune(0)
	got, parts := tune(40)
	if again, same := tune(40); again != got || same != parts {
		t.Error("the same parts make other bytes")
	}
	if math.Abs(got-at) > 1e-4*math.Abs(at) || parts == sha {
		t.Errorf("a logit of %v in parts, %v at once; the same bytes: %v", got, at, parts == sha)
	}
	r, b := tuning(t)
	b.MicroTokens = -1
	if err := r.Body.Check(); err == nil {
		t.Error("parts of -1 tokens")
	}
}
