package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/classify"
)

func TestExplainJSON(t *testing.T) {
	const text = "Not good at all; the music is lovely."
	for _, model := range []string{"lstm-imdb", "nbsvm-imdb"} {
		o := must(t, runZoo("predict", model, "--json", "--explain", text, ""))
		lines := strings.SplitAfter(o.stdout, "\n")
		objects(t, lines[0]+lines[1], "text", "label", "probability", "tokens", "truncated", "known", "unknown?", "explanation")
		plain := must(t, runZoo("predict", model, "--json", text, "")).stdout
		for i, line := range lines[:2] {
			var a struct {
				Probability float64
				Tokens      int
				Explanation classify.Explanation
			}
			if err := json.Unmarshal([]byte(line), &a); err != nil {
				t.Fatal(err)
			}
			if want := strings.TrimSuffix(strings.SplitAfter(plain, "\n")[i], "}\n"); !strings.HasPrefix(line, want) {
				t.Errorf("%s: explained %q, predicted %q", model, line, want)
			}
			e := a.Explanation
			var sum float64
			for _, w := range e.Words {
				sum += w.Contribution
			}
			if e.Of != "positive" || e.Method == "" || sum != e.Sum || math.Abs(e.Logit-e.Baseline-sum) > 0.01 || math.Abs(e.Error-(sum-(e.Logit-e.Baseline))) > 1e-12 {
				t.Errorf("%s: %+v", model, e)
			}
			if i == 0 && (len(e.Words) != a.Tokens || e.Words[0].Token != "not" || e.Words[0].Contribution >= 0) || i == 1 && len(e.Words) != 0 {
				t.Errorf("%s: words %+v", model, e.Words)
			}
			var terms float64
			for _, term := range e.Terms {
				terms += term.Contribution
			}
			if model == "nbsvm-imdb" && math.Abs(terms-sum) > 1e-9 {
				t.Errorf("n-grams add up to %v, words to %v", terms, sum)
			}
		}
	}
}

func TestExplainText(t *testing.T) {
	o := must(t, runZoo("predict", "lstm-imdb", "--explain", "Not good \x1b[5mat all"))
	for _, want := range []string{"\t0.", " not(-", ` logit of "positive" `, "error ", "integrated gradients"} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("%q lacks %q", o.stdout, want)
		}
	}
	if strings.Contains(o.stdout, "\x1b") {
		t.Errorf("colours where there is no terminal: %q", o.stdout)
	}
	for _, model := range []string{"mlp-line", housesModel(t).model} {
		if o := runZoo("predict", model, "--explain", "3"); o.code != 2 || !strings.Contains(o.stderr, "--explain does not apply") {
			t.Errorf("%s: %+v", model, o)
		}
	}
}

func TestColours(t *testing.T) {
	e := classify.Explanation{Of: "positive", Words: []classify.Contribution{{Token: "good", Contribution: 2}, {Token: "film", Contribution: 0.1}, {Token: "odd", Contribution: -0.5}}}
	plain := explanation(textAnswer{Label: "positive"}, e, false)
	bright := explanation(textAnswer{Label: "positive"}, e, true)
	if !strings.Contains(bright, "\x1b[1;32mgood(+2.00)\x1b[0m film \x1b[31modd(-0.50)\x1b[0m\n") || !strings.Contains(plain, " good(+2.00) film odd(-0.50)\n") {
		t.Errorf("%q and %q", bright, plain)
	}
	if colourful(&bytes.Buffer{}) {
		t.Error("colours into memory")
	}
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if colourful(f) {
		t.Error("colours into a file")
	}
}
