package reliability_test

import (
	"context"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/models/lstm"
)

// tiny is a recipe for the made-up reviews with all that draws random numbers.
func tiny(t *testing.T) zoo.Recipe {
	t.Helper()
	r, _ := fixture.Tiny(t)
	return r
}

// body is what of an LSTM's recipe can be changed.
func body(r zoo.Recipe) *zoo.TextRecipe { return r.Body.(*zoo.TextRecipe) }

// classifier is the model that an LSTM's recipe made.
func classifier(m *zoo.Model) *lstm.Classifier { return m.Value.(*zoo.LSTMClassifier).Classifier }

// trainTo trains and returns the checksum of the weights.
func trainTo(t *testing.T, r zoo.Recipe, data zoo.Data, run zoo.Run) string {
	t.Helper()
	return fixture.SHA(t, fixture.Train(t, r, data, run))
}

// trained saves a small classifier and returns it with its directory.
func trained(t *testing.T) (*lstm.Classifier, string) {
	t.Helper()
	r := tiny(t)
	body(r).Epochs = 1
	m, _, err := zoo.Train(context.Background(), r, fixture.Texts(t, fixture.Reviews(t, 80)), zoo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "model")
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	return classifier(m), dir
}

// various are texts of many lengths.
func various(n int) []string {
	words := strings.Fields("the film was brilliant but its ending , somehow , felt tedious and nobody knows why")
	texts := make([]string, n)
	for i := range texts {
		var text []string
		for k := range 1 + i%37 {
			text = append(text, words[(i*7+k*k)%len(words)])
		}
		texts[i] = strings.Join(text, " ")
	}
	return texts
}

// same tells whether two predictions have the same bits.
func same(a, b lstm.Prediction) bool {
	return a.Label == b.Label && math.Float64bits(a.Probability) == math.Float64bits(b.Probability) && a.Tokens == b.Tokens &&
		math.Float64bits(a.Logits[0]) == math.Float64bits(b.Logits[0])
}
