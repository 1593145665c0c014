package zoo_test

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/datasets"
)

// aclImdb writes made-up reviews as a tree of IMDB's form that has no test
// part, and returns its path.
func aclImdb(t *testing.T, rows int) string {
	t.Helper()
	f, err := os.Open(reviews(t, rows))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	table, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(t.TempDir(), "aclImdb")
	for i, row := range table[1:] {
		folder, rating := "pos", 9
		if row[1] == "negative" {
			folder, rating = "neg", 2
		}
		path := filepath.Join(root, "train", folder, fmt.Sprintf("%d_%d.txt", i/2, rating))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(row[0]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// archive packs a tree as a .tar.gz.
func archive(t *testing.T, root string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "reviews.tar.gz")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(f)
	w := tar.NewWriter(z)
	if err := w.AddFS(os.DirFS(filepath.Dir(root))); err != nil {
		t.Fatal(err)
	}
	for _, c := range []io.Closer{w, z, f} {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// Training reads the training part alone: it works where there is no other,
// and gives the same bytes from the archive and from its folder.
func TestTrainingNeedsNoTestPart(t *testing.T) {
	root := aclImdb(t, 80)
	r := tiny(t)
	var shas, prints []string
	for _, path := range []string{root, filepath.Dir(root), archive(t, root)} {
		data := openTexts(t, path)
		m, _, err := zoo.Train(context.Background(), r, data, zoo.Run{})
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		shas = append(shas, sha(t, m))
		prints = append(prints, m.Artefact.Card.Recipe.Options["data_sha256"])
		if e, err := zoo.EvaluateText(context.Background(), m.TextClassifier(), data, datasets.Train); err != nil || e.Examples != 80 {
			t.Errorf("%s: training part: %+v, %v", path, e, err)
		}
		_, err = zoo.EvaluateText(context.Background(), m.TextClassifier(), data, datasets.Test)
		if !errors.Is(err, datasets.ErrNoPart) || !strings.Contains(err.Error(), "test") {
			t.Errorf("%s: test part: %v", path, err)
		}
	}
	for i := range shas {
		if shas[i] != shas[0] || prints[i] != prints[0] || prints[i] == "" {
			t.Errorf("folder, its parent and archive differ: weights %q, data %q", shas, prints)
			break
		}
	}
}

// The unlabelled and the test part change nothing, whatever they hold.
func TestOtherPartsDoNotMatter(t *testing.T) {
	root := aclImdb(t, 80)
	r := tiny(t)
	want := trainTo(t, r, openTexts(t, root), zoo.Run{Steps: 4})
	for _, name := range []string{"test/pos/0_10.txt", "test/neg/0_1.txt", "train/unsup/0_0.txt", "imdb.vocab", "README", "train/labeledBow.feat"} {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("words that the training part lacks, and brilliant ones"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{root, archive(t, root)} {
		if got := trainTo(t, r, openTexts(t, path), zoo.Run{Steps: 4}); got != want {
			t.Errorf("%s: other weights", path)
		}
	}
}

func TestOpenTextsErrors(t *testing.T) {
	if _, err := zoo.OpenTexts(filepath.Join(t.TempDir(), "absent.csv"), zoo.TextsConfig{}); !errors.Is(err, zoo.ErrUsage) {
		t.Errorf("missing file: %v", err)
	}
	if _, err := zoo.OpenTexts(aclImdb(t, 2), zoo.TextsConfig{Text: "review"}); !errors.Is(err, zoo.ErrUsage) {
		t.Errorf("a column of a folder: %v", err)
	}
	root := aclImdb(t, 4)
	if err := os.RemoveAll(filepath.Join(root, "train", "neg")); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{root, archive(t, root)} {
		data, err := zoo.OpenTexts(path, zoo.TextsConfig{Cache: "none"})
		if err == nil {
			_, _, err = zoo.Train(context.Background(), tiny(t), data, zoo.Run{})
		}
		if !errors.Is(err, datasets.ErrNoPart) && !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "neg") {
			t.Errorf("%s without neg: %v", path, err)
		}
	}
	if _, _, err := zoo.Train(context.Background(), tiny(t), nil, zoo.Run{}); !errors.Is(err, zoo.ErrUsage) {
		t.Errorf("no data: %v", err)
	}
}
