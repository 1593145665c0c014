// Package bench measures how fast a machine trains and predicts.
package bench

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"text/tabwriter"

	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// Result is the speed of this machine. Rates are medians over several
// rounds.
//
// GFLOPS are billions of float32 operations a second, a multiply-add counted
// as two. Training counts 6*4H(D+H) operations a token, D being the width of the
// embedding and H that of the LSTM, and forward 2*4H*H a token and 2*4H*D for
// each different word of a batch, whose product with the weights its tokens
// share: only what the matrix products need, though the time is that of
// everything. Fractions of the peak are of the one measured just before and just
// after.
type Result struct {
	CPU    string `json:"cpu"`
	System string `json:"system"` // and architecture: linux/arm64
	Go     string `json:"go"`     // version
	Cores  int    `json:"cores"`  // in use: GOMAXPROCS
	Path   string `json:"path"`   // of the kernels: avx512, avx2, neon, portable

	// FMAPeakGFLOPS is the speed of multiply-adds on registers alone, and
	// GEMMGFLOPS that of the three products of a training step; all cores.
	FMAPeakGFLOPS float64 `json:"fma_peak_gflops"`
	GEMMGFLOPS    float64 `json:"gemm_gflops"`

	// Training steps of recipe lstm, whose network lstm-imdb has, with everything from making the
	// batch to the optimizer, on made-up texts as long as IMDB's and with
	// words as frequent; all cores. Padding never counts as a token.
	TrainTokensPerSecond float64 `json:"train_tokens_per_second"`
	TrainGFLOPS          float64 `json:"train_gflops"`
	TrainFractionOfPeak  float64 `json:"train_fraction_of_peak"`

	// The same of predicting such texts in batches.
	ForwardTokensPerSecond float64 `json:"forward_tokens_per_second"`
	ForwardFractionOfPeak  float64 `json:"forward_fraction_of_peak"`

	// Predictions of the same model, from text to answer: one of 230 tokens
	// on one core, and many of IMDB's lengths asked one by one from four
	// goroutines a core.
	PredictP50              float64 `json:"predict_ms_p50"`
	PredictP99              float64 `json:"predict_ms_p99"`
	PredictReviewsPerSecond float64 `json:"predict_reviews_per_second"`

	// TokenizeMBPerSecond is millions of bytes a second on all cores,
	// beginning with an empty memory of words.
	TokenizeMBPerSecond float64 `json:"tokenize_mb_per_second"`

	// PeakRSSMB is the most memory that the process has held, in 2^20 bytes.
	PeakRSSMB float64 `json:"peak_rss_mb"`

	rounds map[string][]float64
}

// Config says how long to measure.
type Config struct {
	// Quick measures for about two seconds, to see that everything runs; the
	// numbers vary. Otherwise it takes most of a minute.
	Quick bool
	Log   io.Writer // remarks for people; nil for none
}

// Subject is what is measured: the body of a recipe of an LSTM classifier, as
// recipe lstm has it.
type Subject interface {
	recipe.Body
	Architecture() lstm.Config
	Reader() (tokenize.Config, tokenize.VocabConfig)
}

// The names of what is measured in every round.
const (
	roundPeak          = "multiply-add peak"
	roundGEMM          = "matrix products"
	roundTrain         = "training"
	roundTokens        = "training, tokens"
	roundOfPeak        = "training, of the peak"
	roundForward       = "forward, of the peak"
	roundForwardTokens = "forward, tokens"
	roundOne           = "one prediction"
	roundMany          = "many predictions"
	roundTokenize      = "tokenizing"
)

// Run measures the speed of this machine at what a recipe describes. Each round measures the peak
// between all other things, so that a machine with other work to do shows as
// rounds that differ. While it measures a single prediction GOMAXPROCS is 1.
func Run(ctx context.Context, subject recipe.Recipe, c Config) (*Result, error) {
	if ctx.Err() != nil {
		return nil, fmt.Errorf("zoo: bench: %w", ctx.Err())
	}
	m, err := newMeasurement(subject, c)
	if err != nil {
		return nil, fmt.Errorf("zoo: bench: %w", err)
	}
	if err := m.run(ctx); err != nil {
		return nil, fmt.Errorf("zoo: bench: %w", err)
	}
	r := m.rounds
	slices.Sort(m.latencies)
	return &Result{
		CPU: cpuName(), System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(), Cores: runtime.GOMAXPROCS(0), Path: m.path,
		FMAPeakGFLOPS: median(r[roundPeak]), GEMMGFLOPS: median(r[roundGEMM]),
		TrainTokensPerSecond: median(r[roundTokens]), TrainGFLOPS: median(r[roundTrain]), TrainFractionOfPeak: median(r[roundOfPeak]),
		ForwardTokensPerSecond: median(r[roundForwardTokens]), ForwardFractionOfPeak: median(r[roundForward]),
		PredictP50: median(m.latencies), PredictP99: m.latencies[len(m.latencies)*99/100],
		PredictReviewsPerSecond: median(r[roundMany]), TokenizeMBPerSecond: median(r[roundTokenize]),
		PeakRSSMB: float64(peakRSS()) / (1 << 20),
		rounds:    r,
	}, nil
}

// median returns the middle of some numbers.
func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	if len(x) == 0 {
		return 0
	}
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}

// WriteTable prints the result for people, with the least and the most of the
// rounds.
func (r *Result) WriteTable(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(out, "%s, %s, %s, %d cores in use, path %s\n", r.CPU, r.System, r.Go, r.Cores, r.Path)
	fmt.Fprintln(w, "\tmedian\tleast\tmost\t\t")
	line := func(name, unit string, value, scale float64, digits int) {
		fmt.Fprintf(w, "%s\t%.*f\t", name, digits, scale*value)
		if rounds := r.rounds[name]; len(rounds) > 0 {
			fmt.Fprintf(w, "%.*f\t%.*f\t", digits, scale*slices.Min(rounds), digits, scale*slices.Max(rounds))
		} else {
			fmt.Fprint(w, "\t\t")
		}
		fmt.Fprintf(w, "%s\t\n", unit)
	}
	line(roundPeak, "GFLOP/s", r.FMAPeakGFLOPS, 1, 1)
	line(roundGEMM, "GFLOP/s", r.GEMMGFLOPS, 1, 1)
	line(roundTokens, "tokens/s", r.TrainTokensPerSecond, 1, 0)
	line(roundTrain, "GFLOP/s", r.TrainGFLOPS, 1, 1)
	line(roundOfPeak, "%", r.TrainFractionOfPeak, 100, 1)
	line(roundForwardTokens, "tokens/s", r.ForwardTokensPerSecond, 1, 0)
	line(roundForward, "%", r.ForwardFractionOfPeak, 100, 1)
	line(roundOne, "ms", r.PredictP50, 1, 2)
	line("slowest of 100", "ms", r.PredictP99, 1, 2)
	line(roundMany, "reviews/s", r.PredictReviewsPerSecond, 1, 1)
	line(roundTokenize, "MB/s", r.TokenizeMBPerSecond, 1, 1)
	line("most memory held", "MB", r.PeakRSSMB, 1, 0)
	return w.Flush()
}
