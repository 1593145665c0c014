package finetune_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/recipe/finetune"
)

// baseDir holds a small model of made-up reviews that fine-tuning begins from.
var baseDir = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "zoo-base-") })

func base(t *testing.T) string {
	t.Helper()
	dir, err := baseDir()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "card.json")); err == nil {
		return dir
	}
	r, b := fixture.Small(t)
	b.Storage = "F32"
	if err := fixture.Train(t, r, fixture.Texts(t, fixture.Reviews(t, 400)), zoo.Run{}).Save(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// of is the body of a recipe, and classifier what a model holds.
func of(r zoo.Recipe) *zoo.FineTuneRecipe         { return r.Body.(*zoo.FineTuneRecipe) }
func classifier(m *zoo.Model) *zoo.LSTMClassifier { return m.Value.(*zoo.LSTMClassifier) }

// tuning is a recipe that fine-tunes base, and its body.
func tuning(t *testing.T) (zoo.Recipe, *zoo.FineTuneRecipe) {
	t.Helper()
	r, err := zoo.FineTuning(base(t))
	if err != nil {
		t.Fatal(err)
	}
	f := of(r)
	f.Epochs, f.MinSteps, f.Batch, f.Validation, f.Storage = 4, 0, 8, 0.2, "F32"
	f.Optimizer.LearningRate = 0.02
	return r, f
}

// dishes are texts about food in three classes, with words that base lacks.
func dishes(t *testing.T, n int) string {
	var rows []string
	for i := range n {
		rows = append(rows, fmt.Sprintf("the film was %s number%d,%d", []string{"salty", "sweet", "bitter"}[i%3], i, []int{10, 9, 1}[i%3]))
	}
	return fixture.Labelled(t, rows...)
}

func tune(t *testing.T, r zoo.Recipe, data string, run zoo.Run) *zoo.Model {
	t.Helper()
	return fixture.Train(t, r, fixture.Texts(t, data), run)
}

// Other classes, more words: what is new is learned, what is frozen stays.
func TestFineTuneNewClasses(t *testing.T) {
	b, err := zoo.OpenModel(base(t))
	if err != nil {
		t.Fatal(err)
	}
	known := classifier(b).Vocab().Len()
	data := dishes(t, 120)
	for name, freeze := range map[string][]string{"all": nil, "embedding": {"embedding"}, "rnn": {"rnn"}, "both": {"embedding", "rnn"}} {
		t.Run(name, func(t *testing.T) {
			r, f := tuning(t)
			f.Freeze, f.Epochs = freeze, 10
			if len(freeze) == 2 { // the new linear layer alone learns more slowly
				f.Epochs = 40
			}
			m := tune(t, r, data, zoo.Run{})
			if diff := cmp.Diff([]string{"1", "9", "10"}, classifier(m).Classes()); diff != "" {
				t.Errorf("classes by number: %s", diff)
			}
			if acc := m.Artefact.Card.Metrics["validation_accuracy"]; acc < 0.9 {
				t.Errorf("validation accuracy %v: it did not learn", acc)
			}
			for _, p := range classifier(m).Network().Params() {
				var was []float32
				for _, q := range classifier(b).Network().Params() {
					if q.Name == p.Name {
						was = q.Data()
					}
				}
				same := slices.Equal(p.Data()[:min(len(was), len(p.Data()))], was)
				switch layer, _, _ := strings.Cut(p.Name, "."); layer {
				case "fc":
				case "embedding":
					if want := slices.Contains(freeze, "embedding"); same != want {
						t.Errorf("the known words' vectors are as before: %v, want %v", same, want)
					}
					unk := was[:p.RowLen()]
					moved := 0
					for row := known; row < p.Shape()[0]; row++ {
						if !slices.Equal(p.Data()[row*p.RowLen():][:p.RowLen()], unk) {
							moved++
						}
					}
					if moved != p.Shape()[0]-known || moved != 3 {
						t.Errorf("%d of %d new words were trained", moved, p.Shape()[0]-known)
					}
				default:
					if want := slices.Contains(freeze, "rnn"); same != want {
						t.Errorf("%s is as before: %v, want %v", p.Name, same, want)
					}
				}
			}
			recipe := fixture.MadeBy(t, m)
			if f := of(recipe); f.BaseSHA256 != fixture.SHA(t, b) || f.Head != finetune.HeadNew || f.Base != base(t) {
				t.Errorf("the card says %+v", f)
			}
			if again := tune(t, recipe, data, zoo.Run{}); fixture.SHA(t, again) != fixture.SHA(t, m) {
				t.Error("the recipe in the card gives other weights")
			}
		})
	}
}

// The same classes go on from the layer that the base has, whether they are
// written as names or, when that is asked for, as numbers.
func TestFineTuneKeepsClasses(t *testing.T) {
	names := fixture.Labelled(t, "the film was brilliant,positive", "its plot is a mess,negative", "a joy,positive", "it was dull,negative",
		"the cast was brilliant,positive", "this was a mess,negative", "what a joy,positive", "the plot was dull,negative")
	r, body := tuning(t)
	body.Optimizer.LearningRate = 1e-9 // as good as none
	for name, c := range map[string]struct {
		head, data, want string
	}{
		"auto":    {finetune.HeadAuto, names, finetune.HeadKeep},
		"keep":    {finetune.HeadKeep, names, finetune.HeadKeep},
		"new":     {finetune.HeadNew, names, finetune.HeadNew},
		"numbers": {finetune.HeadKeep, fixture.Labelled(t, "brilliant,1", "a mess,0", "a joy,1", "dull,0", "the film was brilliant,1", "it is dull,0"), finetune.HeadKeep},
		"others":  {finetune.HeadAuto, fixture.Labelled(t, "brilliant,1", "a mess,0", "a joy,1", "dull,0"), finetune.HeadNew},
	} {
		f := *body
		f.Head = c.head
		recipe := r
		recipe.Body = &f
		m := tune(t, recipe, c.data, zoo.Run{})
		if used := of(fixture.MadeBy(t, m)).Head; used != c.want {
			t.Errorf("%s: the head is %q, want %q", name, used, c.want)
		}
		if c.want != finetune.HeadKeep {
			continue
		}
		for text, want := range map[string]string{"the film was brilliant": "positive", "its plot is a mess": "negative"} {
			if p, err := classifier(m).Predict(context.Background(), text); err != nil || p.Label != want {
				t.Errorf("%s: %q is %v, %v", name, text, p.Label, err)
			}
		}
	}
}

// A fine-tuning with everything that has a state, interrupted in each epoch and
// gone on with, ends in the same bytes.
func TestFineTuneResumes(t *testing.T) {
	r, f := tuning(t)
	f.Unfreeze, f.ClassWeights, f.WordDrop, f.KeepBest = true, finetune.BalancedClasses, 0.2, false
	data := dishes(t, 75)
	want := tune(t, r, data, zoo.Run{})
	dir := t.TempDir()
	for _, steps := range []int{3, 11, 17, 0} {
		m := tune(t, r, data, zoo.Run{Checkpoints: dir, Resume: steps != 3, Steps: steps})
		if same := fixture.SHA(t, m) == fixture.SHA(t, want); same != (steps == 0) {
			t.Errorf("stopped after %d steps (0: never), the same bytes: %v", steps, same)
		}
	}
	f.Unfreeze = false
	if _, _, err := zoo.Train(context.Background(), r, fixture.Texts(t, data), zoo.Run{Checkpoints: dir, Resume: true}); err == nil || !strings.Contains(err.Error(), "another run") {
		t.Errorf("resumed with another recipe: %v", err)
	}
}

func TestFineTuneErrors(t *testing.T) {
	data := dishes(t, 30)
	for says, change := range map[string]func(*zoo.FineTuneRecipe){
		"base is empty":            func(f *zoo.FineTuneRecipe) { f.Base = "" },
		`no model "absent"`:        func(f *zoo.FineTuneRecipe) { f.Base = "absent" },
		"only an LSTM classifier":  func(f *zoo.FineTuneRecipe) { f.Base = "mlp-line" },
		"the recipe began from 01": func(f *zoo.FineTuneRecipe) { f.BaseSHA256 = "01234567890123" },
		"has the words":            func(f *zoo.FineTuneRecipe) { f.BaseVocab = "0123456789012345" },
		`head "x"`:                 func(f *zoo.FineTuneRecipe) { f.Head = "x" },
		`freeze ["fc"]`:            func(f *zoo.FineTuneRecipe) { f.Freeze = []string{"fc"} },
		"each at most once":        func(f *zoo.FineTuneRecipe) { f.Freeze = []string{"rnn", "rnn"} },
		"layer_decay is 2":         func(f *zoo.FineTuneRecipe) { f.LayerDecay = 2 },
		"word_drop is 1":           func(f *zoo.FineTuneRecipe) { f.WordDrop = 1 },
		"validation is -1":         func(f *zoo.FineTuneRecipe) { f.Validation = -1 },
		"need a validation part":   func(f *zoo.FineTuneRecipe) { f.Validation = 0 },
		"new_words is -1":          func(f *zoo.FineTuneRecipe) { f.NewWords = -1 },
		`class_weights "inverse"`:  func(f *zoo.FineTuneRecipe) { f.ClassWeights = "inverse" },
		"that freeze keeps": func(f *zoo.FineTuneRecipe) {
			f.Freeze, f.Optimizer.WeightDecay = []string{"embedding"}, 0.1
		},
		"batch 0":                     func(f *zoo.FineTuneRecipe) { f.Batch = 0 },
		"is none of the classes":      func(f *zoo.FineTuneRecipe) { f.Head = finetune.HeadKeep },
		`storage "F8", want F32, F16`: func(f *zoo.FineTuneRecipe) { f.Storage = "F8" },
	} {
		r, f := tuning(t)
		f.Epochs = 1
		change(f)
		if _, _, err := zoo.Train(context.Background(), r, fixture.Texts(t, data), zoo.Run{}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("want %q, have %v", says, err)
		}
	}
	if _, err := zoo.FineTuning("mlp-line"); err == nil || !strings.Contains(err.Error(), "only an LSTM classifier") {
		t.Errorf("of a regressor: %v", err)
	}
}

// With balanced weights a rare class is found that is given up without them,
// and the best epoch is chosen by the mean over classes.
func TestClassWeights(t *testing.T) {
	var rows []string
	for i := range 200 {
		word, label := "salty", "common"
		if i%20 == 0 {
			word, label = "sweet", "rare"
		}
		if i%40 == 0 { // half of the rare ones cannot be told from common ones
			word = "salty"
		}
		rows = append(rows, fmt.Sprintf("the film was %s number%d,%s", word, i, label))
	}
	data := fixture.Labelled(t, rows...)
	r, f := tuning(t)
	f.Epochs = 6
	m := tune(t, r, data, zoo.Run{})
	f.ClassWeights = finetune.BalancedClasses
	b := tune(t, r, data, zoo.Run{})
	if _, ok := m.Artefact.Card.Metrics["validation_balanced_accuracy"]; ok {
		t.Error("balanced accuracy where it is not asked for")
	}
	ctx := context.Background()
	rare := func(m *zoo.Model) float64 {
		p, err := classifier(m).Classifier.Predict(ctx, "the film was salty")
		if err != nil {
			t.Fatal(err)
		}
		return float64(p.Logits[0]) // before the temperature, which is fitted to unweighted texts
	}
	if balanced, ok := b.Artefact.Card.Metrics["validation_balanced_accuracy"]; !ok || balanced < 0.5 || balanced > 1 {
		t.Errorf("balanced accuracy %v, %v", balanced, ok)
	}
	if with, without := rare(b), rare(m); with < without+1 {
		t.Errorf("the rare class has the logit %v with weights, %v without", with, without)
	}
	if used := of(fixture.MadeBy(t, b)).ClassWeights; used != finetune.BalancedClasses {
		t.Errorf("the card forgets the weights: %q", used)
	}
}

func TestEpochsFor(t *testing.T) {
	r := &zoo.FineTuneRecipe{MinSteps: 150, Training: recipe.Training{Epochs: 3, Batch: 32}}
	for texts, want := range map[int]int{0: 150, 1: 150, 32: 150, 33: 75, 450: 10, 1600: 3, 8637: 3} {
		if got := r.EpochsFor(texts); got != want {
			t.Errorf("%d epochs of %d texts, want %d", got, texts, want)
		}
	}
	whole, err := zoo.FineTuning(base(t))
	if err != nil {
		t.Fatal(err)
	}
	of(whole).MinSteps = 40
	m := tune(t, whole, dishes(t, 60), zoo.Run{})
	used := of(fixture.MadeBy(t, m))
	if used.Epochs != 20 || used.MinSteps != 0 || !strings.Contains(m.Artefact.Card.Recipe.Command, "zoo finetune "+base(t)+" --classes new --epochs 20 ") {
		t.Errorf("%d epochs, %q", used.Epochs, m.Artefact.Card.Recipe.Command)
	}
}
