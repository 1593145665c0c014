package weights

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// WriteDirAtomic makes the directory dir of the files that the functions write,
// by their slash-separated names, of which one may lie in a folder. dir must
// not exist or be an empty directory; else the error wraps fs.ErrExist, and
// nothing is touched. Whatever happens, also a kill or a full disk, dir then
// holds all files or none: they fill a temporary directory beside it, which is
// flushed to disk and renamed.
//
// What a killed process leaves behind is deleted by the next call for the same
// dir, or by [RemoveTemporary]. No other call for it may be under way.
func WriteDirAtomic(dir string, files map[string]func(io.Writer) error) error {
	dir = filepath.Clean(dir)
	if err := writeDir(dir, files); err != nil {
		return fmt.Errorf("weights: writing %s: %w", dir, nameless(err))
	}
	return nil
}

func writeDir(dir string, files map[string]func(io.Writer) error) (err error) {
	if err := vacant(dir); err != nil {
		return err
	}
	if err := removeTemporary(dir); err != nil {
		return err
	}
	parent := filepath.Dir(dir)
	temp, err := createTempDir(parent, filepath.Base(dir))
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if !done { // an error, or a panic in a function
			os.RemoveAll(temp)
		}
	}()
	folders := map[string]bool{temp: true}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !filepath.IsLocal(filepath.FromSlash(name)) || path.Clean(name) != name {
			return fmt.Errorf("%.200q is no name of a file", name)
		}
		to := filepath.Join(temp, filepath.FromSlash(name))
		if folder := filepath.Dir(to); !folders[folder] {
			if err := os.Mkdir(folder, 0o777); err != nil {
				return fmt.Errorf("%s: %w", name, nameless(err))
			}
			folders[folder] = true
		}
		if err := fillSynced(to, files[name]); err != nil {
			return fmt.Errorf("%s: %w", name, nameless(err))
		}
	}
	for _, folder := range slices.Sorted(maps.Keys(folders)) {
		if err := syncDir(folder); err != nil {
			return err
		}
	}
	// Not every system renames over an empty directory.
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(temp, dir); err != nil {
		return err
	}
	done = true
	return syncDir(parent)
}

// vacant tells what is in the way of a new directory.
func vacant(dir string) error {
	info, err := os.Lstat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("it is no directory: %w", fs.ErrExist)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		return fmt.Errorf("it holds files, want a new or an empty directory: %w", fs.ErrExist)
	}
	return nil
}

// fillSynced makes a file of what write writes and flushes it to disk.
func fillSynced(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	defer f.Close() // again, after an error or a panic
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
	return f.Close()
}
