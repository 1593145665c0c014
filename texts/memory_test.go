package texts_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/texts"
)

// mixed is texts with all that a file would have to quote, and labels that a file
// would take for missing values.
func mixed() (list, labels []string) {
	for i := range 90 {
		word := []string{"refund", "parcel", "password"}[i%3]
		list = append(list, fmt.Sprintf("my %s, \"number\" %d,\nis <late> & cold é", word, i))
		labels = append(labels, []string{"None", "3", "it's"}[i%3])
	}
	return list, labels
}

// sha is the checksum of what recipe tfidf learns of data.
func sha(t *testing.T, data *zoo.Texts) string {
	t.Helper()
	r, err := zoo.ReadRecipe("tfidf")
	if err != nil {
		t.Fatal(err)
	}
	m, _, err := zoo.Train(context.Background(), r, data, zoo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	return fixture.SHA(t, m)
}

// However texts come from a program, they are the same data as in a file, and
// nothing is written to disk.
func TestTextsOfAProgram(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CACHE_HOME", filepath.Join(home, "cache"))
	list, labels := mixed()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for i := range list {
		if i == 0 {
			w.Write([]string{"text", "label"})
		}
		w.Write([]string{list[i], labels[i]})
	}
	w.Flush()
	path := filepath.Join(t.TempDir(), "table.csv")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	plain := zoo.TextsConfig{Missing: []string{}}
	file, err := zoo.OpenTexts(path, plain)
	if err != nil {
		t.Fatal(err)
	}
	want := sha(t, file)
	csvOf := zoo.TextsConfig{Missing: []string{}, Format: "csv", Name: "tickets"}
	one := func(yield func(zoo.LabelledText, error) bool) {
		for i := range list {
			if !yield(zoo.LabelledText{Text: list[i], Label: labels[i]}, nil) {
				return
			}
		}
	}
	for name, open := range map[string]func() (*zoo.Texts, error){
		"slices":      func() (*zoo.Texts, error) { return zoo.TextsOf(list, labels, zoo.TextsConfig{}) },
		"an iterator": func() (*zoo.Texts, error) { return zoo.TextsFrom(one, zoo.TextsConfig{}) },
		"a reader":    func() (*zoo.Texts, error) { return zoo.ReadTexts(bytes.NewReader(b.Bytes()), csvOf) },
		"embedded": func() (*zoo.Texts, error) {
			return zoo.OpenTextsFS(fstest.MapFS{"data/table.csv": {Data: b.Bytes()}}, "data/table.csv", plain)
		},
	} {
		data, err := open()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := sha(t, data); got != want {
			t.Errorf("%s: another model than of the file", name)
		}
		m, err := data.Load(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if n, err := m.Len(); err != nil || n != len(list) {
			t.Errorf("%s: %d texts, %v", name, n, err)
		}
		again, err := data.WithClasses([]string{"3", "None", "it's"})
		if err != nil {
			t.Fatal(err)
		}
		if got := sha(t, again); got != want {
			t.Errorf("%s, with the classes named: another model", name)
		}
	}
	if entries, err := os.ReadDir(home); err != nil || len(entries) > 0 {
		t.Errorf("something was written: %v %v", entries, err)
	}
}

func TestTextsOfAProgramRefuses(t *testing.T) {
	broken := errors.New("broken")
	for says, open := range map[string]func() (*texts.Set, error){
		"2 texts and 1 labels": func() (*texts.Set, error) { return texts.Of([]string{"a", "b"}, []string{"x"}, texts.Config{}) },
		"text 2, or its label": func() (*texts.Set, error) { return texts.Of([]string{"a", "\xff"}, []string{"x", "y"}, texts.Config{}) },
		"file is empty":        func() (*texts.Set, error) { return texts.Of(nil, nil, texts.Config{}) },
		"text 1: broken": func() (*texts.Set, error) {
			return texts.From(func(yield func(texts.Labelled, error) bool) { yield(texts.Labelled{}, broken) }, texts.Config{})
		},
		"the format cannot be":    func() (*texts.Set, error) { return texts.Read(strings.NewReader("a,b\n1,2\n"), texts.Config{}) },
		"file does not exist":     func() (*texts.Set, error) { return texts.OpenFS(fstest.MapFS{}, "a.csv", texts.Config{}) },
		"is a directory, want a ": func() (*texts.Set, error) { return texts.OpenFS(fstest.MapFS{"a/b": {}}, "a", texts.Config{}) },
	} {
		_, err := open()
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
		if says == "text 1: broken" && !errors.Is(err, broken) || says == "file does not exist" && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%v wraps not its cause", err)
		}
	}
}
