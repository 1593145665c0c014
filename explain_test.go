package zoo_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/gorgonia-zoo/zoo"
)

// What praises counts for a good review, what condemns against, and unknown
// words not at all.
func TestExplain(t *testing.T) {
	ctx := context.Background()
	m, _, err := zoo.Train(ctx, small(t), openTexts(t, reviews(t, 400)), zoo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := m.Explain(ctx, "the film was brilliant but somehow wooden flapdoodle")
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]float64{}
	for _, w := range e.Words {
		parts[w.Token] = w.Contribution
	}
	if parts["brilliant"] < 0.5 || parts["wooden"] > -0.5 || parts["flapdoodle"] != 0 || math.Abs(e.Error) > 0.05 || e.Of != "positive" {
		t.Errorf("%+v", e)
	}
	line, err := zoo.OpenModel("mlp-line")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := line.Explain(ctx, "3"); !errors.Is(err, zoo.ErrUsage) {
		t.Errorf("a regressor: %v", err)
	}
}
