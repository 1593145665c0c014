package weights

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/gorgonia-zoo/zoo/tokenize"
)

// Format is the version of the artefact directory that Save writes and
// OpenArtefact reads.
const Format = 1

// The files of an artefact.
const (
	WeightsFile  = "model.safetensors"
	VocabFile    = "vocab.txt"
	ConfigFile   = "config.json"
	CardFile     = "card.json"
	MarkdownFile = "card.md"
)

// What OpenArtefact will read of each file, in bytes.
const (
	MaxWeights int64 = 8 << 30
	MaxVocab   int64 = 64 << 20
	MaxJSON    int64 = 1 << 20
)

// Errors about artefacts that callers may want to tell apart.
var (
	ErrArtefact = errors.New("malformed artefact")
	ErrVersion  = errors.New("unsupported version")
	ErrChecksum = errors.New("file differs from the card")
)

// errNoCard tells a directory that is no artefact from a damaged one.
var errNoCard = errors.New("not the directory of a model")

// Artefact is everything needed to predict with one model. The package's
// documentation specifies the directory that holds it.
type Artefact struct {
	Model      string           // the architecture, such as "lstm"
	Config     json.RawMessage  // the architecture's own configuration: a JSON object
	Tokenizer  *tokenize.Config // nil for a model that takes no text
	Vocab      *tokenize.Vocab  // nil for a model without one
	Classes    []string         // names of the classes in the order of the labels; nil for a regressor
	Preprocess json.RawMessage  // what else happens to an input first: a JSON object, or nil
	Weights    *File            // held in memory, every value finite
	Card       Card
}

// configFile is the content of config.json.
type configFile struct {
	Format     int             `json:"format"`
	Model      string          `json:"model"`
	Config     json.RawMessage `json:"config"`
	Tokenizer  *tokenizerFile  `json:"tokenizer,omitempty"`
	Classes    []string        `json:"classes,omitempty"`
	Preprocess json.RawMessage `json:"preprocess,omitempty"`
}

type tokenizerFile struct {
	Version string          `json:"version"`
	Config  tokenize.Config `json:"config"`
}

// SHA256 returns the checksum of model.safetensors in hexadecimal: the name
// by which a training's result is known.
func (a *Artefact) SHA256() (string, error) {
	if a.Weights == nil {
		return "", fmt.Errorf("weights: %w: no weights", ErrArtefact)
	}
	return a.Weights.SHA256()
}

// OpenDir is OpenArtefact for a directory on disk.
func OpenDir(dir string) (*Artefact, error) {
	a, err := openArtefact(os.DirFS(dir))
	if err != nil {
		return nil, fmt.Errorf("weights: %s: %w", dir, err)
	}
	return a, nil
}

// OpenArtefact reads and checks an artefact in the root of fsys, such as
// os.DirFS("models/mine") or a directory of an embed.FS. Everything is read
// into memory. While another process saves to the same directory, the result
// is the whole of either the old or the new artefact.
func OpenArtefact(fsys fs.FS) (*Artefact, error) {
	a, err := openArtefact(fsys)
	if err != nil {
		return nil, fmt.Errorf("weights: %w", err)
	}
	return a, nil
}

func openArtefact(fsys fs.FS) (*Artefact, error) {
	read := func(name string, limit int64) ([]byte, error) { return readCurrent(fsys, name, limit) }
	card, err := read(CardFile, MaxJSON)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %w", errNoCard, err)
	}
	for range 10 {
		if err != nil {
			return nil, err
		}
		a, broken := parseArtefact(card, read)
		if broken == nil {
			return a, nil
		}
		// A directory that was replaced between two reads looks broken, but
		// then its card is another one.
		old := card
		if card, err = read(CardFile, MaxJSON); err != nil || bytes.Equal(card, old) {
			return nil, broken
		}
	}
	return nil, fmt.Errorf("%s changes all the time", CardFile)
}

