package zoo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gorgonia-zoo/zoo/hub"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Zoo opens and trains models of the families that it lists, and knows
// pretrained ones by name.
type Zoo struct {
	Families recipe.Families
	Models   []Record
}

// Default returns the zoo of Families and Models.
func Default() *Zoo { return &Zoo{Families(), Models()} }

// Lookup returns the record of the given name.
func (z *Zoo) Lookup(name string) (Record, bool) {
	for _, r := range z.Models {
		if r.Name == name {
			return r, true
		}
	}
	return Record{}, false
}

// Open opens a pretrained model by its name, the artefact in a directory that
// training wrote, the file that Model.Pack made of one, or, by ORG/NAME, an
// encoder that hub.Pull fetched. What the model can do is an interface that its Value satisfies; see package recipe.
func (z *Zoo) Open(name string) (*Model, error) {
	if r, ok := z.Lookup(name); ok {
		a, err := r.artefact()
		if err != nil {
			return nil, err
		}
		return z.Families.Open(a)
	}
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) && hub.IsName(name) {
		if dir, ok := hub.Find(name); ok {
			return z.openDirectory(dir)
		}
		return nil, fmt.Errorf("zoo: no model %q: there is no such directory, and none of that name from the Hugging Face Hub is whole in the cache: 'zoo pull %s' fetches it: %w", name, name, ErrUsage)
	}
	if errors.Is(err, fs.ErrNotExist) && !strings.ContainsRune(name, filepath.Separator) {
		var names []string
		for _, r := range z.Models {
			names = append(names, r.Name)
		}
		return nil, fmt.Errorf("zoo: no model %q: want %s, or a directory that train wrote: %w", name, strings.Join(names, ", "), ErrUsage)
	}
	if err != nil {
		return nil, fmt.Errorf("zoo: model: %w: %w", err, ErrUsage)
	}
	if !info.IsDir() {
		if !weights.IsPacked(name) {
			return nil, fmt.Errorf("zoo: model: %s is a file, want a directory that train wrote, or the file that 'zoo pack' made of one: %w", name, ErrUsage)
		}
		return z.openPacked(os.DirFS(filepath.Dir(name)), filepath.Base(name))
	}
	return z.openDirectory(name)
}

// openDirectory opens the model in a directory.
func (z *Zoo) openDirectory(name string) (*Model, error) {
	if m, err := z.Families.OpenDirectory(name); m != nil || err != nil {
		return m, err
	}
	a, err := weights.OpenDir(name)
	if err != nil {
		if _, unfinished := os.Stat(filepath.Join(name, "checkpoint", train.CheckpointFile)); unfinished == nil && errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("zoo: model: %s holds a training that has not come to its end, and no model yet: go on with it by --resume", name)
		}
		return nil, fmt.Errorf("zoo: model: %w", err)
	}
	return z.Families.Open(a)
}

// OpenFile opens a model as Open does, or a file of other programs that one of
// the families reads: vectors of words in word2vec's text or binary format or
// GloVe's, compressed by gzip or not. The model of a file has no artefact. The
// fingerprint is the SHA-256 of the weights or of the file.
func (z *Zoo) OpenFile(name string) (m *Model, fingerprint string, err error) {
	info, err := os.Stat(name)
	if _, known := z.Lookup(name); !known && err == nil && !info.IsDir() && !weights.IsPacked(name) {
		value, sum, err := z.Families.OpenFile(name)
		if err != nil {
			return nil, "", err
		}
		return &Model{Value: value}, sum, nil
	} else if !known && errors.Is(err, fs.ErrNotExist) && !hub.IsName(name) {
		return nil, "", fmt.Errorf("zoo: vectors: no file, directory or model %s: %w", name, ErrUsage)
	}
	if m, err = z.Open(name); err != nil {
		return nil, "", err
	}
	fingerprint, err = m.SHA256()
	return m, fingerprint, err
}

// OpenModel opens a model of the zoo's own families; see Zoo.Open.
func OpenModel(name string) (*Model, error) { return Default().Open(name) }

// OpenFS opens the artefact of a model of the zoo's own families in dir, in the
// one directory that dir has, or in the one file that Model.Pack made of it, so
// that a program can carry a model of its user's:
//
//	//go:embed mine
//	var mine embed.FS
//
//	model, err := zoo.OpenFS(mine)
func OpenFS(dir fs.FS) (*Model, error) { return Default().OpenFS(dir) }

// OpenFS is func OpenFS for the families of z.
func (z *Zoo) OpenFS(dir fs.FS) (*Model, error) {
	if entries, err := fs.ReadDir(dir, "."); err == nil && len(entries) == 1 && !entries[0].IsDir() {
		return z.openPacked(dir, entries[0].Name())
	}
	root, err := weights.Root(dir)
	if err != nil {
		return nil, fmt.Errorf("zoo: model: %w", err)
	}
	a, err := weights.OpenArtefact(root)
	if err != nil {
		return nil, fmt.Errorf("zoo: model: %w", err)
	}
	return z.Families.Open(a)
}

// openPacked opens a file of Model.Pack.
func (z *Zoo) openPacked(dir fs.FS, name string) (*Model, error) {
	a, err := weights.OpenPacked(dir, name)
	if err != nil {
		return nil, fmt.Errorf("zoo: model: %w", err)
	}
	return z.Families.Open(a)
}

// OpenVectors opens vectors of words, those of a model or a file of other
// programs, and returns the SHA-256 of the weights or of the file.
func OpenVectors(name string) (v recipe.Vectors, fingerprint string, err error) {
	return Default().Env(Run{}).Vectors(name)
}
