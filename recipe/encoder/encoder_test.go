package encoder_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/recipe/encoder"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/train"
)

// tinyBERT is an encoder of random weights in a directory of Hugging Face's.
const tinyBERT = "../../models/encoder/testdata/bert"

// probing is a linear layer over tinyBERT, tuning all of it.
func probing(t *testing.T) (zoo.Recipe, *encoder.Probe) {
	t.Helper()
	r := fixture.Recipe(t, "minilm-linear")
	b := r.Body.(*encoder.Probe)
	b.Base, b.Layers, b.Validation = tinyBERT, 3, 0.2
	return r, b
}

func tuning(t *testing.T) (zoo.Recipe, *encoder.Tune) {
	t.Helper()
	r, err := zoo.FineTuning(tinyBERT)
	if err != nil {
		t.Fatal(err)
	}
	b := r.Body.(*encoder.Tune)
	b.Epochs, b.MinSteps, b.Batch, b.Validation, b.Storage = 4, 0, 8, 0.2, "F32"
	b.Optimizer.LearningRate = 0.02
	return r, b
}

func TestDirectoryIsAModel(t *testing.T) {
	m, err := zoo.OpenModel(tinyBERT)
	if err != nil {
		t.Fatal(err)
	}
	e, ok := m.Value.(recipe.Embedder)
	if !ok {
		t.Fatalf("a %T embeds no texts", m.Value)
	}
	words := []string{"the film is a small wonder", "", "dull"}
	all, err := e.EmbedTexts(context.Background(), words)
	if err != nil || len(all) != 3 || len(all[0].Vector) != e.Dim() || all[1].Tokens != 2 {
		t.Fatalf("%+v, %v", all, err)
	}
	for i, w := range words {
		one, err := e.EmbedTexts(context.Background(), []string{w})
		if err != nil || !slices.Equal(one[0].Vector, all[i].Vector) {
			t.Errorf("%q alone has another vector (%v)", w, err)
		}
	}
	if sum, err := m.SHA256(); err != nil || len(sum) != 64 {
		t.Errorf("checksum %q, %v", sum, err)
	}
	if _, err := zoo.OpenModel(t.TempDir()); err == nil || strings.Contains(err.Error(), "encoder") {
		t.Errorf("an empty directory: %v", err)
	}
}

