package weights

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/gorgonia-zoo/zoo/tokenize"
)

// nextDir holds, inside an artefact's directory, a complete new version while
// its files are being moved to their places.
const nextDir = ".next"

// Save writes the artefact to dir. Whenever the process is killed or the disk
// runs full, OpenArtefact then finds the whole old artefact or the whole new
// one, never parts of both: the files are first written and flushed elsewhere,
// then appear by one rename.
//
// If dir does not exist, it is made by that rename. If it does, its other
// files are left alone, and where one has the name of one of Files or Vocabs,
// Save refuses (fs.ErrExist). The new version is made in dir/.next, from where
// OpenArtefact reads it, and then moved file by file. A save that was killed
// while moving is finished by the next one.
//
// Save fills in Parameters and Files of the card that it writes. What it
// writes, it has read back and checked first. No other Save to dir may be
// under way.
func (a *Artefact) Save(dir string) error {
	if err := a.save(filepath.Clean(dir)); err != nil {
		return fmt.Errorf("weights: save %s: %w", dir, err)
	}
	return nil
}

func (a *Artefact) save(dir string) error {
	files, err := a.files()
	if err != nil {
		return err
	}
	if err := removeTemporary(dir); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return stage(filepath.Dir(dir), filepath.Base(dir), dir, files)
	case err != nil:
		return err
	case !info.IsDir():
		return errors.New("not a directory")
	}
	if err := removeTemporary(filepath.Join(dir, nextDir)); err != nil {
		return err
	}
	if err := finish(dir); err != nil {
		return err
	}
	if err := unclaimed(dir, files); err != nil {
		return err
	}
	if err := stage(dir, nextDir, filepath.Join(dir, nextDir), files); err != nil {
		return err
	}
	return finish(dir)
}

type namedFile struct {
	name string
	data []byte
}

// files returns the files of the artefact after checking that they can be read.
func (a *Artefact) files() ([]namedFile, error) {
	if a.Weights == nil || a.Weights.data == nil {
		return nil, fmt.Errorf("%w: no weights in memory", ErrArtefact)
	}
	config := configFile{Format: Format, Model: a.Model, Config: a.Config, Classes: a.Classes, Preprocess: a.Preprocess}
	if a.Tokenizer != nil {
		config.Tokenizer = &tokenizerFile{Version: tokenize.Version, Config: *a.Tokenizer}
	}
	if len(a.Config) == 0 {
		return nil, fmt.Errorf("%s: %w: no config", ConfigFile, ErrArtefact)
	}
	configJSON, err := marshal(config)
	if err != nil {
		return nil, inFile(ConfigFile, ErrArtefact, err)
	}
	files := []namedFile{{WeightsFile, a.Weights.data}, {ConfigFile, configJSON}}
	if a.Vocab != nil {
		data, err := vocabBytes(a.Vocab)
		if err != nil {
			return nil, inFile(VocabFile, ErrArtefact, err)
		}
		files = append(files, namedFile{VocabFile, data})
	}
	named, err := a.named()
	if err != nil {
		return nil, err
	}
	files = append(files, named...)
	card := cardFile{Format: Format, Card: a.Card}
	card.Parameters = a.Weights.parameters()
	card.Files = map[string]FileInfo{}
	for _, f := range files {
		card.Files[f.name] = FileInfo{Bytes: int64(len(f.data)), SHA256: checksum(f.data)}
	}
	cardJSON, err := marshal(card)
	if err != nil {
		return nil, inFile(CardFile, ErrArtefact, err)
	}
	if int64(len(cardJSON)) > MaxJSON {
		return nil, fmt.Errorf("%s: %w: %d bytes, expected at most %d", CardFile, ErrArtefact, len(cardJSON), MaxJSON)
	}
	_, err = parseArtefact(cardJSON, func(name string, limit int64) ([]byte, error) {
		for _, f := range files {
			if f.name == name {
				if int64(len(f.data)) > limit {
					return nil, fmt.Errorf("%s: %w: %d bytes, expected at most %d", name, ErrArtefact, len(f.data), limit)
				}
				return f.data, nil
			}
		}
		return nil, fs.ErrNotExist
	})
	if err != nil {
		return nil, err
	}
	return append(files, namedFile{MarkdownFile, []byte(card.Markdown())}, namedFile{CardFile, cardJSON}), nil
}

// stage writes files into a temporary directory in parent and renames it to
// target, which must not exist.
func stage(parent, base, target string, files []namedFile) (err error) {
	temp, err := createTempDir(parent, base)
	if err != nil {
		return nameless(err)
	}
	defer func() {
		if err != nil {
			os.RemoveAll(temp)
		}
	}()
	for _, f := range files {
		if err := writeSynced(filepath.Join(temp, f.name), f.data); err != nil {
			return fmt.Errorf("%s: %w", f.name, nameless(err))
		}
	}
	if err := syncDir(temp); err != nil {
		return err
	}
	if err := os.Rename(temp, target); err != nil {
		return err
	}
	return syncDir(parent)
}

func writeSynced(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// finish moves the files of dir/.next to their places, the card last: as long
// as it is in .next, the other files are known to be either there or moved.
func finish(dir string) error {
	next := filepath.Join(dir, nextDir)
	if _, err := os.Lstat(next); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	data, err := readLimited(os.DirFS(next), CardFile, MaxJSON)
	switch {
	case err == nil:
		card, err := parseCard(data)
		if err != nil {
			return fmt.Errorf("%s: an interrupted save left no readable card, remove it: %w", next, err)
		}
		if err := removeStale(dir, card); err != nil {
			return err
		}
		for _, name := range append(slices.Sorted(maps.Keys(card.Files)), MarkdownFile) {
			if err := move(next, dir, name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		if err := syncDir(dir); err != nil {
			return err
		}
		if err := move(next, dir, CardFile); err != nil {
			return err
		}
		if err := syncDir(dir); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := os.Remove(next); err != nil {
		return err
	}
	return syncDir(dir)
}

func move(from, to, name string) error {
	return os.Rename(filepath.Join(from, name), filepath.Join(to, name))
}
