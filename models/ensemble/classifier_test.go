package ensemble

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/weights"
)

// fixed answers texts, which are single letters, by probabilities of its own.
type fixed struct {
	classes []string
	answers map[string][]float64
}

func (f fixed) Classes() []string    { return f.classes }
func (f fixed) Temperature() float64 { return 1 }

func (f fixed) Predict(ctx context.Context, text string) (classify.Prediction, error) {
	return classify.One(f.PredictAll(ctx, []string{text}))
}

func (f fixed) PredictAll(_ context.Context, texts []string) ([]classify.Prediction, error) {
	out := make([]classify.Prediction, len(texts))
	for i, t := range texts {
		out[i] = classify.Prediction{Probabilities: f.answers[t], Tokens: 1}
	}
	return out, nil
}

// two members, the second with its classes in the other order.
func two() []classify.Classifier {
	return []classify.Classifier{
		fixed{[]string{"no", "yes"}, map[string][]float64{"a": {0.9, 0.1}, "b": {0.4, 0.6}, "c": {1, 0}}},
		fixed{[]string{"yes", "no"}, map[string][]float64{"a": {0.3, 0.7}, "b": {0.2, 0.8}, "c": {0.5, 0.5}}},
	}
}

func TestPredictAll(t *testing.T) {
	c, err := New(two(), []float32{0.5, 2})
	if err != nil {
		t.Fatal(err)
	}
	all, err := c.PredictAll(context.Background(), []string{"a", "b", "c"})
	if err != nil {
		t.Fatal(err)
	}
	for i, odds := range []float64{ // of yes
		math.Pow(0.1/0.9, 0.5) * math.Pow(0.3/0.7, 2),
		math.Pow(0.6/0.4, 0.5) * math.Pow(0.2/0.8, 2),
		math.Pow(1e-30, 0.5),
	} {
		p := all[i]
		if want := odds / (1 + odds); math.Abs(p.Probabilities[1]-want) > 1e-12 || math.Abs(p.Logits[0]-math.Log(odds)) > 1e-9 {
			t.Errorf("text %d: %+v, want a probability of %v", i, p, want)
		}
		if p.Label != "no" || p.Class != 0 || p.Tokens != 1 || p.Probability != p.Probabilities[0] {
			t.Errorf("text %d: %+v", i, p)
		}
	}
}

// No weights near those of Fit have a smaller loss, and a member that says nothing gets
// no weight of its own.
func TestFit(t *testing.T) {
	var texts []string
	var labels []int32
	answers := [2]map[string][]float64{{}, {}}
	for i := range 60 {
		text := string(rune('A' + i))
		label := int32(i % 2)
		p, q := 0.55+float64(i%7)*0.05, 0.6+float64(i%5)*0.05
		if i%9 == 0 {
			p = 1 - p
		}
		if i%4 == 0 {
			q = 1 - q
		}
		if label == 0 {
			p, q = 1-p, 1-q
		}
		texts, labels = append(texts, text), append(labels, label)
		answers[0][text], answers[1][text] = []float64{1 - p, p}, []float64{1 - q, q}
	}
	members := []classify.Classifier{fixed{[]string{"no", "yes"}, answers[0]}, fixed{[]string{"no", "yes"}, answers[1]}}
	w, err := Fit(context.Background(), members, texts, labels)
	if err != nil {
		t.Fatal(err)
	}
	loss := func(w []float32) (sum float64) {
		c, err := New(members, w)
		if err != nil {
			t.Fatal(err)
		}
		all, err := c.PredictAll(context.Background(), texts)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range all {
			sum -= math.Log(p.Probabilities[labels[i]])
		}
		return sum
	}
	best := loss(w)
	for _, d := range [][]float32{{0.01, 0}, {-0.01, 0}, {0, 0.01}, {0, -0.01}, {0.01, -0.01}, {-0.01, 0.01}} {
		if l := loss([]float32{w[0] + d[0], w[1] + d[1]}); l < best {
			t.Errorf("weights %v have the loss %v, %v more have %v", w, best, d, l)
		}
	}
	if again, err := Fit(context.Background(), members, texts, labels); err != nil || !slices.Equal(again, w) {
		t.Errorf("fitted again %v, %v", again, err)
	}
	if _, err := Fit(context.Background(), members, nil, nil); err == nil {
		t.Error("fitted on nothing")
	}
}

func TestNewRefuses(t *testing.T) {
	one := fixed{classes: []string{"no", "yes"}}
	for name, c := range map[string]struct {
		members []classify.Classifier
		weights []float32
	}{
		"one member":    {two()[:1], []float32{1}},
		"three weights": {two(), []float32{1, 1, 1}},
		"no number":     {two(), []float32{1, float32(math.NaN())}},
		"other classes": {[]classify.Classifier{one, fixed{classes: []string{"no", "perhaps"}}}, []float32{1, 1}},
		"more classes":  {[]classify.Classifier{one, fixed{classes: []string{"no", "yes", "perhaps"}}}, []float32{1, 1}},
	} {
		if _, err := New(c.members, c.weights); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestArtefact(t *testing.T) {
	c, err := New(two(), []float32{0.5, 2})
	if err != nil {
		t.Fatal(err)
	}
	make := func() *weights.Artefact {
		a, err := c.Artefact([]Member{{"first", "11"}, {"second", "22"}}, weights.Card{})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	open := func(name string) (classify.Classifier, string, error) {
		switch name {
		case "first":
			return two()[0], "11", nil
		case "second":
			return two()[1], "22", nil
		}
		return nil, "", errors.New("no such model")
	}
	again, err := FromArtefact(make(), open)
	if err != nil || !slices.Equal(again.Weights(), c.Weights()) {
		t.Fatal(again, err)
	}
	for says, change := range map[string]func(a *weights.Artefact){
		"artefact of a model":    func(a *weights.Artefact) { a.Model = "mean" },
		"1 members, want 2 to 8": func(a *weights.Artefact) { a.Config = []byte(`{"members":[{"name":"first","sha256":"11"}]}`) },
		"no such model":          func(a *weights.Artefact) { a.Config = []byte(strings.Replace(string(a.Config), "first", "third", 1)) },
		"has the weights 22":     func(a *weights.Artefact) { a.Config = []byte(strings.Replace(string(a.Config), `"22"`, `"23"`, 1)) },
		"the classes":            func(a *weights.Artefact) { a.Classes = []string{"yes", "no"} },
		"config":                 func(a *weights.Artefact) { a.Config = []byte(`{"members":3}`) },
		"weight":                 func(a *weights.Artefact) { a.Weights, _ = weights.New(nil, nil) },
	} {
		a := make()
		change(a)
		if _, err := FromArtefact(a, open); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}
