package weights

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWriteDirAtomic(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "out")
	files := map[string]func(io.Writer) error{"a.json": writeString("a"), "b/c.json": writeString("c"), "b/d.json": writeString("d")}
	for _, before := range []string{"nothing", "an empty directory", "what a killed process left"} {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		switch before {
		case "an empty directory":
			if err := os.Mkdir(dir, 0o777); err != nil {
				t.Fatal(err)
			}
		case "what a killed process left":
			if err := os.Mkdir(filepath.Join(parent, ".out.1-0.tmp"), 0o777); err != nil {
				t.Fatal(err)
			}
		}
		if err := WriteDirAtomic(dir+string(filepath.Separator), files); err != nil {
			t.Fatalf("%s before: %v", before, err)
		}
		only(t, parent, "out")
		only(t, dir, "a.json", "b")
		only(t, filepath.Join(dir, "b"), "c.json", "d.json")
		if data, err := os.ReadFile(filepath.Join(dir, "b", "d.json")); err != nil || string(data) != "d" {
			t.Errorf("%q, %v", data, err)
		}
	}
	// What is there stays.
	for _, path := range []string{dir, filepath.Join(dir, "a.json")} {
		if err := WriteDirAtomic(path, map[string]func(io.Writer) error{"x": writeString("x")}); !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), path) {
			t.Errorf("over %s: %v", path, err)
		}
	}
	only(t, dir, "a.json", "b")
}

func TestWriteDirAtomicFails(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "out")
	bad := errors.New("bad")
	err := WriteDirAtomic(dir, map[string]func(io.Writer) error{"a": writeString("a"), "b/c": func(io.Writer) error { return bad }})
	if !errors.Is(err, bad) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "b/c") {
		t.Errorf("got %v, want the writer's error, the directory and the file", err)
	}
	func() {
		defer func() { recover() }()
		WriteDirAtomic(dir, map[string]func(io.Writer) error{"a": func(io.Writer) error { panic("bad") }})
	}()
	for _, name := range []string{"../a", "/a", "a/../b", "", "a/b/c"} {
		if err := WriteDirAtomic(dir, map[string]func(io.Writer) error{name: writeString("a")}); err == nil || strings.Contains(err.Error(), ".tmp") {
			t.Errorf("a file %q: %v", name, err)
		}
	}
	err = WriteDirAtomic(filepath.Join(parent, "absent", "out"), map[string]func(io.Writer) error{"a": writeString("a")})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}
	only(t, parent)
}
