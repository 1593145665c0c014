package weights

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

func writeString(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

// only fails unless dir holds exactly the names.
func only(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("directory holds %q, want %q", got, names)
	}
}

func TestWriteFileAtomic(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	long := strings.Repeat("long ", 100_000)
	for _, s := range []string{long, "short", ""} {
		if err := WriteFileAtomic(path, writeString(s)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != s {
			t.Fatalf("%.20q %v, want %.20q", got, err, s)
		}
	}
	only(t, dir, "file")
	if info, err := os.Stat(path); runtime.GOOS != "windows" && (err != nil || info.Mode().Perm()&0o600 != 0o600) {
		t.Errorf("%v %v", info.Mode(), err)
	}
	t.Chdir(dir) // a path without a directory
	if err := WriteFileAtomic("bare", writeString("x")); err != nil {
		t.Error(err)
	}
}

func TestWriteFileAtomicFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := WriteFileAtomic(path, writeString("old")); err != nil {
		t.Fatal(err)
	}
	bad := errors.New("bad")
	half := func(w io.Writer) error {
		io.WriteString(w, strings.Repeat("half", 1<<16))
		return bad
	}
	if err := WriteFileAtomic(path, half); !errors.Is(err, bad) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want the writer's error and the path", err)
	}
	func() {
		defer func() { recover() }()
		WriteFileAtomic(path, func(io.Writer) error { panic("bad") })
	}()
	if got, err := os.ReadFile(path); err != nil || string(got) != "old" {
		t.Errorf("old content is %q %v", got, err)
	}
	only(t, dir, "file")
	if err := WriteFileAtomic(filepath.Join(dir, "none", "file"), half); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "taken"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := WriteFileAtomic(filepath.Join(dir, "taken"), writeString("x")); err == nil {
		t.Error("a file replaced a directory")
	}
	only(t, dir, "file", "taken")
}

func TestRemoveTemporary(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a[b")
	// What a kill leaves behind.
	for range 2 {
		f, err := createTemp(dir+"/", "a[b")
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	for _, name := range []string{"a[b", ".other.1-0.tmp", ".a[b.x", ".a[b.c.1-0.tmp", ".a[b.tmp"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := RemoveTemporary(path); err != nil {
		t.Fatal(err)
	}
	only(t, dir, ".a[b.c.1-0.tmp", ".a[b.tmp", ".a[b.x", ".other.1-0.tmp", "a[b")
	if err := RemoveTemporary(filepath.Join(dir, "none", "x")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// An error names the file that was to be written, once, and no temporary one.
func TestErrorsOfTemporaryFiles(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&fs.PathError{Op: "write", Path: "/a/.log.jsonl.12-0.tmp", Err: syscall.ENOSPC}, "no space left on device"},
		{&fs.PathError{Op: "write", Path: "/a/.mine.12-0.tmp/model.safetensors", Err: syscall.ENOSPC}, "no space left on device"},
		{fmt.Errorf("flush: %w", &fs.PathError{Op: "sync", Path: ".x.12-0.tmp", Err: syscall.EIO}), "input/output error"},
		{&os.LinkError{Op: "rename", Old: "/a/.x.12-0.tmp", New: "/a/x", Err: syscall.EACCES}, "permission denied"},
		{&fs.PathError{Op: "open", Path: "/a/x", Err: syscall.EACCES}, "open /a/x: permission denied"},
	} {
		got := nameless(c.err)
		if got.Error() != c.want {
			t.Errorf("%v becomes %q, want %q", c.err, got, c.want)
		}
	}
	err := WriteFileAtomic(filepath.Join(t.TempDir(), "absent", "x"), func(io.Writer) error { return nil })
	if !errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), ".tmp") || strings.Count(err.Error(), "absent") != 1 {
		t.Errorf("no directory: %v", err)
	}
}
