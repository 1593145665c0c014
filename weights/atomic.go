package weights

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
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
		return fmt.Errorf("weights: writing %s: %w", path, nameless(err))
	}
	defer func() {
		if f != nil { // an error, or a panic in write
			f.Close()
			os.Remove(f.Name())
		}
		if err != nil {
			err = fmt.Errorf("weights: writing %s: %w", path, nameless(err))
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

// nameless drops from an error of the file system the name of a temporary file,
// which says nothing beside the name of the file that it would become.
func nameless(err error) error {
	var one *fs.PathError
	var two *os.LinkError
	switch {
	case errors.As(err, &one) && isTemporary(one.Path):
		return one.Err
	case errors.As(err, &two) && isTemporary(two.Old):
		return two.Err
	}
	return err
}

// isTemporary tells whether a path is that of an unfinished file, or in an
// unfinished directory or a folder of one.
func isTemporary(path string) bool {
	for range 3 {
		if name := filepath.Base(path); strings.HasPrefix(name, ".") && strings.HasSuffix(name, ".tmp") {
			return true
		}
		path = filepath.Dir(path)
	}
	return false
}

// The name of an unfinished file is a prefix and a number: process and count.
func temporary(base string) (prefix string) { return "." + base + "." }

var numbered = regexp.MustCompile(`^[0-9]+-[0-9]+\.tmp$`)

// createTemp is os.CreateTemp, except that the file gets the permissions that
// the process gives to ordinary files.
func createTemp(dir, base string) (f *os.File, err error) {
	err = tryNames(dir, base, func(name string) error {
		f, err = os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		return err
	})
	return f, err
}

// createTempDir makes a directory with a name of the same form.
func createTempDir(dir, base string) (path string, err error) {
	err = tryNames(dir, base, func(name string) error {
		path = name
		return os.Mkdir(name, 0o777)
	})
	return path, err
}

func tryNames(dir, base string, create func(name string) error) error {
	prefix := temporary(base)
	for i := 0; ; i++ {
		err := create(filepath.Join(dir, fmt.Sprintf("%s%d-%d.tmp", prefix, os.Getpid(), i)))
		if !errors.Is(err, os.ErrExist) || i == 10_000 {
			return err
		}
	}
}

// RemoveTemporary deletes what writes of path that were killed left behind.
// No other write of path may be under way.
func RemoveTemporary(path string) error {
	if err := removeTemporary(path); err != nil {
		return fmt.Errorf("weights: %w", err)
	}
	return nil
}

func removeTemporary(path string) error {
	dir, base := filepath.Split(path)
	prefix := temporary(base)
	entries, err := os.ReadDir(filepath.Clean(dir))
	if err != nil {
		return err
	}
	for _, e := range entries {
		// The number in between tells the temporaries of "a" from those of "a.b".
		number, ok := strings.CutPrefix(e.Name(), prefix)
		if !ok || !numbered.MatchString(number) {
			continue
		}
		if e := os.RemoveAll(filepath.Join(dir, e.Name())); e != nil {
			err = e
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
