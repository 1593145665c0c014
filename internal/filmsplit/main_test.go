package main

import (
	"archive/tar"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
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

// Every labelled training review is in the tree or in the table, the reviews of a
// film in the same one, the unlabelled ones of the tree's films in the tree, and no
// other review in either.
func TestFilmsAreNotDivided(t *testing.T) {
	files := map[string]string{"aclImdb/test/pos/0_9.txt": "of the test part", "aclImdb/test/urls_pos.txt": "http://www.imdb.com/title/tt9/\n", "aclImdb/train/unsupBow.feat": "0:1"}
	for _, folder := range []string{"neg", "pos", "unsup"} {
		var urls strings.Builder
		for id := range 40 {
			fmt.Fprintf(&urls, "http://www.imdb.com/title/tt%d/usercomments\n", id/4)
			files[fmt.Sprintf("aclImdb/train/%s/%d_7.txt", folder, id)] = fmt.Sprintf("film %d, %s %d", id/4, folder, id)
		}
		files["aclImdb/train/urls_"+folder+".txt"] = urls.String()
	}
	dir := t.TempDir()
	tree, table := filepath.Join(dir, "films"), filepath.Join(dir, "films.csv")
	if err := run(archive(t, files), tree, table, 3); err != nil {
		t.Fatal(err)
	}
	held := map[string]bool{}
	count := map[string]int{}
	f, err := os.Open(table)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) < 2 || rows[0][0] != "text" || rows[0][1] != "label" {
		t.Fatalf("%s: %v, %d rows", table, err, len(rows))
	}
	for _, row := range rows[1:] {
		film, rest, _ := strings.Cut(row[0], ", ")
		if !strings.HasPrefix(rest, row[1][:3]) || row[1] != "negative" && row[1] != "positive" {
			t.Errorf("%q has the label %s", row[0], row[1])
		}
		held[film] = true
		count[row[1][:3]]++
	}
	films := map[string]bool{}
	paths, err := filepath.Glob(filepath.Join(tree, "train", "*", "*_7.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		folder := filepath.Base(filepath.Dir(path))
		film, rest, _ := strings.Cut(string(text), ", ")
		if held[film] || !strings.HasPrefix(rest, folder+" ") {
			t.Errorf("%s: %q", path, text)
		}
		films[film] = true
		count[folder]++
	}
	if count["neg"] != 40 || count["pos"] != 40 || count["unsup"] != 4*len(films) || len(films)+len(held) != 10 {
		t.Errorf("%v reviews, %d films and %d held", count, len(films), len(held))
	}
	if err := run(archive(t, files), tree, table, 3); err == nil {
		t.Error("written over what was there")
	}
}

func TestErrors(t *testing.T) {
	list := "http://www.imdb.com/title/tt1/\n"
	for want, files := range map[string]map[string]string{
		"no aclImdb/train/urls_neg.txt":      {"aclImdb/train/neg/0_1.txt": "x"},
		"no review train/":                   {"aclImdb/train/urls_neg.txt": list, "aclImdb/train/urls_pos.txt": list},
		"urls_neg.txt: line 1: \"no address": {"aclImdb/train/urls_neg.txt": "no address\n"},
		"want ID_RATING.txt":                 {"aclImdb/train/neg/a.txt": "x"},
		"3 reviews, and the lists name the films of 2": {"aclImdb/train/neg/0_1.txt": "x", "aclImdb/train/pos/0_9.txt": "y",
			"aclImdb/train/unsup/0_0.txt": "z", "aclImdb/train/urls_neg.txt": list, "aclImdb/train/urls_pos.txt": list},
	} {
		dir := t.TempDir()
		out := filepath.Join(dir, "v.csv")
		err := run(archive(t, files), filepath.Join(dir, "films"), out, 8)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, have %v", want, err)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%s: a table was written", want)
		}
	}
	if err := run("absent", "films", "v.csv", 1); err == nil || !strings.Contains(err.Error(), "--share 1") {
		t.Error(err)
	}
}
