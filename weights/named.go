package weights

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/tokenize"
)

// What an artefact may hold under names of its own: so many files, the
// vocabularies among them, each of at most so many bytes (a vocabulary of
// MaxVocab).
const (
	MaxFiles       = 16
	MaxFile  int64 = 64 << 20
)

// vocabSuffix ends the name of a file that holds one of Artefact.Vocabs.
const vocabSuffix = "." + VocabFile

// fileForm is the form of a named file: words of lower-case letters, digits,
// '_' and '-', joined by single dots. Such a name is the same on file systems
// that ignore case, stays in its directory, and is neither that of an
// unfinished file nor .next.
var fileForm = regexp.MustCompile(`^[a-z0-9_-]+(\.[a-z0-9_-]+)*$`)

// deviceForm is what Windows takes for a device, whatever follows the dot.
var deviceForm = regexp.MustCompile(`^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)`)

// checkFileName reports a name that no file of an artefact may have beside
// those of its own.
func checkFileName(name string) error {
	switch {
	case len(name) > 100 || !fileForm.MatchString(name) || deviceForm.MatchString(name):
		return fmt.Errorf("unexpected %.100q, expected at most 100 lower-case letters, digits, '_', '-' and single '.' inside", name)
	case reserved(name):
		return fmt.Errorf("%q is a file of every artefact, expected another name", name)
	}
	return nil
}

func reserved(name string) bool {
	switch name {
	case WeightsFile, VocabFile, ConfigFile, CardFile, MarkdownFile:
		return true
	}
	return false
}

// named returns Files and Vocabs as files, in the order of their names.
func (a *Artefact) named() ([]namedFile, error) {
	var files []namedFile
	for _, name := range slices.Sorted(maps.Keys(a.Files)) {
		if err := checkFileName(name); err != nil {
			return nil, fmt.Errorf("files: %w: %w", ErrArtefact, err)
		}
		if strings.HasSuffix(name, vocabSuffix) {
			return nil, fmt.Errorf("files: %w: %q is the name of a vocabulary, expected it in Vocabs", ErrArtefact, name)
		}
		files = append(files, namedFile{name, a.Files[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(a.Vocabs)) {
		file := name + vocabSuffix
		if err := checkFileName(file); err != nil {
			return nil, fmt.Errorf("vocabularies: %w: %w", ErrArtefact, err)
		}
		data, err := vocabBytes(a.Vocabs[name])
		if err != nil {
			return nil, inFile(file, ErrArtefact, err)
		}
		files = append(files, namedFile{file, data})
	}
	slices.SortFunc(files, func(a, b namedFile) int { return strings.Compare(a.name, b.name) })
	return files, nil
}

func vocabBytes(v *tokenize.Vocab) ([]byte, error) {
	if v == nil {
		return nil, errors.New("no vocabulary")
	}
	var b bytes.Buffer
	_, err := v.WriteTo(&b)
	return b.Bytes(), err
}

// readNamed reads the vocabularies and the named files that the card lists.
func (a *Artefact) readNamed(checked func(name string, limit int64) ([]byte, error)) error {
	for _, name := range slices.Sorted(maps.Keys(a.Card.Files)) {
		if name == WeightsFile || name == ConfigFile {
			continue
		}
		key, isVocab := strings.CutSuffix(name, vocabSuffix)
		isVocab = isVocab || name == VocabFile
		if !isVocab {
			data, err := checked(name, MaxFile)
			if err != nil {
				return err
			}
			if a.Files == nil {
				a.Files = map[string][]byte{}
			}
			a.Files[name] = data
			continue
		}
		data, err := checked(name, MaxVocab)
		if err != nil {
			return err
		}
		vocab, err := tokenize.ReadVocab(bytes.NewReader(data))
		if err != nil {
			return inFile(name, ErrArtefact, err)
		}
		if name == VocabFile {
			a.Vocab = vocab
			continue
		}
		if a.Vocabs == nil {
			a.Vocabs = map[string]*tokenize.Vocab{}
		}
		a.Vocabs[key] = vocab
	}
	return nil
}

// hasVocab reports whether the card lists a vocabulary, under a name or not.
func (c *Card) hasVocab() bool {
	for name := range c.Files {
		if name == VocabFile || strings.HasSuffix(name, vocabSuffix) {
			return true
		}
	}
	return false
}

// listed returns the files of the artefact in dir by its card, nil where there
// is no card that can be read.
func listed(dir string) map[string]FileInfo {
	data, err := readLimited(os.DirFS(dir), CardFile, MaxJSON)
	if err != nil {
		return nil
	}
	card, err := parseCard(data)
	if err != nil {
		return nil
	}
	return card.Files
}

// unclaimed reports a named file in whose place dir has something that does not
// belong to the artefact there.
func unclaimed(dir string, files []namedFile) error {
	old := listed(dir)
	for _, f := range files {
		if _, ours := old[f.name]; ours || reserved(f.name) {
			continue
		}
		switch _, err := os.Lstat(filepath.Join(dir, f.name)); {
		case err == nil:
			return fmt.Errorf("%s: %w, and the card there does not list it", f.name, fs.ErrExist)
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
	}
	return nil
}

// removeStale removes from dir the files of the old artefact, whose card is
// still there, that the new one does not have. Directories are left alone:
// cards may come from strangers.
func removeStale(dir string, card Card) error {
	stale := []string{VocabFile}
	for _, name := range slices.Sorted(maps.Keys(listed(dir))) {
		if name != VocabFile {
			stale = append(stale, name)
		}
	}
	for _, name := range stale {
		if _, kept := card.Files[name]; kept {
			continue
		}
		path := filepath.Join(dir, name)
		if info, err := os.Lstat(path); err == nil && info.IsDir() {
			continue
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
