package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gorgonia-zoo/zoo"
)

// job is one model to train and measure.
type job struct {
	Variant string `json:"variant"` // finetuned or scratch
	Size    int    `json:"size"`    // training sentences, 0 for all
	Seed    uint64 `json:"seed"`
	Fold    int    `json:"fold"`
	Folds   int    `json:"folds"`
	Recipe  string `json:"recipe"` // checksum of recipe and base
}

// outcome is how its model does.
type outcome struct {
	job
	Epoch      int     `json:"epoch"` // the best on validation
	Validation float64 `json:"validation_accuracy"`
	Test       float64 `json:"test_accuracy,omitempty"`
	Tested     int     `json:"tested"` // sentences of the fold
	Seconds    float64 `json:"seconds"`
}

// study trains what is not in the file of results yet, and prints the table.
func study(ctx context.Context, o options, w io.Writer) error {
	all, err := read(o.data)
	if err != nil {
		return err
	}
	have, err := results(o.out)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "finetunestudy")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	f, err := os.OpenFile(o.out, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	for _, seed := range o.seeds {
		for k := range o.folds {
			if len(o.only) > 0 && !slices.Contains(o.only, k) {
				continue
			}
			for _, size := range o.sizes {
				for _, variant := range o.variants {
					recipe, err := settings(o, variant, size, seed)
					if err != nil {
						return err
					}
					j := job{variant, size, seed, k, o.folds, checksum(recipe)}
					if slices.ContainsFunc(have, func(r outcome) bool { return r.job == j && (o.validation || r.Tested > 0) }) {
						continue
					}
					r, err := measure(ctx, all, j, recipe, o.validation, dir)
					if err != nil {
						return err
					}
					line, err := json.Marshal(r)
					if err != nil {
						return err
					}
					if _, err := fmt.Fprintf(f, "%s\n", line); err != nil {
						return err
					}
					fmt.Fprintf(os.Stderr, "%s\n", line)
					have = append(have, r)
				}
			}
		}
	}
	return table(w, o, have)
}

// settings returns the recipe of a variant. Both have the same network,
// optimizer, batches, regularisation and validation part; the one from nothing
// has twice the epochs to choose from, and a vocabulary of its own.
func settings(o options, variant string, size int, seed uint64) (zoo.Recipe, error) {
	recipe, err := zoo.FineTuning(o.base)
	if err != nil {
		return recipe, err
	}
	tune := recipe.Body.(*zoo.FineTuneRecipe)
	tune.Seed = seed
	if o.recipe != "" {
		if err := json.Unmarshal([]byte(o.recipe), tune); err != nil {
			return recipe, fmt.Errorf("--recipe: %w", err)
		}
	}
	texts := size
	if size == 0 {
		texts = 9600
	}
	tune.Epochs, tune.MinSteps = tune.EpochsFor(texts*9/10), 0
	switch variant {
	case "finetuned":
		return recipe, nil
	case "scratch":
		base, err := zoo.OpenModel(o.base)
		if err != nil {
			return recipe, err
		}
		classifier, ok := base.Value.(*zoo.LSTMClassifier)
		if !ok {
			return recipe, fmt.Errorf("%s is no LSTM classifier", o.base)
		}
		model := classifier.Network().Config()
		model.Vocab, model.Classes = 0, 0 // those of the data
		if model.EmbeddingStd == 1 {
			model.EmbeddingStd = 0
		}
		text := &zoo.TextRecipe{
			Data: "rt-polarity", Model: model, Tokenizer: classifier.Tokenizer(),
			Validation: tune.Validation, WordDrop: tune.WordDrop, Storage: tune.Storage, Training: tune.Training,
		}
		text.Epochs *= 2
		text.Patience = 0
		plain, err := zoo.ReadRecipe("lstm")
		plain.Name, plain.About, plain.Body = "scratch", "the same model from nothing", text
		return plain, err
	}
	return recipe, fmt.Errorf("no variant %q, want finetuned or scratch", variant)
}

func checksum(r zoo.Recipe) string {
	text, err := json.Marshal(r)
	if err != nil {
		return err.Error()
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}

// measure trains one model and measures it on the fold that was left out.
func measure(ctx context.Context, all []sentence, j job, recipe zoo.Recipe, validationOnly bool, dir string) (outcome, error) {
	began := time.Now()
	learn, test := fold(all, j.Fold, j.Folds, j.Seed)
	if j.Size > 0 {
		learn = some(learn, j.Size, j.Seed)
	}
	texts, err := open(filepath.Join(dir, "train.csv"), learn)
	if err != nil {
		return outcome{}, err
	}
	m, result, err := zoo.Train(ctx, recipe, texts, zoo.Run{})
	if err != nil {
		return outcome{}, err
	}
	r := outcome{job: j, Epoch: result.Best.Epoch, Validation: result.Best.Value}
	if !validationOnly {
		if texts, err = open(filepath.Join(dir, "test.csv"), test); err != nil {
			return r, err
		}
		e, err := zoo.EvaluateText(ctx, m.Value.(zoo.TextClassifier), texts, "test")
		if err != nil {
			return r, err
		}
		r.Test, r.Tested = e.Accuracy, e.Examples
	}
	r.Seconds = time.Since(began).Seconds()
	return r, nil
}

// open writes sentences and opens them as a data set.
func open(path string, list []sentence) (*zoo.Texts, error) {
	if err := write(path, list); err != nil {
		return nil, err
	}
	return zoo.OpenTexts(path, zoo.TextsConfig{Text: "text", Label: "label", Cache: "none"})
}

// results reads the lines of an earlier run.
func results(path string) (list []outcome, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for n := 1; s.Scan(); n++ {
		var r outcome
		if err := json.Unmarshal(s.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", path, n, err)
		}
		list = append(list, r)
	}
	return list, s.Err()
}
