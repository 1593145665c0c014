package linear

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/hostile"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/weights"
)

// parts are what an artefact's reader is handed: every one of them comes from
// the file.
func parts(t testing.TB, a *weights.Artefact) (config, pre string, vocab, model []byte) {
	t.Helper()
	var v, w strings.Builder
	if _, err := a.Vocab.WriteTo(&v); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Weights.WriteTo(&w); err != nil {
		t.Fatal(err)
	}
	return string(a.Config), string(a.Preprocess), []byte(v.String()), []byte(w.String())
}

// FuzzFromArtefact: config, vocabulary and tensors that do not belong together
// are an error, or a classifier that answers.
func FuzzFromArtefact(f *testing.F) {
	classes := map[string]int{}
	for name, cfg := range configs {
		c, _ := example(f, cfg, 2+len(classes)%2)
		classes[name] = len(c.Classes())
		for _, storage := range []weights.DType{weights.F32, weights.I8} {
			a, err := c.Artefact(weights.Card{Name: "test"}, storage)
			if err != nil {
				f.Fatal(err)
			}
			config, pre, vocab, model := parts(f, a)
			f.Add(config, pre, vocab, model, len(a.Classes))
			f.Add(config, `{"temperature":-1}`, vocab, model, len(a.Classes)+1)
			f.Add(strings.Replace(config, "0", "9", 1), pre, vocab, model, len(a.Classes))
			f.Add(`{"vectorizer":{"hash":1073741824}}`, pre, vocab, model, len(a.Classes))
			f.Add(config, pre, vocab[:len(vocab)/2], model, len(a.Classes))
			f.Add(config, pre, vocab, []byte(strings.Replace(string(model), `"ngrams"`, `"engram"`, 1)), len(a.Classes))
		}
	}
	f.Fuzz(func(t *testing.T, config, pre string, vocab, model []byte, classes int) {
		a := &weights.Artefact{Model: Kind, Config: json.RawMessage(config), Tokenizer: &tokenize.Config{}}
		if pre != "" {
			a.Preprocess = json.RawMessage(pre)
		}
		for i := range min(max(classes, 0), 20) {
			a.Classes = append(a.Classes, string(rune('a'+i)))
		}
		var err error
		if a.Vocab, err = tokenize.ReadVocab(strings.NewReader(string(vocab))); err != nil {
			return
		}
		if a.Weights, err = weights.Read(model); err != nil {
			return
		}
		if a.Weights.CheckFinite() != nil {
			return // an artefact with such weights is not opened
		}
		var c *Classifier
		hostile.Bounded(t, len(config)+len(pre)+len(vocab)+len(model), 4<<20, 400, func() { c, err = FromArtefact(a) })
		if err != nil {
			if !strings.HasPrefix(err.Error(), "linear: ") {
				t.Fatalf("whose error is %v", err)
			}
			return
		}
		p, err := c.PredictTokens([]string{"w1", "w2", "w2", "w11"})
		if err == nil && (p.Label == "" || !(p.Probability > 0 && p.Probability <= 1)) {
			t.Fatalf("answer %+v", p)
		}
	})
}
