package texts_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// table writes lines "text,label" as a CSV file, and returns its path.
func table(t testing.TB, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "table.csv")
	if err := os.WriteFile(path, []byte("text,label\n"+strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// open opens a table that no cache keeps unless c says so.
func open(t testing.TB, path string, c texts.Config) *texts.Set {
	t.Helper()
	if c.Cache == "" {
		c.Cache = "none"
	}
	set, err := texts.Open(path, c)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "aclImdb", "train", "pos"), 0o755); err != nil {
		t.Fatal(err)
	}
	path := table(t, "a,b")
	imdb := filepath.Join(dir, "aclImdb")
	for name, c := range map[string]struct {
		path, says string
		config     texts.Config
	}{
		"no file":           {filepath.Join(dir, "absent.csv"), "no file or directory", texts.Config{}},
		"standard input":    {"-", "save standard input to a file", texts.Config{}},
		"an address":        {"https://example.org/a.csv", "download the file first", texts.Config{}},
		"no such column":    {path, `"review"`, texts.Config{Text: "review"}},
		"rows below 0":      {path, "-1 rows, want 1 or more", texts.Config{Rows: -1}},
		"columns of a tree": {imdb, "has no columns to name", texts.Config{Label: "x"}},
		"rows of a tree":    {imdb, "is no table", texts.Config{Rows: 3}},
	} {
		c.config.Cache = "none"
		if _, err := texts.Open(c.path, c.config); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		} else if name != "no such column" && !errors.Is(err, recipe.ErrUsage) {
			t.Errorf("%s: %v: no ErrUsage", name, err)
		}
	}
}

// So many rows as asked for are drawn, each once, in their order, the same
// always.
func TestRowsAreDrawn(t *testing.T) {
	var lines []string
	for i := range 200 {
		lines = append(lines, fmt.Sprintf("number %d,%d", i, i%2))
	}
	path := table(t, lines...)
	drawn := func(n int) (ids []string) {
		examples, classes, err := open(t, path, texts.Config{Rows: n}).Examples(context.Background(), datasets.Train)
		if err != nil || len(classes) != 2 {
			t.Fatal(classes, err)
		}
		for e, err := range examples {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, e.Text)
		}
		return ids
	}
	all := drawn(0)
	for _, n := range []int{1, 50, 199, 200, 300} {
		some := drawn(n)
		if len(some) != min(n, 200) || !slices.Equal(some, drawn(n)) {
			t.Errorf("%d rows of 200: %d drawn", n, len(some))
		}
		at := -1
		for _, text := range some {
			next := slices.Index(all, text)
			if next <= at {
				t.Fatalf("%d rows of 200: %q is out of order or there twice", n, text)
			}
			at = next
		}
	}
	if some := drawn(50); slices.Equal(some, all[:50]) {
		t.Error("the first rows are drawn")
	}
}

// A part that the cache keeps is the same; other settings are another part.
func TestReadIsCached(t *testing.T) {
	ctx, cache := context.Background(), t.TempDir()
	path := table(t, "The film,good", "was dull,bad")
	var prints []string
	for _, c := range []struct {
		settings tokenize.Config
		config   texts.Config
		cached   bool
	}{
		{tokenize.Config{Lower: true}, texts.Config{Cache: cache}, false},
		{tokenize.Config{Lower: true}, texts.Config{Cache: cache}, true},
		{tokenize.Config{}, texts.Config{Cache: cache}, false},
		{tokenize.Config{Lower: true}, texts.Config{Cache: cache, Rows: 1}, false},
		{tokenize.Config{Lower: true}, texts.Config{Cache: "none"}, false},
	} {
		p, err := open(t, path, c.config).Read(ctx, datasets.Train, c.settings)
		if err != nil {
			t.Fatal(err)
		}
		if p.Cached != c.cached || (p.From() == "from the cache") != c.cached {
			t.Errorf("%+v: %s", c, p.From())
		}
		print, err := p.Fingerprint()
		if err != nil {
			t.Fatal(err)
		}
		prints = append(prints, print)
	}
	if prints[0] != prints[1] || prints[0] != prints[4] || prints[0] == prints[2] || prints[0] == prints[3] {
		t.Errorf("fingerprints %q", prints)
	}
}