func TestConvert(t *testing.T) {
	r := fixture.Recipe(t, "encoder")
	b := r.Body.(*encoder.Convert)
	open := func(dir string) recipe.Data {
		t.Helper()
		data, err := r.Source().Open(dir, recipe.DataConfig{})
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	var shas []string
	for _, storage := range []string{"F32", "F16", "I8"} {
		b.Storage, b.SourceSHA256 = storage, ""
		m := fixture.Train(t, r, open(tinyBERT), zoo.Run{})
		again, _ := fixture.Reopened(t, m)
		x, err := m.Value.(recipe.Embedder).EmbedTexts(context.Background(), []string{"the film is dull"})
		if err != nil {
			t.Fatal(err)
		}
		y, err := again.Value.(recipe.Embedder).EmbedTexts(context.Background(), []string{"the film is dull"})
		if err != nil || !slices.Equal(x[0].Vector, y[0].Vector) {
			t.Errorf("%s: other vectors after it was saved (%v)", storage, err)
		}
		shas = append(shas, fixture.SHA(t, m))
		made := fixture.MadeBy(t, again)
		if fixture.SHA(t, fixture.Train(t, made, open(tinyBERT), zoo.Run{})) != shas[len(shas)-1] {
			t.Errorf("%s: the recipe in the card gives other bytes", storage)
		}
	}
	slices.Sort(shas)
	if len(slices.Compact(shas)) != 3 {
		t.Error("two types of storage give the same bytes")
	}
	b.SourceSHA256 = strings.Repeat("0", 64)
	if _, _, err := zoo.Train(context.Background(), r, open(tinyBERT), zoo.Run{}); !errors.Is(err, zoo.ErrUsage) {
		t.Errorf("another directory than the recipe's: %v", err)
	}
	if _, err := r.Source().Open(filepath.Join(t.TempDir(), "absent"), recipe.DataConfig{}); !errors.Is(err, zoo.ErrUsage) {
		t.Errorf("no directory: %v", err)
	}
}

// Both kinds of training learn what the words say, and their models answer the
// same after they were saved, have the baselines beside them, and are made again
// by the recipe in the card, on other machines too.
func TestTrainSaveReproduce(t *testing.T) {
	path := fixture.Reviews(t, 160)
	probe, _ := probing(t)
	tune, b := tuning(t)
	b.Epochs, b.Dropout, b.HeadDropout = 12, 0, 0
	for name, r := range map[string]zoo.Recipe{"probe": probe, "tune": tune} {
		t.Run(name, func(t *testing.T) {
			const least = 0.65 // a random encoder of eight features does not see much
			var log strings.Builder
			m := fixture.Train(t, r, fixture.Texts(t, path), zoo.Run{Log: &log})
			if acc := m.Artefact.Card.Metrics["validation_accuracy"]; acc < least {
				t.Errorf("validation accuracy %v:\n%s", acc, &log)
			}
			for _, want := range []string{"data report", "held out: this model", "held out: logistic regression on TF-IDF", `held out: always "`} {
				if !strings.Contains(log.String(), want) {
					t.Errorf("the log lacks %q:\n%s", want, &log)
				}
			}
			if n := len(m.Artefact.Card.Tables); n != 1 {
				t.Errorf("%d tables on the card, want that of the baselines", n)
			}
			again, _ := fixture.Reopened(t, m)
			words := []string{"a joy, brilliant", "tedious and wooden", ""}
			x, err := m.Value.(zoo.TextClassifier).PredictAll(context.Background(), words)
			if err != nil {
				t.Fatal(err)
			}
			y, err := again.Value.(zoo.TextClassifier).PredictAll(context.Background(), words)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(x, y); d != "" {
				t.Errorf("other answers after it was saved: %s", d)
			}
			e, err := texts.Evaluate(context.Background(), again.Value.(zoo.TextClassifier), fixture.Texts(t, path), "train")
			if err != nil || e.Accuracy < least || e.Examples != 160 {
				t.Errorf("%+v, %v", e, err)
			}
			want := fixture.SHA(t, m)
			for _, machine := range []fixture.Machine{{Cores: 1, Path: kernel.Current()}, {Cores: 2, Path: "portable"}} {
				machine.As(t, func() {
					if got := fixture.SHA(t, fixture.Train(t, fixture.MadeBy(t, again), fixture.Texts(t, path), zoo.Run{})); got != want {
						t.Errorf("%v: other bytes", machine)
					}
				})
			}
		})
	}
}

// A tuning that is stopped at each step in turn and goes on ends in the same
// bytes.
func TestTuneResumes(t *testing.T) {
	path := fixture.Reviews(t, 60)
	r, _ := tuning(t)
	want := fixture.SHA(t, fixture.Train(t, r, fixture.Texts(t, path), zoo.Run{}))
	for step := 1; step < 24; step += 5 {
		dir := t.TempDir()
		ctx, cancel := context.WithCancel(context.Background())
		_, _, err := zoo.Train(ctx, r, fixture.Texts(t, path), zoo.Run{Checkpoints: dir, Recorders: []train.Recorder{fixture.StopAfter{Steps: step, Stop: cancel}}})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("step %d: %v", step, err)
		}
		if got := fixture.SHA(t, fixture.Train(t, r, fixture.Texts(t, path), zoo.Run{Checkpoints: dir, Resume: true})); got != want {
			t.Errorf("stopped at step %d: other bytes", step)
		}
	}
}

