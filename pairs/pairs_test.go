package pairs

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
)

// write makes files of the given contents; those whose names end in .gz are packed.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		data := []byte(text)
		if strings.HasSuffix(name, ".gz") {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			_, _ = z.Write(data)
			_ = z.Close()
			data = b.Bytes()
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func open(t *testing.T, path string, c Config) *Set {
	t.Helper()
	s, err := Open(path, c, datasets.TableConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func read(t *testing.T, s *Set, p Part) ([]Pair, *Report) {
	t.Helper()
	all, r, err := s.Read(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	return all, r
}

var two = []Pair{{"ein Mann", "a man"}, {"zwei Hunde", "two dogs"}}

func TestTable(t *testing.T) {
	dir := write(t, map[string]string{
		"two.tsv":     "deutsch\tenglish\n ein Mann \ta man\nzwei Hunde\ttwo dogs\n",
		"named.csv":   "id,target,source\n1,a man,ein Mann\n2,two dogs,zwei Hunde\n",
		"lines.jsonl": `{"src":"ein Mann","tgt":"a man","n":1}` + "\n" + `{"src":"zwei Hunde","tgt":"two dogs","n":2}` + "\n",
		"others.csv":  "x,y,z\n1,a man,ein Mann\n2,two dogs,zwei Hunde\n",
		"flawed.tsv":  "a\tb\nx\ty\n\tempty\nx\ty\nsame\tsame\nshort\t" + strings.Repeat("long ", 40) + "\n",
		"one.csv":     "text\nx\n",
		"nothing.tsv": "a\tb\n\tx\n",
	})
	at := func(name string) string { return filepath.Join(dir, name) }
	for name, c := range map[string]Config{"two.tsv": {}, "named.csv": {}, "lines.jsonl": {}, "others.csv": {Source: "z", Target: "y"}} {
		s := open(t, at(name), c)
		if all, r := read(t, s, Train); !slices.Equal(all, two) || r.Pairs != 2 || r.Source != (Lengths{4, 2, 2, 2}) {
			t.Errorf("%s: %v %+v", name, all, r)
		}
		if !s.Has(Train) || s.Has(Test) || !s.Owned() || s.Name() != name {
			t.Errorf("%s: %v", name, s.Name())
		}
	}
	if s := open(t, at("two.tsv"), Config{}); s.Measured() != Train || !errors.Is(s.Choose("test"), recipe.ErrUsage) {
		t.Error("a table has parts")
	}
	if g := open(t, at("two.tsv"), Config{}).Guesses(); len(g) != 1 || !strings.Contains(g[0], `"deutsch" is the source`) {
		t.Error(g)
	}
	all, r := read(t, open(t, at("flawed.tsv"), Config{}), Train)
	if len(all) != 4 || r.Pairs != 4 || r.Empty != 1 || r.Duplicates != 1 || r.Equal != 1 || r.Uneven != 1 {
		t.Errorf("%d %+v", len(all), r)
	}
	var text strings.Builder
	if _, err := r.WriteTo(&text); err != nil || !strings.Contains(text.String(), "1 pairs with an empty side") || !strings.Contains(text.String(), "shifted?") {
		t.Error(text.String(), err)
	}
	for name, c := range map[string]struct {
		Config
		want string
	}{
		"one.csv": {Config{}, "--source names the column"}, "others.csv": {Config{}, "--source names the column"},
		"named.csv": {Config{Source: "source", Target: "x"}, "--target names"}, "two.tsv": {Config{Source: "english", Target: "english"}, "both"},
		"missing.tsv": {Config{}, "no file"},
	} {
		if _, err := Open(at(name), c.Config, datasets.TableConfig{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want something of %q", name, err, c.want)
		}
	}
	if _, _, err := open(t, at("nothing.tsv"), Config{}).Read(context.Background(), Train); err == nil || !strings.Contains(err.Error(), "no pair") {
		t.Error(err)
	}
}

func TestTwoFiles(t *testing.T) {
	dir := write(t, map[string]string{
		"a.txt": "\ufeffein Mann\r\nzwei Hunde\r\n", "b.txt.gz": "a man\ntwo dogs", "c.txt": "a man\n", "d.txt": "x\xff\n\n",
	})
	at := func(name string) string { return filepath.Join(dir, name) }
	if all, _ := read(t, open(t, "", Config{SourceFile: at("a.txt"), TargetFile: at("b.txt.gz")}), Train); !slices.Equal(all, two) {
		t.Errorf("%q", all)
	}
	if all, r := read(t, open(t, "", Config{SourceFile: at("d.txt"), TargetFile: at("a.txt")}), Train); r.Empty != 1 || all[0].Source != "x\uFFFD" {
		t.Errorf("%q", all)
	}
	_, _, err := open(t, "", Config{SourceFile: at("a.txt"), TargetFile: at("c.txt")}).Read(context.Background(), Train)
	if err == nil || !strings.Contains(err.Error(), "has 2 lines") || !strings.Contains(err.Error(), "has 1:") {
		t.Error(err)
	}
	if _, _, err := open(t, "", Config{SourceFile: at("a.txt"), TargetFile: at("none")}).Read(context.Background(), Train); !errors.Is(err, recipe.ErrUsage) {
		t.Error(err)
	}
	for _, c := range []Config{{SourceFile: "x"}, {TargetFile: "x"}} {
		if _, err := Open("", c, datasets.TableConfig{}); !errors.Is(err, recipe.ErrUsage) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if _, err := Open(dir, Config{SourceFile: at("a.txt"), TargetFile: at("c.txt")}, datasets.TableConfig{}); !errors.Is(err, recipe.ErrUsage) {
		t.Error(err)
	}
}

func TestDirectory(t *testing.T) {
	dir := write(t, map[string]string{
		"train.de.gz": "ein Mann\nzwei Hunde\n", "train.en": "a man\ntwo dogs\n", "train.fr": "x\ny\n",
		"val.de": "drei\n", "val.en": "three\n", "test_2016_flickr.de.gz": "vier\n", "test_2016_flickr.en.gz": "four\n", "README.md": "x", "train": "x",
	})
	s := open(t, dir, Config{Source: "de", Target: "en"})
	for part, want := range map[Part][]Pair{Train: two, Validation: {{"drei", "three"}}, Test: {{"vier", "four"}}} {
		if all, _ := read(t, s, part); !slices.Equal(all, want) || !s.Has(part) {
			t.Errorf("%s: %q", part, all)
		}
	}
	if s.Measured() != Test {
		t.Error(s.Measured())
	}
	if err := s.Choose("val"); err != nil || s.Measured() != Validation {
		t.Error(s.Measured(), err)
	}
	if err := s.Choose("test_2016"); !errors.Is(err, recipe.ErrUsage) {
		t.Error(err)
	}
	if french := open(t, dir, Config{Source: "fr", Target: "en"}); french.Has(Validation) || !french.Has(Train) {
		t.Error("a part of one language")
	}
	for _, c := range []Config{{}, {Source: "de"}, {Source: "de", Target: "de"}, {Source: "de", Target: "es"}} {
		if _, err := Open(dir, c, datasets.TableConfig{}); !errors.Is(err, recipe.ErrUsage) || !strings.Contains(err.Error(), "de") {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if _, err := Open(t.TempDir(), Config{Source: "de", Target: "en"}, datasets.TableConfig{}); !errors.Is(err, recipe.ErrUsage) {
		t.Error(err)
	}
	twice := write(t, map[string]string{"train.de": "x\n", "train.de.gz": "x\n", "train.en": "x\n"})
	if _, err := Open(twice, Config{Source: "de", Target: "en"}, datasets.TableConfig{}); err == nil || !strings.Contains(err.Error(), "both") {
		t.Error(err)
	}
}

func TestFingerprint(t *testing.T) {
	a := Fingerprint(two, nil)
	for _, other := range [][][]Pair{{two}, {two[:1], two[1:]}, {{two[1], two[0]}, nil}, {{{"ein Manna", " man"}, two[1]}, nil}} {
		if Fingerprint(other...) == a {
			t.Errorf("%q have one fingerprint", other)
		}
	}
	if Fingerprint(slices.Clone(two), nil) != a {
		t.Error("equal pairs have two")
	}
}
