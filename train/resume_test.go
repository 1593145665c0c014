package train

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo/ops"
)

const resumeVocab, resumeBatches, resumeEpochs = 80, 6, 3

// resumable are configurations that keep different things in a checkpoint.
func resumable() map[string]Config {
	monitor := Monitor{Metric: "loss"}
	return map[string]Config{
		"adam":     {Epochs: resumeEpochs, Optimizer: Adam{LearningRate: 0.02}, ClipNorm: 1},
		"adamw":    {Epochs: resumeEpochs, Optimizer: AdamW{LearningRate: 0.02, WeightDecay: 0.1}, Schedule: WarmUp{4, Cosine{}}},
		"lazy":     {Epochs: resumeEpochs, Optimizer: Adam{LearningRate: 0.02, Sparse: Lazy}},
		"momentum": {Epochs: resumeEpochs, Optimizer: SGD{LearningRate: 0.01, Momentum: 0.9}, Schedule: StepDecay{5, 0.5}},
		"best":     {Epochs: resumeEpochs, Optimizer: Adam{LearningRate: 0.3}, Monitor: monitor, KeepBest: true},
		"patience": {Epochs: 8, Optimizer: Adam{LearningRate: 0.3}, Monitor: monitor, KeepBest: true, Patience: 2},
		"uniform":  {Epochs: resumeEpochs, Optimizer: Adam{LearningRate: 0.02}, Average: Average{Kind: UniformAverage}, Monitor: monitor, KeepBest: true},
		"ema":      {Epochs: resumeEpochs, Optimizer: Adam{LearningRate: 0.02}, Average: Average{Kind: ExponentialAverage, Decay: 0.8, After: 5, Every: 3}},
		"steps":    {Steps: 10, Optimizer: Adam{LearningRate: 0.02}, Monitor: monitor},
		"groups": {Epochs: resumeEpochs, Optimizer: Adam{LearningRate: 0.02}, Groups: func(name string) float32 {
			if name == "fc.weight" {
				return 0
			}
			return 0.5
		}},
		"state":   {Epochs: resumeEpochs, Optimizer: Adam{LearningRate: 0.02}, State: make([]float32, 3)},
		"gradual": {Epochs: resumeEpochs, Optimizer: Adam{LearningRate: 0.02}, Unfreeze: bagTop},
	}
}

// stepTime is what a step takes by the clock of fitBag.
const stepTime = time.Second

// fitBag trains a fresh model; every evaluation is real. Checkpoints within
// epochs are due by a clock that counts steps, unless c has one.
func fitBag(ctx context.Context, c Config, onStep func(step uint64)) (*bagModel, Result, error) {
	m := newBagModel(resumeVocab, 3)
	var now time.Time
	if c.clock == nil && c.CheckpointEvery > 0 {
		c.clock = func() time.Time { return now }
	}
	m.onStep = func(step uint64, _ *float32, _ []ops.Gradient) error {
		now = now.Add(stepTime)
		if onStep != nil {
			onStep(step)
		}
		return nil
	}
	if c.Monitor.Metric != "" {
		c.Evaluate = func(ctx context.Context) (Metrics, error) {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return m.evaluate(ctx)
		}
	}
	data := bagData(1, resumeVocab, resumeBatches)
	if c.State != nil {
		c.State = slices.Clone(c.State)
		c.BeginEpoch = func(_ context.Context, epoch int) error {
			m.remember(c.State)
			return nil
		}
		data.Each = shifted(data.Each, c.State)
	}
	res, err := Fit(ctx, m, data, c)
	return m, res, err
}

// same fails unless two runs ended alike, the clock aside.
func same(t *testing.T, what string, m, want *bagModel, res, wantRes Result) {
	t.Helper()
	if i := firstDifference(m.bits(), want.bits()); i >= 0 {
		t.Fatalf("%s: weight %d differs from the run that never stopped", what, i)
	}
	strip := func(r Result) string {
		h := slices.Clone(r.History)
		for i := range h {
			h[i].TokensPerSecond = 0
		}
		r.History = h
		best := r.Best
		r.Best = nil
		return fmt.Sprintf("%+v %+v", r, best)
	}
	if a, b := strip(res), strip(wantRes); a != b {
		t.Fatalf("%s: result differs from the run that never stopped:\n%s\n%s", what, a, b)
	}
}

