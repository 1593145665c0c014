package linear

import (
	"context"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// synthetic draws documents with the word frequencies of a language (Zipf's
// law).
func synthetic(docs, length int) ([][]string, func(int) int) {
	rng := rand.New(rand.NewPCG(31, 32))
	zipf := rand.NewZipf(rng, 1.1, 3, 50_000)
	all := make([][]string, docs)
	for i := range all {
		for range length {
			all[i] = append(all[i], "w"+strconv.FormatUint(zipf.Uint64(), 10))
		}
	}
	return all, func(i int) int { return i % 2 }
}

func BenchmarkVectorizer(b *testing.B) {
	docs, _ := synthetic(2000, 250)
	for b.Loop() {
		if _, _, err := NewVectorizer(context.Background(), nbsvm.Vectorizer, sequence(docs)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(2000*250)*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
}

func BenchmarkTransform(b *testing.B) {
	docs, _ := synthetic(2000, 250)
	v, _, err := NewVectorizer(context.Background(), nbsvm.Vectorizer, sequence(docs))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := v.Transform(context.Background(), sequence(docs)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(2000*250)*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
}

func BenchmarkProduct(b *testing.B) {
	docs, label := synthetic(4000, 250)
	_, t, err := fit(context.Background(), nbsvm.Vectorizer, sequence(docs))
	if err != nil {
		b.Fatal(err)
	}
	y := make([]float64, t.Cols)
	for i := range y {
		y[i] = float64(2*label(i) - 1)
	}
	p := newProblem(newFeatures(t), nil, y, 1)
	dst := make([]float64, t.Cols)
	for b.Loop() {
		p.product(dst, y)
	}
	b.ReportMetric(2*float64(t.NNZ())*float64(b.N)/b.Elapsed().Seconds()/1e6, "Melements/s")
}

func BenchmarkPredict(b *testing.B) {
	docs, label := synthetic(2000, 250)
	c, _, err := TrainTokens(context.Background(), nbsvm, lower, classes, sequence(docs), label)
	if err != nil {
		b.Fatal(err)
	}
	text := strings.Join(docs[0], " ")
	b.SetParallelism(1)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := c.Predict(context.Background(), text); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "texts/s")
	b.ReportMetric(float64(runtime.GOMAXPROCS(0)), "cores")
}
