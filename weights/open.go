package weights

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

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
	if a.Tokenizer != nil && !card.hasVocab() {
		return nil, inFile(ConfigFile, ErrArtefact, errors.New("tokenizer without a vocabulary"))
	}
	// Reading 25,000 words takes as long as checking 6 MB of weights: both at
	// once.
	named := make(chan error, 1)
	go func() { named <- a.readNamed(checked) }()
	data, err := checked(WeightsFile, MaxWeights)
	if err == nil {
		if a.Weights, err = open(bytes.NewReader(data), int64(len(data)), data); err == nil {
			err = a.Weights.checkFinite()
		}
		if err != nil {
			err = fmt.Errorf("%s: %w", WeightsFile, err)
		}
	}
	if err := <-named; err != nil {
		return nil, err
	}
	if err != nil {
		return nil, err
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
	b := bytes.NewBuffer(make([]byte, 0, int(min(max(info.Size(), 0), trusted))+bytes.MinRead)) // room to see the end without growing
	n, err := b.ReadFrom(io.LimitReader(f, limit+1))
	if err == nil && n > limit {
		err = fmt.Errorf("%w: more than %d bytes", ErrArtefact, limit)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b.Bytes(), nil
}