func TestDescribe(t *testing.T) {
	set := open(t, table(t, "a,x", ",y", "b,y"), texts.Config{})
	if got := set.Describe("IMDB", 2, 2); got != "table.csv: 2 texts of 2 classes" {
		t.Error(got)
	}
	if got := set.Describe("IMDB", 2, 0); got != "table.csv: 2 texts" {
		t.Error(got)
	}
	if n := set.Skipped(context.Background()); n != 1 || !set.IsTable() {
		t.Errorf("%d rows skipped", n)
	}
	named, err := set.WithClasses([]string{"y", "x"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := named.Labelled(context.Background(), tokenize.Config{})
	if err != nil || !slices.Equal(p.Classes, []string{"y", "x"}) || !slices.Equal(p.Labels, []int32{1, 0}) {
		t.Errorf("labels %v of %q, %v", p.Labels, p.Classes, err)
	}
}

func TestRelabel(t *testing.T) {
	got, err := texts.Relabel([]int32{0, 1, 0}, []string{"good", "bad"}, []string{"bad", "so so", "good"})
	if err != nil || !slices.Equal(got, []int32{2, 0, 2}) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := texts.Relabel([]int32{0}, []string{"ugly"}, []string{"bad", "good"}); err == nil || !strings.Contains(err.Error(), `class "ugly" is none of the model's ["bad" "good"]`) {
		t.Error(err)
	}
	if _, err := texts.Relabel([]int32{0, -1}, []string{"bad"}, []string{"bad"}); err == nil || !strings.Contains(err.Error(), "example 1 has no label") {
		t.Error(err)
	}
}

func TestRemarkSplit(t *testing.T) {
	var log bytes.Buffer
	run := recipe.Run{Log: &log}
	labels, classes := []int32{0, 0, 1, 2}, []string{"a", "b", "c"}
	texts.RemarkSplit(run, labels, classes, []int{0, 2, 3}, []int{1})
	if got := log.String(); strings.Contains(got, "to train on") || !strings.Contains(got, `no example of "b", "c" among the 1 texts for validation`) {
		t.Errorf("%q", got)
	}
	log.Reset()
	texts.RemarkSplit(run, labels, classes, []int{0, 2}, nil)
	if got := log.String(); !strings.Contains(got, `no example of "c" among the 2 texts to train on`) || strings.Contains(got, "validation: its") {
		t.Errorf("%q", got)
	}
}

// praise is a classifier that reads texts by itself: it looks for "good".
type praise struct{ asked *int }

func (praise) Classes() []string    { return []string{"yes", "no"} }
func (praise) Temperature() float64 { return 3 }

func (p praise) Predict(ctx context.Context, text string) (classify.Prediction, error) {
	return classify.One(p.PredictAll(ctx, []string{text}))
}

func (p praise) PredictAll(ctx context.Context, all []string) ([]classify.Prediction, error) {
	var out []classify.Prediction
	for _, text := range all {
		*p.asked++
		answer := classify.Prediction{Label: "no", Class: 1, Probability: 0.75, Probabilities: []float64{0.25, 0.75}, Tokens: len(strings.Fields(text))}
		if strings.Contains(text, "good") {
			answer = classify.Prediction{Label: "yes", Probability: 0.75, Probabilities: []float64{0.75, 0.25}, Tokens: answer.Tokens}
		}
		out = append(out, answer)
	}
	return out, ctx.Err()
}

// A classifier that is no Reader is measured by what it says, more than a block of
// texts at a time too.
func TestEvaluateRaw(t *testing.T) {
	ctx := context.Background()
	lines := []string{"good and,no"} // the only wrong answer
	for len(lines) < 1500 {
		lines = append(lines, "it is good,yes", "bad,no", strings.Repeat("bad ", 150)+",no")
	}
	asked := 0
	e, err := texts.Evaluate(ctx, praise{&asked}, open(t, table(t, lines...), texts.Config{}), datasets.Train)
	if err != nil {
		t.Fatal(err)
	}
	n := len(lines)
	if e.Examples != n || asked != n || e.Accuracy != float64(n-1)/float64(n) || e.ByLength[1].Examples != (n-1)/3 || e.ByLength[0].Examples != n-(n-1)/3 {
		t.Errorf("%d texts asked: %+v", asked, e)
	}
	if _, err := texts.Evaluate(ctx, praise{&asked}, open(t, table(t, "good,maybe", "bad,no"), texts.Config{}), datasets.Train); err == nil || !strings.Contains(err.Error(), `class "maybe" is none of the model's`) {
		t.Errorf("another class: %v", err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := texts.Evaluate(cancelled, praise{&asked}, open(t, table(t, "good,yes", "bad,no"), texts.Config{}), datasets.Train); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// wrong is a classifier of a program's own that answers as it should not.
type wrong struct {
	praise
	answer []classify.Prediction
}

func (w wrong) PredictAll(context.Context, []string) ([]classify.Prediction, error) {
	return w.answer, nil
}

func (w wrong) Predict(ctx context.Context, text string) (classify.Prediction, error) {
	return classify.One(w.PredictAll(ctx, []string{text}))
}

// What makes no sense of a classifier's answers is an error.
func TestEvaluateRefusesAnswers(t *testing.T) {
	data := open(t, table(t, "good,yes", "bad,no"), texts.Config{})
	fine := classify.Prediction{Probabilities: []float64{0.5, 0.5}}
	for name, c := range map[string]struct {
		second []classify.Prediction
		says   string
	}{
		"one answer too few":   {nil, "1 answers to 2 texts"},
		"no probabilities":     {[]classify.Prediction{{}}, "of example 1, want a probability for each of 2 classes"},
		"one probability":      {[]classify.Prediction{{Probabilities: []float64{1}}}, "of example 1"},
		"no number":            {[]classify.Prediction{{Probabilities: []float64{math.NaN(), 1}}}, "of example 1"},
		"more than certain":    {[]classify.Prediction{{Probabilities: []float64{0, 1.5}}}, "of example 1"},
		"less than impossible": {[]classify.Prediction{{Probabilities: []float64{-1, 1}}}, "of example 1"},
		"two answers too many": {[]classify.Prediction{fine, fine, fine}, "4 answers to 2 texts"},
	} {
		model := wrong{answer: append([]classify.Prediction{fine}, c.second...)}
		if _, err := texts.Evaluate(context.Background(), model, data, datasets.Train); err == nil || !strings.HasPrefix(err.Error(), "zoo: eval: ") || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
	if _, err := (wrong{}).Predict(context.Background(), "x"); err == nil || !strings.Contains(err.Error(), "0 predictions, want one") {
		t.Errorf("no answer: %v", err)
	}
}

// Examples are found again by their places, also where rows are drawn or passed
// over.
func TestAt(t *testing.T) {
	path := table(t, "one,a", "two,b", ",a", "three,a", "four,b")
	ctx := context.Background()
	for name, c := range map[string]texts.Config{"skipped": {}, "drawn": {Rows: 3}} {
		set := open(t, path, c)
		examples, _, err := set.Examples(ctx, datasets.Test)
		if err != nil {
			t.Fatal(err)
		}
		var all []datasets.Example
		for e, err := range examples {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, e)
		}
		got, err := set.At(ctx, datasets.Test, []int{2, 0, 2})
		if err != nil {
			t.Fatal(err)
		}
		if want := []datasets.Example{all[2], all[0], all[2]}; !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		if _, err := set.At(ctx, datasets.Test, []int{0, len(all)}); err == nil {
			t.Errorf("%s: there is an example behind the last", name)
		}
	}
	set := open(t, path, texts.Config{})
	if got, err := set.At(ctx, datasets.Test, []int{2}); err != nil || got[0].ID != "5" {
		t.Errorf("%v, %v, want the row of line 5", got, err)
	}
}