// TestKillAnywhere: the checkpoint that is on disk at the moment of each step
// is carried on elsewhere, as after a kill; the end is the same.
func TestKillAnywhere(t *testing.T) {
	for name, c := range resumable() {
		if testing.Short() && name != "patience" && name != "uniform" && name != "lazy" && name != "gradual" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, every := range []int{1, 4} {
				if every > 1 && name != "patience" {
					continue
				}
				c.Dir, c.CheckpointEvery, c.Resume = t.TempDir(), time.Duration(every)*stepTime, false
				var left [][]byte // the directory's content at each step
				want, wantRes, err := fitBag(context.Background(), c, func(uint64) {
					data, _ := os.ReadFile(filepath.Join(c.Dir, CheckpointFile))
					left = append(left, data)
				})
				if err != nil {
					t.Fatal(err)
				}
				if c.Patience > 0 && wantRes.Reason != EarlyStopped {
					t.Fatalf("%v: patience is not tried", wantRes.Reason)
				}
				last, _ := os.ReadFile(filepath.Join(c.Dir, CheckpointFile))
				left = append(left, last)
				for step, data := range left {
					if step > 0 && bytes.Equal(data, left[step-1]) {
						continue
					}
					again := c
					again.Dir, again.Resume, again.CheckpointEvery = t.TempDir(), true, 0
					if data != nil {
						write(t, again.Dir, data)
					}
					m, res, err := fitBag(context.Background(), again, nil)
					if err != nil {
						t.Fatalf("killed in step %d: %v", step, err)
					}
					same(t, fmt.Sprintf("checkpoints every %d steps, killed in step %d", every, step), m, want, res, wantRes)
				}
			}
		})
	}
}

// TestCancelAnywhere: cancelling writes a checkpoint; whether it comes during
// a step or an evaluation, the resumed run ends the same.
func TestCancelAnywhere(t *testing.T) {
	for name, c := range resumable() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, wantRes, err := fitBag(context.Background(), c, nil)
			if err != nil {
				t.Fatal(err)
			}
			// Cancelled at each step in turn, and resumed each time from the
			// last: one run in many pieces.
			c.Dir, c.Resume = t.TempDir(), true
			pieces := 0
			for {
				ctx, cancel := context.WithCancel(context.Background())
				m, res, err := fitBag(ctx, c, func(uint64) { cancel() })
				cancel()
				if err == nil {
					same(t, fmt.Sprintf("%d pieces", pieces), m, want, res, wantRes)
					break
				}
				if !errors.Is(err, context.Canceled) || res.Reason != Cancelled || pieces > 2*wantRes.Steps {
					t.Fatalf("piece %d: %v, %v", pieces, res.Reason, err)
				}
				pieces++
			}
			if pieces < wantRes.Steps-1 {
				t.Errorf("%d steps took %d pieces only", wantRes.Steps, pieces)
			}
		})
	}
}

// TestExtend: a finished run goes on with a higher limit as if the limit had
// always been there.
func TestExtend(t *testing.T) {
	for name, c := range resumable() {
		if c.Epochs == 0 || c.Patience > 0 {
			continue
		}
		want, wantRes, err := fitBag(context.Background(), c, nil)
		if err != nil {
			t.Fatal(err)
		}
		c.Dir, c.Resume = t.TempDir(), true
		for _, steps := range []int{4, 6, 13, 0} {
			c.Steps = steps
			m, res, err := fitBag(context.Background(), c, nil)
			if err != nil {
				t.Fatal(err)
			}
			if steps == 0 {
				same(t, name, m, want, res, wantRes)
			} else if res.Reason != StepLimit || res.Steps != steps {
				t.Errorf("%s: %v after %d steps, want the limit of %d", name, res.Reason, res.Steps, steps)
			}
		}
	}
}

func write(t testing.TB, dir string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, CheckpointFile), data, 0o666); err != nil {
		t.Fatal(err)
	}
}

// saved returns a checkpoint of some steps of training.
func saved(t testing.TB, c Config) []byte {
	t.Helper()
	c.Dir = t.TempDir()
	if _, _, err := fitBag(context.Background(), c, nil); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(c.Dir, CheckpointFile))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestMismatch: a checkpoint is not carried on by another run.
