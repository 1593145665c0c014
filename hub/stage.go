package hub

import (
	"context"
	"crypto/sha256"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/gorgonia-zoo/zoo/internal/fetch"
)

// record notes a file that was fetched.
func record(ctx context.Context, stage, name string) (File, error) {
	at := filepath.Join(stage, filepath.FromSlash(name))
	info, err := os.Stat(at)
	if err != nil {
		return File{}, err
	}
	sum, err := fetch.Sum(ctx, at, sha256.New())
	return File{name, info.Size(), sum}, err
}

// tidy removes from a directory what is none of the files, and makes the names
// of those survive a power cut.
func tidy(stage string, files []File) error {
	keep := map[string]bool{".": true}
	for _, f := range files {
		keep[f.Path], keep[path.Dir(f.Path)] = true, true
	}
	for _, dir := range slices.Sorted(maps.Keys(keep)) {
		at := filepath.Join(stage, filepath.FromSlash(dir))
		if info, err := os.Stat(at); err != nil {
			return err
		} else if !info.IsDir() {
			continue
		}
		entries, err := os.ReadDir(at)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if !keep[path.Join(dir, e.Name())] {
				if err := os.RemoveAll(filepath.Join(at, e.Name())); err != nil {
					return err
				}
			}
		}
		fetch.SyncDir(at)
	}
	return nil
}
