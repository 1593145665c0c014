package recipe_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/train"
)

// A recipe's names become package train's values, and what is counted in epochs
// becomes steps.
func TestTrainingConfig(t *testing.T) {
	sgd := recipe.Optimizer{Kind: "sgd", LearningRate: 0.5, Momentum: 0.9, Nesterov: true, WeightDecay: 0.1, Sparse: "lazy"}
	adam := recipe.Optimizer{Kind: "adam", LearningRate: 0.5, Beta1: 0.8, Beta2: 0.9, Epsilon: 1e-3, WeightDecay: 0.1, Sparse: "dense"}
	adamw := adam
	adamw.Kind, adamw.Sparse = "adamw", ""
	for _, c := range []struct {
		training recipe.Training
		want     string // optimizer, schedule and average
	}{
		{recipe.Training{Optimizer: sgd}, fmt.Sprintf("%#v %#v %#v",
			train.SGD{LearningRate: 0.5, Momentum: 0.9, Nesterov: true, WeightDecay: 0.1, Sparse: train.Lazy}, train.Constant{}, train.Average{})},
		{recipe.Training{Optimizer: adam, Schedule: recipe.Schedule{Kind: "step", Every: 3, Gamma: 0.5, WarmUp: 4}, Average: recipe.Average{Kind: "uniform", After: 2, Every: 5}},
			fmt.Sprintf("%#v %#v %#v", train.Adam{LearningRate: 0.5, Beta1: 0.8, Beta2: 0.9, Epsilon: 1e-3, WeightDecay: 0.1, Sparse: train.Dense},
				train.WarmUp{Steps: 4, Then: train.StepDecay{Every: 3, Gamma: 0.5}}, train.Average{Kind: train.UniformAverage, After: 20, Every: 5})},
		{recipe.Training{Optimizer: adamw, Schedule: recipe.Schedule{Kind: "constant"}, Average: recipe.Average{Kind: "exponential", Decay: 0.9, After: 1}},
			fmt.Sprintf("%#v %#v %#v", train.AdamW{LearningRate: 0.5, Beta1: 0.8, Beta2: 0.9, Epsilon: 1e-3, WeightDecay: 0.1, Sparse: train.CatchUp},
				train.Constant{}, train.Average{Kind: train.ExponentialAverage, Decay: 0.9, After: 10})},
	} {
		got, err := c.training.Config("who", 10, recipe.Run{})
		if err != nil {
			t.Fatal(err)
		}
		if text := fmt.Sprintf("%#v %#v %#v", got.Optimizer, got.Schedule, got.Average); text != c.want {
			t.Errorf("%s, want %s", text, c.want)
		}
	}
	all := recipe.Training{Seed: 7, Epochs: 3, ClipNorm: 2, KeepBest: true, Patience: 4, Optimizer: sgd, Schedule: recipe.Schedule{Kind: "cosine", Floor: 0.1}}
	got, err := all.Config("who", 10, recipe.Run{Steps: 5, Checkpoints: "dir", Resume: true, CheckpointEvery: 6})
	if err != nil {
		t.Fatal(err)
	}
	if got.Seed != 7 || got.Epochs != 3 || got.ClipNorm != 2 || !got.KeepBest || got.Patience != 4 || got.Recipe != "who" ||
		got.Steps != 5 || got.Dir != "dir" || !got.Resume || got.CheckpointEvery != 6 {
		t.Errorf("%+v", got)
	}
	if text := fmt.Sprint(got.Schedule); text != `{"kind":"cosine","floor":0.1} over 30 steps` {
		t.Errorf("a schedule that falls towards the end is kept as %q", text)
	}
}

