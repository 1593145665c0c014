package weights

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// zipMagic begins a file of [Artefact.Pack].
const zipMagic = "PK\x03\x04"

// Pack writes the artefact as one file: a ZIP archive of the files that Save
// writes, as they are, so that any program can look into it, the checksums of the
// card hold for what is in it, and model.safetensors in it is the file that
// other programs read. Nothing in it is compressed, since weights hardly shrink,
// and no time is noted: equal artefacts give equal files.
func (a *Artefact) Pack(w io.Writer) error {
	files, err := a.files()
	if err != nil {
		return fmt.Errorf("weights: pack: %w", err)
	}
	z := zip.NewWriter(w)
	for _, f := range files {
		to, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Store})
		if err == nil {
			_, err = to.Write(f.data)
		}
		if err != nil {
			return fmt.Errorf("weights: pack: %s: %w", f.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("weights: pack: %w", err)
	}
	return nil
}

// IsPacked tells whether the file at path begins as one that Pack wrote.
func IsPacked(path string) bool {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() { // opening a pipe can hang
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var begin [len(zipMagic)]byte
	_, err = io.ReadFull(f, begin[:])
	return err == nil && string(begin[:]) == zipMagic
}

// OpenPacked reads a file that Pack wrote; path is its slash-separated name in
// fsys. The bounds are those of [OpenArtefact], however the archive is
// compressed, and the files may lie in a folder in it.
func OpenPacked(fsys fs.FS, path string) (*Artefact, error) {
	a, err := openPacked(fsys, path)
	if err != nil {
		return nil, fmt.Errorf("weights: %s: %w", path, err)
	}
	return a, nil
}

func openPacked(fsys fs.FS, path string) (*Artefact, error) {
	info, err := fs.Stat(fsys, path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: not a regular file", ErrArtefact)
	}
	f, err := fsys.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	at, size := io.ReaderAt(nil), info.Size()
	if r, ok := f.(io.ReaderAt); ok {
		at = r
	} else {
		data, err := readLimited(fsys, path, MaxWeights+MaxVocab+MaxJSON)
		if err != nil {
			return nil, err
		}
		at, size = bytes.NewReader(data), int64(len(data))
	}
	z, err := zip.NewReader(at, size)
	if errors.Is(err, zip.ErrFormat) {
		return nil, fmt.Errorf("%w: it is no whole ZIP archive", ErrArtefact)
	} else if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrArtefact, err)
	}
	dir, err := Root(z)
	if err != nil {
		return nil, err
	}
	if _, err := fs.Stat(dir, CardFile); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: a ZIP archive without a model: it has no %s; if it holds a table or vectors of words, unpack it (unzip) and name the file in it", ErrArtefact, CardFile)
	}
	return openArtefact(dir)
}

// Root returns the directory of fsys that holds an artefact: its root, or the one
// directory in it where it has nothing else, such as that of a program's
// //go:embed mine.
func Root(fsys fs.FS) (fs.FS, error) {
	if _, err := fs.Stat(fsys, CardFile); !errors.Is(err, fs.ErrNotExist) {
		return fsys, nil // whatever is wrong with it, reading says
	}
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	if len(entries) == 1 && entries[0].IsDir() {
		return fs.Sub(fsys, entries[0].Name())
	}
	return fsys, nil
}
