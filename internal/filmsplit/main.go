// Command filmsplit writes IMDB's labelled training reviews as two tables that have
// no film in common, to choose settings by:
//
//	go run ./internal/filmsplit --data aclImdb_v1.tar.gz --train train.csv --validation validation.csv
//	zoo train RECIPE.json --data train.csv --out trial
//	zoo eval trial --data validation.csv
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
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gorgonia-zoo/zoo/weights"
)

// review is a review's label and number, by which the list of addresses has it.
type review struct {
	label string
	id    int
}

func main() {
	data := flag.String("data", "", "IMDB's .tar.gz")
	train := flag.String("train", "train.csv", "table of the reviews to train on")
	validation := flag.String("validation", "validation.csv", "table of those to measure on")
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
	for label, list := range films {
		for id := range list {
			if _, ok := texts[review{label, id}]; !ok {
				return fmt.Errorf("%s: no review train/%s/%d_*.txt", data, label, id)
			}
			all = append(all, review{label, id})
		}
	}
	film := func(r review) string { return films[r.label][r.id] }
	slices.SortFunc(all, func(a, b review) int {
		return cmp.Or(cmp.Compare(film(a), film(b)), cmp.Compare(a.label, b.label), cmp.Compare(a.id, b.id))
	})
	var rows [2][][]string
	for _, r := range all {
		part := 0
		if held(film(r), share) {
			part = 1
		}
		rows[part] = append(rows[part], []string{texts[r], r.label})
	}
	for part, path := range []string{train, validation} {
		if err := weights.WriteFileAtomic(path, func(w io.Writer) error {
			return csv.NewWriter(w).WriteAll(append([][]string{{"text", "label"}}, rows[part]...))
		}); err != nil {
			return err
		}
		fmt.Printf("%s: %d reviews\n", path, len(rows[part]))
	}
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

// read returns the labelled training reviews, and the film of each by label and
// number.
func read(r io.Reader) (texts map[review]string, films map[string][]string, err error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, nil, err
	}
	texts, films = map[review]string{}, map[string][]string{}
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		dir, name := path.Split(path.Clean(h.Name))
		_, part, _ := strings.Cut(strings.TrimSuffix(dir, "/"), "aclImdb/train")
		list := part == "" && (name == "urls_pos.txt" || name == "urls_neg.txt") && strings.HasSuffix(dir, "train/")
		if h.Typeflag != tar.TypeReg || !list && part != "/pos" && part != "/neg" {
			continue
		}
		text, err := io.ReadAll(t)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", h.Name, err)
		}
		if list {
			label := name[len("urls_") : len("urls_")+3]
			for n, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
				film := title.FindString(line)
				if film == "" {
					return nil, nil, fmt.Errorf("%s: line %d: %.60q names no film", h.Name, n+1, line)
				}
				films[label] = append(films[label], film)
			}
			continue
		}
		number, _, _ := strings.Cut(name, "_")
		id, err := strconv.Atoi(number)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: want ID_RATING.txt", h.Name)
		}
		texts[review{part[1:], id}] = string(text)
	}
	if len(films["neg"]) == 0 || len(films["pos"]) == 0 {
		return nil, nil, errors.New("no aclImdb/train/urls_neg.txt and urls_pos.txt")
	}
	return texts, films, nil
}
