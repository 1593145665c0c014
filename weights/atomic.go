package weights

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// WriteFileAtomic replaces the file at path by what write writes. Whatever
// happens, also a kill or a full disk, path holds either its old content or
// the new one: write fills a temporary file in the same directory, which is
// flushed to disk and renamed, and the directory is flushed after it.
//
// A killed process leaves its temporary file behind; [RemoveTemporary] deletes
// those.
func WriteFileAtomic(path string, write func(io.Writer) error) (err error) {
	dir, base := filepath.Split(path)
	f, err := createTemp(dir, base)
	if err != nil {
		return fmt.Errorf("weights: %w", err)
	}
	defer func() {
		if f != nil { // an error, or a panic in write
			f.Close()
			os.Remove(f.Name())
		}
		if err != nil {
			err = fmt.Errorf("weights: writing %s: %w", path, err)
		}
	}()
	buf := bufio.NewWriterSize(f, 1<<16)
	if err := write(buf); err != nil {
		return err
	}
	if err := buf.Flush(); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	f = nil
	return syncDir(dir)
}

// temporary is what the names of unfinished files begin and end with.
func temporary(base string) (prefix, suffix string) { return "." + base + ".", ".tmp" }

// createTemp is os.CreateTemp, except that the file gets the permissions that
// the process gives to ordinary files.
func createTemp(dir, base string) (*os.File, error) {
	prefix, suffix := temporary(base)
	for i := 0; ; i++ {
		name := filepath.Join(dir, fmt.Sprintf("%s%d-%d%s", prefix, os.Getpid(), i, suffix))
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, os.ErrExist) && i < 10_000 {
			continue
		}
		return f, err
	}
}

// RemoveTemporary deletes what writes of path that were killed left behind.
// No other write of path may be under way.
func RemoveTemporary(path string) error {
	dir, base := filepath.Split(path)
	prefix, suffix := temporary(base)
	entries, err := os.ReadDir(filepath.Clean(dir))
	if err != nil {
		return fmt.Errorf("weights: %w", err)
	}
	for _, e := range entries {
		name := e.Name()
		if len(name) < len(prefix)+len(suffix) || !strings.HasPrefix(name, prefix) || !strings.HasSuffix(name, suffix) {
			continue
		}
		if e := os.Remove(filepath.Join(dir, name)); e != nil && !errors.Is(e, os.ErrNotExist) {
			err = fmt.Errorf("weights: %w", e)
		}
	}
	return err
}

// syncDir makes renames in a directory survive a power cut. Windows has no
// such call and needs none.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	if dir == "" {
		dir = "."
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
