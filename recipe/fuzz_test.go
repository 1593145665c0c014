package recipe_test

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/hostile"
	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/weights"
)

// FuzzRecipe: any bytes are an error, or a recipe that says the same when it
// is written and read again, and whose numbers are refused or make sense.
func FuzzRecipe(f *testing.F) {
	table := zoo.Families()
	tuning := recipe.Recipe{Name: "x", Family: family("finetune"), Body: family("finetune").Tuning.Plain("lstm-imdb")}
	for _, r := range append(table.Named(), tuning) {
		data, err := json.Marshal(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
	for _, s := range []string{
		"", "{}", "null", "[]", `{"name":"x","line":{"sizes":[1,99999999,1],"steps":1}}`, `{"name":"x","line":{"sizes":[1e300]}}`,
		`{"name":"x","line":{"sizes":[1,1],"steps":1,"batch":1,"epochs":9223372036854775807,"optimizer":{"kind":"sgd","learning_rate":1e999}}}`,
		`{"name":"x","line":{"sizes":[1,1],"steps":-1}}`, `{"name":"x","text":{},"line":{}}`, `{"name":"x","text":{"seed":-1}}`,
		`{"name":"x","text":{"model":{"hidden":9223372036854775808}}}`, `{"name":"x","name":"y"}`, strings.Repeat(`{"text":`, 10000), "\xff\xfe{\x00}\x00",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var r recipe.Recipe
		var err error
		hostile.Bounded(t, len(data), 1<<20, 400, func() { r, err = table.Parse(data) })
		if err != nil {
			return
		}
		again, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := table.Parse(again); err != nil || !reflect.DeepEqual(r, s) {
			t.Fatalf("%v: written again it is %+v, was %+v", err, s, r)
		}
		if err := r.Check(); err != nil {
			if !strings.HasPrefix(err.Error(), "zoo: recipe") {
				t.Fatalf("whose error is %v", err)
			}
			return
		}
		if _, err := r.Command(0); err != nil {
			t.Fatalf("whose command is an error: %v", err)
		}
		if _, err := r.Identity("data"); err != nil {
			t.Fatalf("whose identity is an error: %v", err)
		}
		if r.Body.BySteps() == nil { // solved, not trained by steps
			return
		}
		c, err := r.Body.BySteps().Config(r.Name, 10, recipe.Run{})
		if err == nil && c.Epochs < 1 {
			t.Fatalf("%d epochs", c.Epochs)
		}
	})
}

// FuzzModel: a config, vocabulary and tensors that do not belong together are
// an error, or a model that answers; never more memory than the file has.
func FuzzModel(f *testing.F) {
	add := func(a *weights.Artefact, vocab string) {
		var b strings.Builder
		if _, err := a.Weights.WriteTo(&b); err != nil {
			f.Fatal(err)
		}
		model := b.String()
		config, pre := string(a.Config), string(a.Preprocess)
		kind := a.Model == lstm.Kind
		f.Add(kind, config, pre, []byte(vocab), []byte(model))
		f.Add(!kind, config, pre, []byte(vocab), []byte(model))
		f.Add(kind, strings.Replace(config, "3", "16000", 1), pre, []byte(vocab), []byte(model))
		f.Add(kind, config, `{"temperature":-1}`, []byte(vocab), []byte(model))
		f.Add(kind, config, `{"max_tokens":9223372036854775807,"temperature":1e-300}`, []byte(vocab), []byte(model))
		f.Add(kind, strings.Replace(config, "{", `{"layers":16,`, 1), pre, []byte(vocab), []byte(model))
		f.Add(kind, config, pre, []byte("zoo-vocab 1 1 1\n<unk>\n"), []byte(model))
		f.Add(kind, config, pre, []byte(vocab), []byte(strings.Replace(model, "fc", "cf", 1)))
	}
	const words = "zoo-vocab 1 4 2\n<unk>\n<pad>\na\nfilm\n"
	vocab, err := tokenize.ReadVocab(strings.NewReader(words))
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range []lstm.Config{{Vocab: 4, Embedding: 3, Hidden: 2}, {Vocab: 4, Embedding: 2, Hidden: 3, Layers: 2, Bidirectional: true}} {
		n, err := lstm.New(c, 1)
		if err != nil {
			f.Fatal(err)
		}
		clf, err := lstm.NewClassifier(n, lstm.ClassifierConfig{Vocab: vocab, Classes: []string{"a", "b"}})
		if err != nil {
			f.Fatal(err)
		}
		a, err := clf.Artefact(weights.Card{Name: "x"}, weights.F32)
		if err != nil {
			f.Fatal(err)
		}
		add(a, words)
	}
	r, err := mlp.New(mlp.Config{Sizes: []int{1, 3, 1}}, 1)
	if err != nil {
		f.Fatal(err)
	}
	a, err := r.Artefact(weights.Card{Name: "x"}, weights.F32)
	if err != nil {
		f.Fatal(err)
	}
	add(a, words)

	table := zoo.Families()
	f.Fuzz(func(t *testing.T, text bool, config, pre string, vocab, model []byte) {
		a := &weights.Artefact{Model: mlp.Kind, Config: json.RawMessage(config)}
		if text {
			a.Model, a.Tokenizer, a.Classes = lstm.Kind, &tokenize.Config{}, []string{"a", "b"}
		}
		if pre != "" {
			a.Preprocess = json.RawMessage(pre)
		}
		var err error
		if a.Vocab, err = tokenize.ReadVocab(strings.NewReader(string(vocab))); err != nil {
			return
		}
		if a.Weights, err = weights.Read(model); err != nil || a.Weights.CheckFinite() != nil {
			return // an artefact with such weights is not opened
		}
		var m *recipe.Model
		hostile.Bounded(t, len(config)+len(pre)+len(vocab)+len(model), 1<<20, 400, func() { m, err = table.Open(a) })
		if err != nil {
			if !strings.HasPrefix(err.Error(), "lstm: ") && !strings.HasPrefix(err.Error(), "mlp: ") && !strings.HasPrefix(err.Error(), "zoo: ") {
				t.Fatalf("whose error is %v", err)
			}
			return
		}
		if c, ok := m.Value.(*zoo.LSTMClassifier); ok && c.Network().Config().Hidden < 64 {
			p, err := c.Predict(context.Background(), "a film")
			if err == nil && (p.Label == "" || !(p.Probability >= 0.5)) {
				t.Fatalf("answer %+v", p)
			}
		}
		if r, ok := m.Value.(recipe.Regressor); ok && r.Inputs() < 64 {
			r.Predict(context.Background(), make([]float32, r.Inputs()))
		}
	})
}
