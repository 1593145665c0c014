package zoo_test

import (
	"go/build"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Where the module does what a security review asks about first: SECURITY.md
// states these places.
var rare = map[string][]string{
	"net":          {"datasets"}, // the kinds of error of the same
	"net/http":     {"datasets"}, // the download of IMDB
	"unsafe":       {"internal/kernel"},
	"os/exec":      nil,
	"plugin":       nil,
	"encoding/gob": nil,
	"C":            nil,
}

func TestWhoUsesWhatIsDangerous(t *testing.T) {
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if name := d.Name(); dir != "." && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata") {
			return fs.SkipDir
		}
		for _, arch := range []string{"amd64", "arm64"} { // with assembly and without
			context := build.Default
			context.GOARCH = arch
			p, err := context.ImportDir(dir, 0)
			if err != nil {
				return nil // no Go files here
			}
			for _, path := range p.Imports {
				if places, ok := rare[path]; ok {
					seen[path] = true
					if !slices.Contains(places, filepath.ToSlash(dir)) {
						t.Errorf("%s imports %q on %s, which is allowed in %q", dir, path, arch, places)
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, places := range rare {
		if len(places) > 0 && !seen[path] {
			t.Errorf("nobody imports %q", path)
		}
	}
}