// What is frozen keeps its weights; what is not does not.
func TestTuneFreezes(t *testing.T) {
	path := fixture.Reviews(t, 60)
	before, err := zoo.OpenModel(tinyBERT)
	if err != nil {
		t.Fatal(err)
	}
	base := before.Value.(*encoder.Encoder)
	for _, c := range []struct {
		freeze []string
		kept   func(name string) bool
	}{
		{nil, func(string) bool { return false }},
		{[]string{"embedding"}, func(name string) bool { return strings.HasPrefix(name, "embeddings.") }},
		{[]string{"embedding", "layers"}, func(string) bool { return true }},
	} {
		r, b := tuning(t)
		b.Freeze, b.KeepBest = c.freeze, false
		m := fixture.Train(t, r, fixture.Texts(t, path), zoo.Run{})
		for i, p := range m.Value.(*encoder.Classifier).Network().Params() {
			same := slices.Equal(p.Data(), base.Network().Params()[i].Data())
			if same != c.kept(p.Name) && !strings.HasSuffix(p.Name, "key.bias") { // softmax does not see it
				t.Errorf("freeze %q: %s kept: %v", c.freeze, p.Name, same)
			}
		}
	}
}

// A fine-tuned encoder is a base too: with the same classes its linear layer
// goes on.
func TestTuneGoesOn(t *testing.T) {
	path := fixture.Reviews(t, 80)
	r, _ := tuning(t)
	m, dir := fixture.Reopened(t, fixture.Train(t, r, fixture.Texts(t, path), zoo.Run{}))
	next, err := zoo.FineTuning(dir)
	if err != nil {
		t.Fatal(err)
	}
	b := next.Body.(*encoder.Tune)
	b.Epochs, b.MinSteps, b.Optimizer.LearningRate, b.Storage, b.Validation = 1, 0, 1e-9, "F32", 0.2
	var log strings.Builder
	again := fixture.Train(t, next, fixture.Texts(t, path), zoo.Run{Log: &log})
	if !strings.Contains(log.String(), "goes on from that of") {
		t.Errorf("a new linear layer:\n%s", &log)
	}
	x, err := m.Value.(*encoder.Classifier).Classifier.PredictAll(context.Background(), []string{"a joy"})
	if err != nil {
		t.Fatal(err)
	}
	y, err := again.Value.(*encoder.Classifier).Classifier.PredictAll(context.Background(), []string{"a joy"})
	if err != nil || math.Abs(x[0].Logits[0]-y[0].Logits[0]) > 1e-3 {
		t.Errorf("logits %v, then %v: %v", x[0].Logits, y[0].Logits, err)
	}
}

func TestRefuses(t *testing.T) {
	path := fixture.Reviews(t, 40)
	line := filepath.Join(t.TempDir(), "line")
	if err := fixture.Train(t, fixture.Recipe(t, "mlp-line-seed"), nil, zoo.Run{}).Save(line); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(p *encoder.Probe, u *encoder.Tune){
		"no such base":     func(p *encoder.Probe, u *encoder.Tune) { p.Base, u.Base = "absent", "absent" },
		"another model":    func(p *encoder.Probe, u *encoder.Tune) { p.Base, u.Base = line, line; u.BaseSHA256 = "" },
		"other weights":    func(p *encoder.Probe, u *encoder.Tune) { p.BaseSHA256, u.BaseSHA256 = "abc", "abc" },
		"absurd storage":   func(p *encoder.Probe, u *encoder.Tune) { p.Storage, u.Storage = "F64", "F64" },
		"all held out":     func(p *encoder.Probe, u *encoder.Tune) { p.Validation, u.Validation = 1, 1 },
		"unknown weights":  func(p *encoder.Probe, u *encoder.Tune) { p.ClassWeights, u.ClassWeights = "some", "some" },
		"too many layers":  func(p *encoder.Probe, u *encoder.Tune) { p.Layers = 4; u.Freeze = []string{"rnn"} },
		"nothing to train": func(p *encoder.Probe, u *encoder.Tune) { p.C = nil; u.Epochs = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			a, p := probing(t)
			b, u := tuning(t)
			change(p, u)
			for _, r := range []zoo.Recipe{a, b} {
				if m, _, err := zoo.Train(context.Background(), r, fixture.Texts(t, path), zoo.Run{}); err == nil || m != nil {
					t.Errorf("%s: %v, %v", r.Family.Key, m, err)
				}
			}
		})
	}
	a, _ := probing(t)
	if _, _, err := zoo.Train(context.Background(), a, fixture.Texts(t, path), zoo.Run{Steps: 3}); !errors.Is(err, zoo.ErrUsage) {
		t.Errorf("steps of a solver: %v", err)
	}
}