func TestTrainingRefuses(t *testing.T) {
	fine := recipe.Training{Optimizer: recipe.Optimizer{Kind: "sgd", LearningRate: 1}}
	for says, change := range map[string]func(*recipe.Training){
		`optimizer "rmsprop", want sgd, adam or adamw`:            func(r *recipe.Training) { r.Optimizer.Kind = "rmsprop" },
		`optimizer "", want`:                                      func(r *recipe.Training) { r.Optimizer.Kind = "" },
		`sparse rule "never", want catch-up, dense or lazy`:       func(r *recipe.Training) { r.Optimizer.Sparse = "never" },
		`schedule "steps", want constant, linear, cosine or step`: func(r *recipe.Training) { r.Schedule.Kind = "steps" },
		`average "mean", want none, uniform or exponential`:       func(r *recipe.Training) { r.Average.Kind = "mean" },
	} {
		r := fine
		change(&r)
		if _, err := r.Config("", 1, recipe.Run{}); err == nil || !strings.HasPrefix(err.Error(), "zoo: recipe: ") || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}

// told is a report, a recorder and a writer that may fail.
type told struct {
	err   error
	times *int
}

func (r told) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, "so many rows\n")
	return int64(n), err
}

func (r told) Record(train.Event) error { *r.times++; return r.err }

func (r told) Write([]byte) (int, error) { return 0, r.err }

func TestRunTells(t *testing.T) {
	failed := errors.New("failed")
	times := 0
	var log bytes.Buffer
	run := recipe.Run{Log: &log, Report: func(d recipe.DataReport) error { times++; return failed }}
	if err := run.TellReport(told{}); !errors.Is(err, failed) || times != 1 || log.String() != "so many rows\n" {
		t.Errorf("%v, told %d times, logged %q", err, times, &log)
	}
	if err := (recipe.Run{}).TellReport(told{}); err != nil {
		t.Errorf("nobody listens: %v", err)
	}
	if err := (recipe.Run{Log: told{err: failed}}).TellReport(told{}); !errors.Is(err, failed) {
		t.Errorf("a log that fails: %v", err)
	}
	log.Reset()
	run.Logf("%d rows", 3)
	recipe.Run{}.Logf("nobody listens")
	if log.String() != "3 rows\n" {
		t.Errorf("logged %q", &log)
	}
	times = 0
	run.Recorders = []train.Recorder{told{nil, &times}, told{failed, &times}, told{nil, &times}}
	if err := run.Record(train.Event{}); !errors.Is(err, failed) || times != 2 {
		t.Errorf("%v after %d recorders", err, times)
	}
}

// Only a loss that is twice that of guessing is worth a remark.
func TestRemarkLoss(t *testing.T) {
	for loss, says := range map[float64]bool{0.69: false, 1.38: false, 1.39: true, 50: true} {
		var log bytes.Buffer
		recipe.Run{Log: &log}.RemarkLoss(train.Result{History: []train.Record{{Loss: 99}, {Loss: loss}}}, 2)
		if strings.Contains(log.String(), "it has not learned") != says {
			t.Errorf("loss %v of two classes: %q", loss, &log)
		}
	}
	var log bytes.Buffer
	if (recipe.Run{Log: &log}).RemarkLoss(train.Result{}, 2); log.Len() > 0 {
		t.Errorf("no epoch: %q", &log)
	}
}

// byHand is a body that says itself what steps it is trained by.
type byHand struct{ training recipe.Training }

func (b *byHand) Check() error              { return nil }
func (b *byHand) SeedPtr() *uint64          { return &b.training.Seed }
func (b *byHand) BySteps() *recipe.Training { return &b.training }

// Epochs are set in every body that has some, whether it embeds Training or not,
// and for good in one that has other settings of them.
func TestSetEpochs(t *testing.T) {
	own := &byHand{}
	tuned := family("finetune").Tuning.Plain("lstm-imdb").(*zoo.FineTuneRecipe)
	for _, b := range []recipe.Body{own, tuned, &zoo.LinearRecipe{}} {
		recipe.Recipe{Body: b}.SetEpochs(7)
	}
	if own.training.Epochs != 7 || tuned.Epochs != 7 || tuned.EpochsFor(1) != 7 {
		t.Errorf("%d, %d and %d epochs, want 7", own.training.Epochs, tuned.Epochs, tuned.EpochsFor(1))
	}
}
