package reliability_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
)

// Training reads the training part alone: it works where there is no other,
// and gives the same bytes from the archive and from its folder.
func TestTrainingNeedsNoTestPart(t *testing.T) {
	root := fixture.IMDB(t, 80)
	r := tiny(t)
	var shas, prints []string
	for _, path := range []string{root, filepath.Dir(root), fixture.Archive(t, root)} {
		data := fixture.Texts(t, path)
		m, _, err := zoo.Train(context.Background(), r, data, zoo.Run{})
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		shas = append(shas, fixture.SHA(t, m))
		prints = append(prints, m.Artefact.Card.Recipe.Options["data_sha256"])
		if e, err := zoo.EvaluateText(context.Background(), m.Value.(zoo.TextClassifier), data, datasets.Train); err != nil || e.Examples != 80 {
			t.Errorf("%s: training part: %+v, %v", path, e, err)
		}
		_, err = zoo.EvaluateText(context.Background(), m.Value.(zoo.TextClassifier), data, datasets.Test)
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
	root := fixture.IMDB(t, 80)
	r := tiny(t)
	want := trainTo(t, r, fixture.Texts(t, root), zoo.Run{Steps: 4})
	for _, name := range []string{"test/pos/0_10.txt", "test/neg/0_1.txt", "train/unsup/0_0.txt", "imdb.vocab", "README", "train/labeledBow.feat"} {
		path := filepath.Join(root, filepath.FromSlash(name))
		fixture.Write(t, path, "words that the training part lacks, and brilliant ones")
	}
	for _, path := range []string{root, fixture.Archive(t, root)} {
		if got := trainTo(t, r, fixture.Texts(t, path), zoo.Run{Steps: 4}); got != want {
			t.Errorf("%s: other weights", path)
		}
	}
}

func TestOpenTextsErrors(t *testing.T) {
	if _, err := zoo.OpenTexts(filepath.Join(t.TempDir(), "absent.csv"), zoo.TextsConfig{}); !errors.Is(err, zoo.ErrUsage) {
		t.Errorf("missing file: %v", err)
	}
	if _, err := zoo.OpenTexts(fixture.IMDB(t, 2), zoo.TextsConfig{Text: "review"}); !errors.Is(err, zoo.ErrUsage) {
		t.Errorf("a column of a folder: %v", err)
	}
	root := fixture.IMDB(t, 4)
	if err := os.RemoveAll(filepath.Join(root, "train", "neg")); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{root, fixture.Archive(t, root)} {
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
