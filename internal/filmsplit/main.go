// Command filmsplit divides IMDB's training reviews in two that have no film in
// common, to choose settings by: a tree of IMDB's form to train on, with the
// unlabelled reviews of its share of the films, and a table to measure on.
//
//	go run ./internal/filmsplit --data aclImdb_v1.tar.gz --train films --validation films.csv
//	zoo train RECIPE.json --data films --out trial
//	zoo eval trial --data films.csv
//
// A validation part drawn at random has the films of the reviews that are trained
// on, up to 30 of each, and rewards a model that learns the names in them. The
// test part of IMDB has other films.
package main

import (
	"archive/tar"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gorgonia-zoo/zoo/weights"
)

// review is a review's folder, pos, neg or unsup, and number, by which the list of
// addresses has it.
type review struct {
	folder string
	id     int
}

// file is a review as the archive has it.
type file struct{ name, text string }

func main() {
	data := flag.String("data", "", "IMDB's .tar.gz")
	train := flag.String("train", "films", "directory to be made of the reviews to train on")
	validation := flag.String("validation", "films.csv", "table of those to measure on")
	share := flag.Int("share", 8, "one film in so many is for validation")
	flag.Parse()
	if err := run(*data, *train, *validation, *share); err != nil {
		fmt.Fprintln(os.Stderr, "filmsplit:", err)
		os.Exit(1)
	}
}

func run(data, train, validation string, share int) error {
	if share < 2 {
		return fmt.Errorf("--share %d, want 2 or more", share)
	}
	f, err := os.Open(data)
	if err != nil {
		return err
	}
	defer f.Close()
	texts, films, err := read(f)
	if err != nil {
		return fmt.Errorf("%s: %w", data, err)
	}
	var all []review
	for folder, list := range films {
		for id := range list {
			if _, ok := texts[review{folder, id}]; !ok {
				return fmt.Errorf("%s: no review train/%s/%d_*.txt", data, folder, id)
			}
			all = append(all, review{folder, id})
		}
	}
	if len(all) != len(texts) {
		return fmt.Errorf("%s: %d reviews, and the lists name the films of %d", data, len(texts), len(all))
	}
	film := func(r review) string { return films[r.folder][r.id] }
	slices.SortFunc(all, func(a, b review) int {
		return cmp.Or(cmp.Compare(film(a), film(b)), cmp.Compare(a.folder, b.folder), cmp.Compare(a.id, b.id))
	})
	if err := os.Mkdir(train, 0o777); err != nil {
		return err // a tree that is there already may have other reviews
	}
	labels := map[string]string{"neg": "negative", "pos": "positive"}
	rows := [][]string{{"text", "label"}}
	written := 0
	for _, r := range all {
		f := texts[r]
		if held(film(r), share) {
			if label, ok := labels[r.folder]; ok {
				rows = append(rows, []string{f.text, label})
			}
			continue
		}
		dir := filepath.Join(train, "train", r.folder)
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, f.name), []byte(f.text), 0o666); err != nil {
			return err
		}
		written++
	}
	if err := weights.WriteFileAtomic(validation, func(w io.Writer) error {
		return csv.NewWriter(w).WriteAll(rows)
	}); err != nil {
		return err
	}
	fmt.Printf("%s: %d reviews\n%s: %d reviews\n", train, written, validation, len(rows)-1)
	return nil
}

// held tells whether a film is for validation. It depends on nothing but its name.
func held(film string, share int) bool {
	sum := sha256.Sum256([]byte("a" + film))
	mod := 0
	for _, b := range sum {
		mod = (mod*256 + int(b)) % share
	}
	return mod == 0
}

var title = regexp.MustCompile(`tt\d+`)

// read returns the training reviews, and the film of each by folder and number.
func read(r io.Reader) (texts map[review]file, films map[string][]string, err error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, nil, err
	}
	texts, films = map[review]file{}, map[string][]string{}
	folders := []string{"neg", "pos", "unsup"}
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		dir, name := path.Split(path.Clean(h.Name))
		folder := strings.TrimSuffix(strings.TrimPrefix(dir, "aclImdb/train/"), "/")
		listed := strings.TrimSuffix(strings.TrimPrefix(name, "urls_"), ".txt")
		list := dir == "aclImdb/train/" && name == "urls_"+listed+".txt" && slices.Contains(folders, listed)
		if h.Typeflag != tar.TypeReg || !list && (!slices.Contains(folders, folder) || dir != "aclImdb/train/"+folder+"/") {
			continue
		}
		text, err := io.ReadAll(t)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", h.Name, err)
		}
		if list {
			for n, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
				film := title.FindString(line)
				if film == "" {
					return nil, nil, fmt.Errorf("%s: line %d: %.60q names no film", h.Name, n+1, line)
				}
				films[listed] = append(films[listed], film)
			}
			continue
		}
		number, _, _ := strings.Cut(name, "_")
		id, err := strconv.Atoi(number)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: want ID_RATING.txt", h.Name)
		}
		texts[review{folder, id}] = file{name, string(text)}
	}
	if len(films["neg"]) == 0 || len(films["pos"]) == 0 {
		return nil, nil, errors.New("no aclImdb/train/urls_neg.txt and urls_pos.txt")
	}
	return texts, films, nil
}