// parseArtefact checks the files against the card and each other.
func parseArtefact(cardJSON []byte, read func(name string, limit int64) ([]byte, error)) (*Artefact, error) {
	card, err := parseCard(cardJSON)
	if err != nil {
		return nil, inFile(CardFile, ErrArtefact, err)
	}
	a := &Artefact{Card: card}
	checked := func(name string, limit int64) ([]byte, error) {
		want := card.Files[name]
		data, err := read(name, limit)
		if err != nil {
			return nil, err
		}
		if int64(len(data)) != want.Bytes {
			return nil, fmt.Errorf("%s: %w: %d bytes, expected %d", name, ErrChecksum, len(data), want.Bytes)
		}
		if sum := checksum(data); sum != want.SHA256 {
			return nil, fmt.Errorf("%s: %w: SHA-256 %s, expected %s", name, ErrChecksum, sum, want.SHA256)
		}
		return data, nil
	}
	config, err := checked(ConfigFile, MaxJSON)
	if err != nil {
		return nil, err
	}
	if err := a.parseConfig(config); err != nil {
		return nil, inFile(ConfigFile, ErrArtefact, err)
	}
	if _, ok := card.Files[VocabFile]; ok {
		data, err := checked(VocabFile, MaxVocab)
		if err != nil {
			return nil, err
		}
		if a.Vocab, err = tokenize.ReadVocab(bytes.NewReader(data)); err != nil {
			return nil, inFile(VocabFile, ErrArtefact, err)
		}
	} else if a.Tokenizer != nil {
		return nil, inFile(ConfigFile, ErrArtefact, errors.New("tokenizer without a "+VocabFile))
	}
	data, err := checked(WeightsFile, MaxWeights)
	if err != nil {
		return nil, err
	}
	if a.Weights, err = open(bytes.NewReader(data), int64(len(data)), data); err == nil {
		err = a.Weights.checkFinite()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", WeightsFile, err)
	}
	if n := a.Weights.parameters(); n != card.Parameters {
		return nil, fmt.Errorf("%s: %w: %d parameters, expected %d", WeightsFile, ErrChecksum, n, card.Parameters)
	}
	return a, nil
}

func inFile(name string, kind, err error) error {
	if errors.Is(err, ErrVersion) {
		return fmt.Errorf("%s: %w", name, err)
	}
	return fmt.Errorf("%s: %w: %w", name, kind, err)
}

func checksum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// checkFormat looks at the version first, because another version may have
// other fields.
func checkFormat(data []byte) error {
	var v struct {
		Format *int `json:"format"`
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	if v.Format == nil {
		return errors.New(`no "format"`)
	}
	if *v.Format != Format {
		return fmt.Errorf("%w: format %d, this program reads %d", ErrVersion, *v.Format, Format)
	}
	return nil
}

func (a *Artefact) parseConfig(data []byte) error {
	var c configFile
	if err := checkFormat(data); err != nil {
		return err
	}
	if err := UnmarshalStrict(data, &c); err != nil {
		return err
	}
	a.Model, a.Classes = c.Model, c.Classes
	if !nameForm.MatchString(c.Model) {
		return fmt.Errorf("model %.100q, expected lower-case letters, digits, '.', '_' and '-'", c.Model)
	}
	var err error
	if a.Config, err = object("config", c.Config); err != nil {
		return err
	}
	if c.Preprocess != nil {
		if a.Preprocess, err = object("preprocess", c.Preprocess); err != nil {
			return err
		}
	}
	if c.Tokenizer != nil {
		if c.Tokenizer.Version != tokenize.Version {
			return fmt.Errorf("%w: tokenizer %.100q, this program has %q", ErrVersion, c.Tokenizer.Version, tokenize.Version)
		}
		a.Tokenizer = &c.Tokenizer.Config
	}
	seen := map[string]bool{}
	for i, class := range c.Classes {
		if class == "" || seen[class] || checkText(class, "", "") != nil {
			return fmt.Errorf("classes: class %d is %.100q, expected distinct names", i, class)
		}
		seen[class] = true
	}
	return nil
}

// object returns a JSON object in its shortest form, so that an artefact that
// is read and saved again keeps its bytes.
func object(name string, raw json.RawMessage) (json.RawMessage, error) {
	if len(raw) == 0 || raw[0] != '{' {
		return nil, fmt.Errorf("%s: %.100q, expected a JSON object", name, raw)
	}
	var b bytes.Buffer
	err := json.Compact(&b, raw)
	return b.Bytes(), err
}

// readCurrent reads a file of an artefact, in its new version if a save was
// interrupted (see Save).
func readCurrent(fsys fs.FS, name string, limit int64) ([]byte, error) {
	data, err := readLimited(fsys, nextDir+"/"+name, limit)
	if errors.Is(err, fs.ErrNotExist) {
		data, err = readLimited(fsys, name, limit)
	}
	return data, err
}

// readLimited reads a regular file of at most limit bytes. Memory is taken as
// the bytes arrive, because a file system may lie about sizes.
func readLimited(fsys fs.FS, name string, limit int64) ([]byte, error) {
	info, err := fs.Stat(fsys, name) // before opening, which can hang on a pipe
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: %w: not a regular file", name, ErrArtefact)
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("%s: %w: %d bytes, expected at most %d", name, ErrArtefact, info.Size(), limit)
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	const trusted = 16 << 20
	var b bytes.Buffer
	b.Grow(int(min(max(info.Size(), 0), trusted)) + bytes.MinRead) // room to see the end without growing
	n, err := b.ReadFrom(io.LimitReader(f, limit+1))
	if err == nil && n > limit {
		err = fmt.Errorf("%w: more than %d bytes", ErrArtefact, limit)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b.Bytes(), nil
}
