package bench_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/bench"
)

func recipe(t *testing.T) zoo.Recipe {
	t.Helper()
	r, err := zoo.ReadRecipe("lstm")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestBenchMeasuresEverything(t *testing.T) {
	if testing.Short() {
		t.Skip("measures for seconds")
	}
	r, err := bench.Run(t.Context(), recipe(t), bench.Config{Quick: true})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"cpu", "system", "go", "path"} {
		if s, ok := fields[name].(string); !ok || s == "" {
			t.Errorf("%s is %v, want a name", name, fields[name])
		}
		delete(fields, name)
	}
	for _, name := range []string{"cores", "fma_peak_gflops", "gemm_gflops", "train_tokens_per_second", "train_gflops",
		"train_fraction_of_peak", "forward_tokens_per_second", "forward_fraction_of_peak", "predict_ms_p50", "predict_ms_p99", "predict_reviews_per_second",
		"tokenize_mb_per_second", "peak_rss_mb"} {
		if v, ok := fields[name].(float64); !ok || !(v > 0) || math.IsInf(v, 0) {
			t.Errorf("%s is %v, want a positive number", name, fields[name])
		}
		delete(fields, name)
	}
	if len(fields) > 0 {
		t.Errorf("unexpected fields %v", fields)
	}
	if r.PredictP99 < r.PredictP50 {
		t.Errorf("99 of 100 predictions take at most %v ms, half of them at most %v", r.PredictP99, r.PredictP50)
	}
	// 6*4H(D+H) operations a token, D = 100 and H = 256.
	if want := r.TrainTokensPerSecond * 6 * 4 * 256 * (100 + 256) / 1e9; math.Abs(r.TrainGFLOPS/want-1) > 1e-9 {
		t.Errorf("%v GFLOP/s at %v tokens/s, want %v", r.TrainGFLOPS, r.TrainTokensPerSecond, want)
	}

	var table bytes.Buffer
	if err := r.WriteTable(&table); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{r.CPU, "median", "least", "most", "GFLOP/s", "tokens/s", "reviews/s", "MB/s"} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, &table)
		}
	}
	if n := strings.Count(table.String(), "\n"); n != 14 {
		t.Errorf("the table has %d lines, want 14:\n%s", n, &table)
	}
	t.Logf("\n%s", &table)
}

// cancelWriter cancels a context when something is written.
type cancelWriter struct{ cancel func() }

func (c cancelWriter) Write(p []byte) (int, error) {
	c.cancel()
	return len(p), nil
}

func TestBenchStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	if !testing.Short() { // in the midst of its first round
		if _, err := bench.Run(ctx, recipe(t), bench.Config{Quick: true, Log: cancelWriter{cancel}}); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want context.Canceled", err)
		}
	}
	cancel()
	if _, err := bench.Run(ctx, recipe(t), bench.Config{Quick: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

func TestBatchesAreAsLongAsIMDB(t *testing.T) {
	batches := bench.Batches(16, 64)
	sum, texts, least, most := 0, 0, 1<<30, 0
	for _, b := range batches {
		if len(b) != 64 {
			t.Fatalf("a batch of %d texts", len(b))
		}
		if !slices.IsSortedFunc(b, func(x, y int) int { return y - x }) {
			t.Error("a batch does not begin with its longest text")
		}
		for _, l := range b {
			sum, texts, least, most = sum+l, texts+1, min(least, l), max(most, l)
		}
	}
	if mean := float64(sum) / float64(texts); math.Abs(mean-272.3) > 10 {
		t.Errorf("texts of %.1f tokens in the mean, IMDB's have 272.3", mean)
	}
	if len(batches) != 16 || least < 11 || most > 2767 || least > 100 || most < 700 {
		t.Errorf("%d batches, lengths from %d to %d", len(batches), least, most)
	}
	for i, one := range bench.Batches(1, 3) {
		if i > 0 || len(one) != 3 {
			t.Errorf("asked for one batch of 3 texts, have %v", one)
		}
	}
}