func TestMismatch(t *testing.T) {
	base := Config{Steps: 8, Optimizer: Adam{LearningRate: 0.02}, Seed: 1, Recipe: "lstm"}
	data := saved(t, base)
	for want, change := range map[string]func(c *Config){
		"seed":      func(c *Config) { c.Seed = 2 },
		"recipe":    func(c *Config) { c.Recipe = "mlp" },
		"optimizer": func(c *Config) { c.Optimizer = Adam{LearningRate: 0.03} },
		"schedule":  func(c *Config) { c.Schedule = Linear{} },
		"clip_norm": func(c *Config) { c.ClipNorm = 1 },
		"average":   func(c *Config) { c.Average.Kind = UniformAverage },
		"monitor":   func(c *Config) { c.Monitor.Metric = "loss" },
		"keep_best": func(c *Config) {
			c.KeepBest, c.Monitor.Metric = true, ""
			c.Evaluate = func(context.Context) (Metrics, error) { return nil, nil }
			c.Monitor.Metric = "loss"
		},
		"groups": func(c *Config) { c.Groups = func(string) float32 { return 2 } },
	} {
		c := base
		c.Dir, c.Resume, c.Steps = t.TempDir(), true, 9
		change(&c)
		write(t, c.Dir, data)
		if _, _, err := fitBag(context.Background(), c, nil); !errors.Is(err, ErrMismatch) || !strings.Contains(err.Error(), strings.TrimSuffix(want, "keep_best")) {
			t.Errorf("%s: got %v", want, err)
		}
	}

	base.Resume, base.Steps = true, 9
	for want, change := range map[string]func(m *bagModel){
		"embedding.weight is [80 3], the model's is [90 3]": func(m *bagModel) { m.params[0] = ops.NewParam("embedding.weight", 90, 3) },
		"parameter/bias": func(m *bagModel) { m.params[2].Name = "bias" },
	} {
		m := newBagModel(resumeVocab, 3)
		change(m)
		before := m.bits()
		base.Dir = t.TempDir()
		write(t, base.Dir, data)
		_, err := Fit(context.Background(), m, bagData(1, resumeVocab, resumeBatches), base)
		if !errors.Is(err, ErrMismatch) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
		if !slices.Equal(m.bits(), before) {
			t.Error("a checkpoint that was refused changed the weights")
		}
	}

	base.Dir = t.TempDir()
	write(t, base.Dir, data)
	_, err := Fit(context.Background(), newBagModel(resumeVocab, 3), bagData(1, resumeVocab, 1), base)
	if !errors.Is(err, ErrMismatch) || !strings.Contains(err.Error(), "the epoch has 1") {
		t.Errorf("shorter data: got %v", err)
	}
}

func TestDirectory(t *testing.T) {
	c := Config{Steps: 3, Dir: t.TempDir()}
	var inner error
	_, _, err := fitBag(context.Background(), c, func(uint64) {
		_, _, inner = fitBag(context.Background(), c, nil)
	})
	if err != nil || !errors.Is(inner, ErrLocked) {
		t.Errorf("a second run at the same time: %v; the first: %v", inner, err)
	}
	if _, _, err := fitBag(context.Background(), c, nil); !errors.Is(err, ErrExists) {
		t.Errorf("a second run afterwards: %v", err)
	}
	litter := filepath.Join(c.Dir, "."+CheckpointFile+".1-0.tmp")
	if err := os.WriteFile(litter, []byte("cut off"), 0o666); err != nil {
		t.Fatal(err)
	}
	c.Resume = true
	if _, _, err := fitBag(context.Background(), c, nil); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(litter); err == nil {
		t.Error("the unfinished file of a killed run is still there")
	}
}

// TestStepsAndSchedule: the limit of steps does not bend the schedule where
// the epochs say how long training is.
func TestStepsAndSchedule(t *testing.T) {
	rate := func(c Config) (rates []float64) {
		c.Schedule, c.Optimizer = Linear{}, SGD{LearningRate: 1}
		c.Recorders = []Recorder{recorderFunc(func(e Event) error {
			if e.Kind == KindStep {
				rates = append(rates, e.Rate)
			}
			return nil
		})}
		if _, err := Fit(context.Background(), &scripted{ops.NewParam("w", 1), func(uint64) ops.Gradient { return ops.Gradient{Data: []float32{1}} }}, ticks(4), c); err != nil {
			t.Fatal(err)
		}
		return rates
	}
	if got := rate(Config{Epochs: 2, Steps: 2}); !slices.Equal(got, []float64{1, 0.875}) {
		t.Errorf("limited: %v", got)
	}
	if got := rate(Config{Steps: 2}); !slices.Equal(got, []float64{1, 0.5}) {
		t.Errorf("steps alone: %v", got)
	}
}
