package encoder

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/gorgonia-zoo/zoo/models/encoder"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Convert makes an artefact of an encoder in a directory of Hugging Face's.
// Nothing is trained and nothing drawn.
type Convert struct {
	// SourceSHA256 is the checksum of the directory's weights; empty ones are
	// filled in, others are demanded.
	SourceSHA256 string `json:"source_sha256,omitempty"`
	Storage      string `json:"storage,omitempty"` // F32, F16 or I8 (default): what the weights are rounded to
	Data         string `json:"data,omitempty"`    // what it was trained on, by whom
	Licence      string `json:"licence,omitempty"`
	Seed         uint64 `json:"seed,omitempty"` // every recipe has one
}

// SeedPtr implements recipe.Body.
func (r *Convert) SeedPtr() *uint64 { return &r.Seed }

// BySteps implements recipe.Body: nothing is trained.
func (r *Convert) BySteps() *recipe.Training { return nil }

// Check implements recipe.Body.
func (r *Convert) Check() error {
	_, err := storage(r.Storage, weights.I8)
	return err
}

// storage returns the type of the given name, other where there is none.
func storage(name string, other weights.DType) (weights.DType, error) {
	switch name {
	case "":
		return other, nil
	case "F32":
		return weights.F32, nil
	case "F16":
		return weights.F16, nil
	case "I8":
		return weights.I8, nil
	}
	return 0, fmt.Errorf("zoo: recipe: storage %q, want F32, F16 or I8", name)
}

// plain is the recipe "encoder", for any directory.
func plain() recipe.Recipe {
	return recipe.Recipe{Name: "encoder", About: "any encoder of BERT's family from a directory of Hugging Face's, as a model of the zoo", Body: &Convert{}}
}

// minilm is the recipe of the pretrained model of that name.
func minilm() recipe.Recipe {
	return recipe.Recipe{
		Name:  "minilm",
		About: "all-MiniLM-L6-v2, a general encoder of English sentences, a byte for each weight",
		Body: &Convert{
			SourceSHA256: minilmSource,
			Storage:      "I8",
			Data:         "trained by the sentence-transformers project on more than a billion pairs of English sentences",
			Licence:      "Apache-2.0",
		},
	}
}

// minilmSource is the SHA-256 of the model.safetensors of
// sentence-transformers/all-MiniLM-L6-v2.
const minilmSource = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

func convertSettings() []recipe.Setting {
	return []recipe.Setting{{
		Flag: "storage", Type: recipe.TextType, Else: "takes over no encoder", Values: []string{"F32", "F16", "I8"},
		Usage: "of an encoder: what its weights are rounded to: F32, F16 or I8 (default: the recipe's)",
		Of:    recipe.Text(func(r *Convert) *string { return &r.Storage }, "F32, F16 or I8", "", "F32", "F16", "I8"),
	}}
}

// directory is a directory of Hugging Face's, open.
type directory struct {
	*encoder.Directory
	sha256 string // of the weights
}

// Guesses implements recipe.Data.
func (d *directory) Guesses() []string {
	var all []string
	if len(d.Skipped) > 0 {
		all = append(all, fmt.Sprintf("tensors that are no part of the encoder are passed over: %q", d.Skipped))
	}
	if d.Head != nil {
		all = append(all, fmt.Sprintf("the linear layer for the classes %q is passed over", d.Classes))
	}
	return all
}

func directorySource() *recipe.Source {
	return &recipe.Source{
		Open: func(path string, _ recipe.DataConfig) (recipe.Data, error) {
			d, err := read(path)
			if err != nil {
				return nil, err
			}
			return d, nil
		},
		Refuse: func(subject, flag string) string {
			if flag == "data" {
				return ""
			}
			return subject + " reads an encoder's directory"
		},
		Missing: func(string) string { return "--data DIR is missing: an encoder's directory, as Hugging Face has them" },
	}
}

// read reads a directory and the checksum of its weights.
func read(dir string) (*directory, error) {
	if info, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return nil, fmt.Errorf("zoo: data: no directory %s: %w", dir, recipe.ErrUsage)
	}
	d, err := encoder.OpenDirectory(os.DirFS(dir))
	if err != nil {
		return nil, fmt.Errorf("zoo: data: %s: %w", dir, err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.safetensors"))
	if err != nil || len(files) == 0 || d.Head != nil { // in folders
		more, _ := filepath.Glob(filepath.Join(dir, "*", "*.safetensors"))
		files = append(files, more...)
	}
	slices.Sort(files)
	h := sha256.New()
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("zoo: data: %w", err)
		}
		_, err = io.Copy(h, f)
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("zoo: data: %w", err)
		}
	}
	return &directory{d, hex.EncodeToString(h.Sum(nil))}, nil
}

// convert makes the artefact.
func convert(ctx context.Context, whole recipe.Recipe, data recipe.Data, env recipe.Env) (*recipe.Model, train.Result, error) {
	none := train.Result{Reason: train.Failed}
	r := *whole.Body.(*Convert)
	whole.Body = &r
	if env.Steps > 0 || env.Resume {
		return nil, none, fmt.Errorf("zoo: recipe %s trains nothing: there are no steps to stop after and nothing to resume: %w", whole.Name, recipe.ErrUsage)
	}
	d, err := recipe.DataAs[*directory](data)
	if err != nil {
		return nil, none, err
	}
	if r.SourceSHA256 != "" && r.SourceSHA256 != d.sha256 {
		return nil, none, fmt.Errorf("zoo: recipe: the weights of the directory have the SHA-256 %.12s, the recipe's %.12s: %w", d.sha256, r.SourceSHA256, recipe.ErrUsage)
	}
	r.SourceSHA256 = d.sha256
	if err := env.Record(train.Event{Kind: train.KindStart, Epoch: 1}); err != nil {
		return nil, none, err
	}
	dtype, err := storage(r.Storage, weights.I8)
	if err != nil {
		return nil, none, err
	}
	e, err := encoder.FromDirectory(d.Directory)
	if err != nil {
		return nil, none, err
	}
	metrics, err := round(ctx, e, func() error { return e.Round(dtype) })
	if err != nil {
		return nil, none, err
	}
	card, err := whole.Card("text embedding", train.Result{})
	if err != nil {
		return nil, none, err
	}
	card.Licence, card.Data, card.Metrics = r.Licence, r.Data, metrics
	env.Logf("beside the weights as they were: mean cosine %.4f, least %.4f of %d texts", metrics["cosine_mean"], metrics["cosine_least"], len(sample))
	a, err := e.Artefact(card, dtype)
	if err != nil {
		return nil, none, err
	}
	result := train.Result{Reason: train.Finished}
	return &recipe.Model{Artefact: a, Value: &Encoder{e, a.Card}}, result, env.Record(train.Event{Kind: train.KindDone, Epoch: 1, Result: &result})
}
