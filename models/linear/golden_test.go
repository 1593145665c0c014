package linear

import (
	"encoding/json"
	"iter"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/tokenize"
)

// golden is testdata/golden.json, made by golden.py with scikit-learn.
type golden struct {
	Texts    []string
	Labels   []int
	Features []struct {
		Name   string
		Config VectorizerConfig
		Terms  []string
		Rows   [][]float64
	}
	Classifiers []struct {
		Name        string
		Config      Config
		Classes     int
		Labels      []int
		Terms       []string
		Weight      []float64
		Bias        []float64
		Objective   []float64
		Probability []float64
	}
}

func readGolden(t *testing.T) *golden {
	t.Helper()
	data, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	g := &golden{}
	if err := json.Unmarshal(data, g); err != nil {
		t.Fatal(err)
	}
	if len(g.Features) < 10 || len(g.Classifiers) < 5 {
		t.Fatalf("golden file of %d and %d cases", len(g.Features), len(g.Classifiers))
	}
	return g
}

// documents yields texts whose tokens are separated by white space.
func documents(texts []string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for _, text := range texts {
			if !yield(strings.Fields(text), nil) {
				return
			}
		}
	}
}

func terms(v *Vectorizer) []string {
	if v.NGrams() == nil {
		return nil
	}
	var list []string
	for _, term := range v.NGrams().All() {
		list = append(list, term)
	}
	return list
}

// near reports how far got is from want, relative to the larger of 1 and
// |want|.
func near(got, want float64) float64 { return math.Abs(got-want) / math.Max(1, math.Abs(want)) }

func TestFeaturesEqualScikitLearn(t *testing.T) {
	g := readGolden(t)
	for _, c := range g.Features {
		t.Run(c.Name, func(t *testing.T) {
			v, m, err := NewVectorizer(t.Context(), c.Config, documents(g.Texts))
			if err != nil {
				t.Fatal(err)
			}
			if err := wellFormed(m); err != nil {
				t.Fatal(err)
			}
			if got := terms(v); !slices.Equal(got, c.Terms) {
				t.Fatalf("terms %q, want %q", got, c.Terms)
			}
			if len(c.Rows) != m.Rows {
				t.Fatalf("%d rows, want %d", m.Rows, len(c.Rows))
			}
			again, err := v.Transform(t.Context(), documents(g.Texts))
			if err != nil {
				t.Fatal(err)
			}
			worst := 0.0
			for i, want := range c.Rows {
				for _, m := range []*CSR{m, again} {
					index, values := m.Row(i)
					k := 0
					for j, column := range index {
						x := 1.0
						if values != nil {
							x = float64(values[j])
						}
						if x == 0 { // signs that cancel
							continue
						}
						if 2*k >= len(want) || int(want[2*k]) != int(column) {
							t.Fatalf("row %d: columns %v, want %v", i, index, want)
						}
						worst = max(worst, math.Abs(x-want[2*k+1]))
						k++
					}
					if 2*k != len(want) {
						t.Fatalf("row %d: %d elements, want %d", i, k, len(want)/2)
					}
				}
			}
			if worst > 1e-6 {
				t.Errorf("values differ by %.2g, want 1e-6 at most", worst)
			}
		})
	}
}

func TestClassifiersEqualScikitLearn(t *testing.T) {
	g := readGolden(t)
	for _, c := range g.Classifiers {
		t.Run(c.Name, func(t *testing.T) {
			c.Config.Tolerance = 1e-9
			classes := []string{"a", "b", "c"}[:c.Classes]
			m, report, err := TrainTokens(t.Context(), c.Config, tokenize.Config{}, classes, documents(g.Texts), func(i int) int { return c.Labels[i] })
			if err != nil {
				t.Fatal(err)
			}
			if got := terms(m.Vectorizer()); !slices.Equal(got, c.Terms) {
				t.Fatalf("terms %q, want %q", got, c.Terms)
			}
			for k, r := range report.Classes {
				if d := near(r.Objective, c.Objective[k]); d > 1e-7 || !r.Converged {
					t.Errorf("logit %d: objective %v, want %v; %+v", k, r.Objective, c.Objective[k], r)
				}
			}
			worst := 0.0
			for i, w := range m.Params()[0].Data() {
				worst = max(worst, near(float64(w), c.Weight[i]))
			}
			for i, b := range m.Params()[1].Data() {
				worst = max(worst, near(float64(b), c.Bias[i]))
			}
			if worst > 1e-5 {
				t.Errorf("weights differ by %.2g, want 1e-5 at most", worst)
			}
			worst = 0
			for i, text := range g.Texts {
				p, err := m.PredictTokens(strings.Fields(text))
				if err != nil {
					t.Fatal(err)
				}
				for k, got := range p.Probabilities {
					worst = max(worst, math.Abs(got-c.Probability[i*c.Classes+k]))
				}
			}
			if worst > 1e-5 {
				t.Errorf("probabilities differ by %.2g, want 1e-5 at most", worst)
			}
		})
	}
}
