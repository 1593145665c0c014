package finetune_test

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/ops"
)

// BenchmarkFineTune fine-tunes lstm-imdb by its default recipe on 10,000
// sentences of 20 words, from the file to the model: one operation is the
// whole of it.
func BenchmarkFineTune(b *testing.B) {
	const sentences, words = 10_000, 20
	clf, err := zoo.LSTMIMDB()
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "sentences.csv")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := csv.NewWriter(f)
	w.Write([]string{"text", "label"})
	rng := ops.Stream(1, "sentences", 0)
	for i := range sentences {
		var text []string
		for len(text) < words {
			word, _ := clf.Vocab().Token(2 + rng.Int32N(int32(clf.Vocab().Len()-2)))
			if strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") == "" {
				text = append(text, word)
			}
		}
		w.Write([]string{strings.Join(text, " "), []string{"no", "yes"}[i%2]})
	}
	w.Flush()
	if err := w.Error(); err != nil {
		b.Fatal(err)
	}
	recipe, err := zoo.FineTuning("lstm-imdb")
	if err != nil {
		b.Fatal(err)
	}
	epochs := 0
	for b.Loop() {
		data, err := zoo.OpenTexts(path, zoo.TextsConfig{Cache: "none"})
		if err != nil {
			b.Fatal(err)
		}
		_, result, err := zoo.Train(context.Background(), recipe, data, zoo.Run{})
		if err != nil {
			b.Fatal(err)
		}
		epochs += result.Epochs
	}
	b.ReportMetric(float64(epochs*sentences*words)*(1-of(recipe).Validation)/b.Elapsed().Seconds(), "tokens/s")
	b.ReportMetric(float64(epochs)/float64(b.N), "epochs")
}
