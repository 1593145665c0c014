package weights

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/gorgonia-zoo/zoo/internal/hostile"
)

// packed is the file of an artefact.
func packed(t testing.TB, a *Artefact) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := a.Pack(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// saved are the files that Save makes of an artefact.
func saved(t testing.TB, a *Artefact) map[string]string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "saved")
	if err := a.Save(dir); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(data)
	}
	return files
}

// An artefact that is packed and read again is saved as the same files.
func TestPack(t *testing.T) {
	for i := range 3 {
		a := kind(t, i)
		data := packed(t, a)
		if !bytes.Equal(data, packed(t, a)) {
			t.Errorf("%s: equal artefacts give unequal files", a.Model)
		}
		path := filepath.Join(t.TempDir(), "model.zip")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		if !IsPacked(path) {
			t.Errorf("%s: not recognised", a.Model)
		}
		again, err := OpenPacked(os.DirFS(filepath.Dir(path)), "model.zip")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(saved(t, a), saved(t, again)); diff != "" {
			t.Errorf("%s: %s", a.Model, diff)
		}
		if !bytes.Equal(data, packed(t, again)) {
			t.Errorf("%s: packed again it is another file", a.Model)
		}
	}
}

// Whoever packs the directory by another program gets a model too.
func TestPackedByOthers(t *testing.T) {
	files := saved(t, toy(t, 3))
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, data := range files {
		w, err := z.Create("mine/" + name) // compressed
		if err == nil {
			_, err = io.WriteString(w, data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	a, err := OpenPacked(fstest.MapFS{"a.zip": {Data: b.Bytes()}}, "a.zip")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(files, saved(t, a)); diff != "" {
		t.Error(diff)
	}
}

// What is cut or flipped is an error or the same model, whatever the archive
// claims of itself, and takes no more memory than a few times its size.
func TestDamagedPack(t *testing.T) {
	data := packed(t, toy(t, 1))
	open := func(b []byte) (a *Artefact, err error) {
		hostile.Bounded(t, len(data), 20<<20, 50, func() { a, err = OpenPacked(readerAtFS(b), "a.zip") })
		return a, err
	}
	for what, b := range hostile.Cuts(data) {
		if _, err := open(b); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	flipped, opened := 0, 0
	for what, b := range hostile.Flips(data, 4000, 1) {
		flipped++
		if a, err := open(b); err == nil {
			opened++
			if !bytes.Equal(packed(t, a), data) {
				t.Errorf("%s: another model", what)
			}
		}
	}
	t.Logf("of %d flips %d were of bytes without a meaning", flipped, opened)
	if flipped == opened {
		t.Error("nothing was noticed")
	}
	for name, b := range map[string][]byte{"text": []byte("PK\x03\x04 and no more"), "empty": {}} {
		if _, err := open(b); !errors.Is(err, ErrArtefact) {
			t.Errorf("%s: %v", name, err)
		}
	}
	path := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(path, []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	if IsPacked(path) || IsPacked(t.TempDir()) || IsPacked(path+" that is not there") {
		t.Error("no file of Pack is taken for one")
	}
}

// readerAtFS is a file system of one file in memory, which is not copied.
type readerAtFS []byte

func (f readerAtFS) Open(name string) (fs.File, error) {
	return fstest.MapFS{"a.zip": {Data: f}}.Open(name)
}
