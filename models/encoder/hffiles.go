package encoder

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
)

// What is read of each file, in bytes.
const (
	maxJSON      = 1 << 20
	maxTokenizer = 64 << 20
)

// openFile opens a regular file of at most limit bytes.
func openFile(fsys fs.FS, name string, limit int64) (fs.File, int64, error) {
	info, err := fs.Stat(fsys, name) // before opening, which can hang on a pipe
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s: %w: not a regular file", name, ErrDirectory)
	}
	if info.Size() > limit {
		return nil, 0, fmt.Errorf("%s: %w: %d bytes, want at most %d", name, ErrDirectory, info.Size(), limit)
	}
	f, err := fsys.Open(name)
	return f, info.Size(), err
}

// readFile reads a regular file of at most limit bytes. Memory is taken as the
// bytes arrive, because a file system may lie about sizes.
func readFile(fsys fs.FS, name string, limit int64) ([]byte, error) {
	f, _, err := openFile(fsys, name, limit)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAll(f, name, limit)
}

func readAll(r io.Reader, name string, limit int64) ([]byte, error) {
	var b bytes.Buffer
	n, err := b.ReadFrom(io.LimitReader(r, limit+1))
	if err == nil && n > limit {
		err = fmt.Errorf("%w: more than %d bytes", ErrDirectory, limit)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b.Bytes(), nil
}
