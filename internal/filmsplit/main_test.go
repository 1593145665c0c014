package main

import (
	"archive/tar"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// archive writes a .tar.gz of files and their texts.
func archive(t *testing.T, files map[string]string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "imdb.tar.gz")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := gzip.NewWriter(f)
	w := tar.NewWriter(z)
	for name, text := range files {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// Every training review is in one of the tables, the reviews of a film in the same
// one, and no other review in either.
func TestFilmsAreNotDivided(t *testing.T) {
	files := map[string]string{"aclImdb/test/pos/0_9.txt": "of the test part", "aclImdb/train/unsup/0_0.txt": "without a label", "aclImdb/test/urls_pos.txt": "http://www.imdb.com/title/tt9/\n"}
	for _, label := range []string{"neg", "pos"} {
		var urls strings.Builder
		for id := range 40 {
			fmt.Fprintf(&urls, "http://www.imdb.com/title/tt%d/usercomments\n", id/4)
			files[fmt.Sprintf("aclImdb/train/%s/%d_7.txt", label, id)] = fmt.Sprintf("film %d, %s %d", id/4, label, id)
		}
		files["aclImdb/train/urls_"+label+".txt"] = urls.String()
	}
	dir := t.TempDir()
	paths := []string{filepath.Join(dir, "train.csv"), filepath.Join(dir, "validation.csv")}
	if err := run(archive(t, files), paths[0], paths[1], 3); err != nil {
		t.Fatal(err)
	}
	part := map[string]int{}
	var seen []string
	for i, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil || len(rows) < 2 || rows[0][0] != "text" || rows[0][1] != "label" {
			t.Fatalf("%s: %v, %d rows", path, err, len(rows))
		}
		for _, row := range rows[1:] {
			film, rest, _ := strings.Cut(row[0], ", ")
			if !strings.HasPrefix(rest, row[1]) {
				t.Errorf("%q has the label %s", row[0], row[1])
			}
			if p, ok := part[film]; ok && p != i {
				t.Errorf("%s is in both tables", film)
			}
			part[film] = i
			seen = append(seen, row[0])
		}
	}
	slices.Sort(seen)
	if n := len(slices.Compact(seen)); n != 80 || len(part) != 10 {
		t.Errorf("%d reviews of %d films, want 80 of 10", n, len(part))
	}
}

func TestErrors(t *testing.T) {
	list := "http://www.imdb.com/title/tt1/\n"
	for want, files := range map[string]map[string]string{
		"no aclImdb/train/urls_neg.txt":      {"aclImdb/train/neg/0_1.txt": "x"},
		"no review train/":                   {"aclImdb/train/urls_neg.txt": list, "aclImdb/train/urls_pos.txt": list},
		"urls_neg.txt: line 1: \"no address": {"aclImdb/train/urls_neg.txt": "no address\n"},
		"want ID_RATING.txt":                 {"aclImdb/train/neg/a.txt": "x"},
	} {
		dir := t.TempDir()
		out := filepath.Join(dir, "t.csv")
		err := run(archive(t, files), out, filepath.Join(dir, "v.csv"), 8)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, have %v", want, err)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%s: a table was written", want)
		}
	}
	if err := run("absent", "t.csv", "v.csv", 1); err == nil || !strings.Contains(err.Error(), "--share 1") {
		t.Error(err)
	}
}
