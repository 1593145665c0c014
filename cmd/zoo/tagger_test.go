package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// taggerOnce trains a tagger of parts of speech and places on sentences that follow one
// pattern.
var taggerOnce = sync.OnceValues(func() (f fixture, err error) {
	f = fixture{data: filepath.Join(scratch, "places.conll"), recipe: filepath.Join(scratch, "places.json"), model: filepath.Join(scratch, "places")}
	var b strings.Builder
	for i := range 80 {
		fmt.Fprintf(&b, "Ann NOUN O\nsaw VERB O\n%s NOUN B-place\n. PUNCT O\n\n", []string{"Rome", "Oslo", "Lima", "Bonn"}[i%4])
		fmt.Fprintf(&b, "Bob%d NOUN O\nleft VERB O\nNew ADJ B-place\nYork NOUN I-place\n\n", i)
	}
	const recipe = `{"name":"places","about":"a test","tagger":{"columns":["2","last"],"model":{"words":0,"embedding":8,"chars":0,"char_embedding":6,
		"char_hidden":5,"hidden":12,"columns":null},"validation":0.2,"seed":1,"epochs":15,"batch":8,"optimizer":{"kind":"adam","learning_rate":0.02},"keep_best":true}}`
	for path, text := range map[string]string{f.data: b.String(), f.recipe: recipe} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return f, err
		}
	}
	o := runZoo("train", f.recipe, "--data", f.data, "--out", f.model)
	if o.code != 0 {
		return f, fmt.Errorf("zoo train: %s", o.stderr)
	}
	f.sha = o.stderr
	return f, nil
})

func taggerModel(t *testing.T) fixture {
	t.Helper()
	f, err := taggerOnce()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestTaggerTrainsIsMeasuredAndReproduced(t *testing.T) {
	f := taggerModel(t)
	for _, want := range []string{"columns, 160 sentences of 640 words", "1 kinds of spans: place 160", "each word's most frequent tag"} {
		if !strings.Contains(f.sha, want) {
			t.Errorf("standard error lacks %q:\n%s", want, f.sha)
		}
	}
	o := must(t, runZoo("eval", f.model, "--data", f.data, "--json"))
	e := objects(t, o.stdout, "model", "examples", "accuracy", "seconds", "f1", "columns")[0]
	if e["examples"] != 160.0 || e["f1"].(float64) < 0.9 || e["accuracy"].(float64) < 0.95 {
		t.Errorf("%v", e)
	}
	if o := must(t, runZoo("eval", f.model, "--data", f.data)); !strings.Contains(o.stdout, "precision") || !strings.Contains(o.stdout, "place") {
		t.Errorf("%q", o.stdout)
	}
	if o := must(t, runZoo("reproduce", f.model, "--data", f.data)); !strings.Contains(o.stdout, "is reproduced") {
		t.Errorf("%+v", o)
	}
}

func TestTaggerPredicts(t *testing.T) {
	f := taggerModel(t)
	o := must(t, runZoo("predict", f.model, "Ann saw Rome. Bob7 left New York\nAnn"))
	for _, want := range []string{"[Rome](place", "[New York](place", "Ann  saw  Rome .", "NOUN VERB NOUN PUNCT"} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("lacks %q:\n%s", want, o.stdout)
		}
	}
	const text = "😀é Ann saw New York."
	o = must(t, runZoo("predict", f.model, "--json", text))
	var a tagAnswer
	if err := json.Unmarshal([]byte(o.stdout), &a); err != nil {
		t.Fatal(err)
	}
	chars := []rune(text)
	for _, w := range a.Words {
		if string(chars[w.Begin:w.End]) != w.Text || len(w.Tags) != 2 || !(w.Probabilities["2"] > 0) {
			t.Errorf("word %+v", w)
		}
	}
	for _, s := range a.Spans {
		if string(chars[s.Begin:s.End]) != s.Text || !(s.Probability > 0 && s.Probability <= 1) {
			t.Errorf("span %+v", s)
		}
	}
	if len(a.Spans) == 0 || a.Spans[len(a.Spans)-1].Text != "New York" {
		t.Errorf("spans %+v", a.Spans)
	}
	// Texts together are answered as one by one.
	texts := []string{"Ann saw Rome.", "", "Bob left New York and Ann saw Oslo."}
	var alone strings.Builder
	for _, text := range texts {
		alone.WriteString(must(t, runZoo("predict", f.model, "--json", text)).stdout)
	}
	if o := must(t, runZoo(append([]string{"predict", f.model, "--json"}, texts...)...)); o.stdout != alone.String() {
		t.Errorf("together\n%s, one by one\n%s", o.stdout, alone.String())
	}
}

func TestTaggerErrors(t *testing.T) {
	f := taggerModel(t)
	bad := filepath.Join(t.TempDir(), "bad.conll")
	if err := os.WriteFile(bad, []byte("a X O\nb X\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"bad.conll: line 2: 2 cells":      {"train", "tagger", "--data", bad, "--out", filepath.Join(t.TempDir(), "x")},
		`"7", want a number from 2 to 3`:  {"train", "tagger", "--data", f.data, "--column", "7", "--out", filepath.Join(t.TempDir(), "y")},
		"needs --data FILE":               {"train", "tagger", "--out", filepath.Join(t.TempDir(), "z")},
		"reads sentences of tagged words": {"train", "tagger", "--data", f.data, "--text", "a", "--out", filepath.Join(t.TempDir(), "w")},
		"sentences: no file /nowhere":     {"eval", f.model, "--data", "/nowhere"},
		"a tagger's answers are words":    {"predict", f.model, "--out", "x.csv", "a"},
		"--explain does not apply":        {"predict", f.model, "--explain", "a"},
		"recipe lstm trains no tagger":    {"train", "lstm", "--column", "upos", "--data", f.data, "--out", filepath.Join(t.TempDir(), "v")},
	} {
		o := runZoo(args...)
		if o.code == 0 || !strings.Contains(o.stderr, want) {
			t.Errorf("%v: exit code %d, %q; want %q", args, o.code, o.stderr, want)
		}
	}
}
