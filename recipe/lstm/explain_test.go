package lstm_test

import (
	"context"
	"math"
	"reflect"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
)

// What praises counts for a good review, what condemns against, and unknown
// words not at all.
func TestExplain(t *testing.T) {
	ctx := context.Background()
	const text = "the film was brilliant but somehow wooden flapdoodle"
	r, _ := fixture.Small(t)
	c := fixture.Train(t, r, fixture.Texts(t, fixture.Reviews(t, 400)), zoo.Run{}).Value.(zoo.Explainer)
	p, e, err := c.Explain(ctx, text)
	if err != nil {
		t.Fatal(err)
	}
	if want, err := c.Predict(ctx, text); err != nil || !reflect.DeepEqual(p, want) {
		t.Errorf("explained %+v, predicted %+v, %v", p, want, err)
	}
	parts := map[string]float64{}
	for _, w := range e.Words {
		parts[w.Token] = w.Contribution
	}
	if parts["brilliant"] < 0.5 || parts["wooden"] > -0.5 || parts["flapdoodle"] != 0 || math.Abs(e.Error) > 0.05 || e.Of != "positive" {
		t.Errorf("%+v", e)
	}
	for text, want := range map[string]float64{"the film was brilliant": 1, "brilliant flapdoodle": 0.5, "flapdoodle": 0, "": 0, " \n": 0} {
		if share, ok := c.(zoo.Knower).Known(text); share != want || !ok {
			t.Errorf("of %q %v is known, %v, want %v", text, share, ok, want)
		}
	}
	line, err := zoo.OpenModel("mlp-line")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := line.Value.(zoo.Explainer); ok {
		t.Error("a regressor explains texts")
	}
}
