package linear

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/weights"
)

// imdb reads one part of IMDB where ZOO_IMDB says it lies.
func imdb(t testing.TB, part datasets.Part) []datasets.Example {
	t.Helper()
	name := os.Getenv("ZOO_IMDB")
	if name == "" {
		t.Skip("ZOO_IMDB does not name the archive")
	}
	d, err := datasets.OpenIMDB(name)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := d.Load(t.Context(), part)
	if err != nil {
		t.Fatal(err)
	}
	return parts[0]
}

func feed(examples []datasets.Example) func(func(Example, error) bool) {
	return func(yield func(Example, error) bool) {
		for _, e := range examples {
			if !yield(Example{e.Text, e.Label}, nil) {
				return
			}
		}
	}
}

func accuracy(t testing.TB, c *Classifier, examples []datasets.Example) float64 {
	t.Helper()
	texts := make([]string, len(examples))
	for i, e := range examples {
		texts[i] = e.Text
	}
	predictions, err := c.PredictAll(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for i, p := range predictions {
		if p.Class == examples[i].Label {
			right++
		}
	}
	return float64(right) / float64(len(examples))
}

var (
	lower   = tokenize.Config{Lower: true}
	classes = []string{"negative", "positive"}
	nbsvm   = Config{Vectorizer: VectorizerConfig{Weighting: Binary, MaxN: 3, MinDF: Frequency{Count: 2}}, NB: &NB{}}
)

// A tenth of the training part already teaches what sentiment is.
func TestLearnsFromIMDB(t *testing.T) {
	all := imdb(t, datasets.Train)
	rest, some := datasets.Split(len(all), 0.1, 1)
	var learn, check []datasets.Example
	for _, i := range some {
		learn = append(learn, all[i])
	}
	for _, i := range rest[:2500] {
		check = append(check, all[i])
	}
	for _, i := range rest[len(rest)-2500:] {
		check = append(check, all[i])
	}
	c, report, err := Train(t.Context(), nbsvm, lower, classes, feed(learn))
	if err != nil {
		t.Fatal(err)
	}
	got := accuracy(t, c, check)
	t.Logf("%+v, accuracy %.4f", report, got)
	if got < 0.84 || !report.Classes[0].Converged {
		t.Errorf("accuracy %.4f, want 0.84", got)
	}
}

// The figures of the full set, of the classifier and of its small artefact:
// ZOO_IMDB_FULL=1. Options were chosen on parts of the training split.
func TestIMDBFigures(t *testing.T) {
	if os.Getenv("ZOO_IMDB_FULL") == "" {
		t.Skip("ZOO_IMDB_FULL is not set: takes a minute")
	}
	few := nbsvm
	few.MaxTerms = 300_000
	tfidf := Config{Vectorizer: VectorizerConfig{Weighting: TFIDF, MaxN: 2}, C: 30}
	for _, run := range []struct {
		name  string
		cfg   Config
		want  float64
		bytes int64
	}{{"nbsvm", nbsvm, 0.915, 4 << 20}, {"fewer terms", few, 0.915, 1200 << 10}, {"tfidf", tfidf, 0.895, 16 << 20}} {
		t.Run(run.name, func(t *testing.T) {
			began := time.Now()
			learn := imdb(t, datasets.Train)
			read := time.Since(began)
			c, report, err := Train(t.Context(), run.cfg, lower, classes, feed(learn))
			if err != nil {
				t.Fatal(err)
			}
			trained, memory := time.Since(began), highWater()
			a, err := c.Artefact(weights.Card{Name: "test"}, weights.I8)
			if err != nil {
				t.Fatal(err)
			}
			small, err := FromArtefact(a)
			if err != nil {
				t.Fatal(err)
			}
			var vocab strings.Builder
			if _, err := a.Vocab.WriteTo(&vocab); err != nil {
				t.Fatal(err)
			}
			test := imdb(t, datasets.Test)
			began = time.Now()
			got := accuracy(t, c, test)
			took := time.Since(began)
			quantised, size := accuracy(t, small, test), a.Weights.Size()+int64(vocab.Len())
			t.Logf("%+v: read %.1f s, trained after %.1f s, most memory so far %s; test accuracy %.4f, in %d bytes %.4f; %.0f texts/s",
				report, read.Seconds(), trained.Seconds(), memory, got, size, quantised, float64(len(test))/took.Seconds())
			if got < run.want || quantised < run.want-0.001 || size > run.bytes {
				t.Errorf("accuracy %.4f, want %.3f; %.4f in %d bytes, want %d at most", got, run.want, quantised, size, run.bytes)
			}
		})
	}
}

// highWater is the most memory that the process has held so far.
func highWater() string {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return strings.TrimSpace(rest)
		}
	}
	return "unknown"
}
