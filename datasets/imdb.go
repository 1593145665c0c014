package datasets

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Part names a part of IMDB.
type Part string

// The parts of IMDB as published: 25,000 labelled reviews to train on, 25,000
// to test on, and 50,000 without labels.
const (
	Train Part = "train"
	Test  Part = "test"
	Unsup Part = "unsup"
)

// MaxReview is the largest review read, in bytes. The longest of IMDB has
// 14,106.
const MaxReview = 1 << 20

// IMDB is the Large Movie Review Dataset (Maas et al. 2011, "Learning Word
// Vectors for Sentiment Analysis"): a directory or an archive in the published
// layout, {train,test}/{neg,pos}/ID_RATING.txt and train/unsup/ID_0.txt.
// It is safe for use by many goroutines.
type IMDB struct {
	path    string
	fsys    fs.FS // of the directory that holds train and test; nil for an archive
	archive bool
}

// OpenIMDB opens the directory aclImdb, its parent, or an archive of it. The
// archive is recognised by its first bytes, whatever its name: .tar.gz or
// plain .tar. Only the parts that are asked for later need exist.
func OpenIMDB(name string) (*IMDB, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("datasets: opening IMDB: %w", err)
	}
	if info.IsDir() {
		return imdbFS(name, os.DirFS(name))
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("datasets: opening IMDB: %w", err)
	}
	defer f.Close()
	if _, err := archiveReader(f); err != nil {
		return nil, fmt.Errorf("datasets: IMDB %s: %w", name, err)
	}
	return &IMDB{path: name, archive: true}, nil
}

// OpenIMDBFS opens IMDB in a file system whose root is the directory aclImdb
// or its parent. name stands for it in errors.
func OpenIMDBFS(name string, fsys fs.FS) (*IMDB, error) { return imdbFS(name, fsys) }

func imdbFS(name string, fsys fs.FS) (*IMDB, error) {
	for _, root := range []string{".", "aclImdb"} {
		for _, part := range []string{"train", "test"} {
			if info, err := fs.Stat(fsys, path.Join(root, part)); err == nil && info.IsDir() {
				sub, err := fs.Sub(fsys, root)
				if err != nil {
					return nil, fmt.Errorf("datasets: IMDB %s: %w", name, err)
				}
				return &IMDB{path: name, fsys: sub}, nil
			}
		}
	}
	return nil, fmt.Errorf("datasets: IMDB %s: has neither a folder train nor test, nor aclImdb with one of them: %w", name, ErrNoPart)
}

// Classes returns the names that labels index: negative and positive.
func (d *IMDB) Classes() []string { return []string{"negative", "positive"} }

// Name returns the path that the set was opened from.
func (d *IMDB) Name() string { return d.path }

// Part yields the examples of one part, negative before positive, each by
// ascending number. From an archive, each range over the sequence reads the
// whole file: use Load where several parts, or several passes, are wanted. The
// sequence ends after the first error.
func (d *IMDB) Part(ctx context.Context, part Part) iter.Seq2[Example, error] {
	return func(yield func(Example, error) bool) {
		if d.archive {
			loaded, err := d.Load(ctx, part)
			if err != nil {
				yield(Example{}, err)
				return
			}
			for _, e := range loaded[0] {
				if !yield(e, nil) {
					return
				}
			}
			return
		}
		err := d.walk(ctx, part, func(e Example) bool { return yield(e, nil) })
		if err != nil {
			yield(Example{}, err)
		}
	}
}

// Load reads the wanted parts into memory, in one pass over an archive, and
// returns them in the order asked for. A part that is missing gives an error
// that wraps ErrNoPart.
func (d *IMDB) Load(ctx context.Context, parts ...Part) ([][]Example, error) {
	for _, p := range parts {
		if folders(p) == nil {
			return nil, fmt.Errorf("datasets: IMDB has no part %q, only train, test and unsup", p)
		}
	}
	if d.archive {
		return d.loadArchive(ctx, parts)
	}
	out := make([][]Example, len(parts))
	for i, p := range parts {
		if j := slices.Index(parts[:i], p); j >= 0 {
			out[i] = slices.Clone(out[j])
			continue
		}
		err := d.walk(ctx, p, func(e Example) bool {
			out[i] = append(out[i], e)
			return true
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// folder is one class of one part.
type folder struct {
	path     string // below aclImdb
	label    int
	low, top int // ratings that belong here
}

// folders lists the class folders of a part in the order they are read.
func folders(p Part) []folder {
	switch p {
	case Train, Test:
		return []folder{{string(p) + "/neg", 0, 1, 4}, {string(p) + "/pos", 1, 7, 10}}
	case Unsup:
		return []folder{{"train/unsup", -1, 0, 0}}
	}
	return nil
}

// review is what the name of a file says.
type review struct {
	file   string
	id     int
	rating int
}

// errName is wrapped by complaints about a review's file name.
var errName = errors.New("expected ID_RATING.txt")

// parse reads a file's name. Numbers are taken in their one canonical form,
// so that different names have different numbers.
func (f folder) parse(file string) (review, error) {
	stem, ok := strings.CutSuffix(file, ".txt")
	id, rating, ok2 := strings.Cut(stem, "_")
	n, err1 := strconv.ParseUint(id, 10, 31)
	r, err2 := strconv.ParseUint(rating, 10, 31)
	if !ok || !ok2 || err1 != nil || err2 != nil ||
		strconv.FormatUint(n, 10) != id || strconv.FormatUint(r, 10) != rating {
		return review{}, fmt.Errorf("not the name of a review: %w", errName)
	}
	if r < uint64(f.low) || r > uint64(f.top) {
		want := fmt.Sprintf("%d to %d", f.low, f.top)
		if f.low == f.top {
			want = strconv.Itoa(f.low)
		}
		return review{}, fmt.Errorf("rating %d contradicts the folder, which holds %s: %w", r, want, errName)
	}
	return review{file: file, id: int(n), rating: int(r)}, nil
}

func (f folder) example(r review, text string) Example {
	return Example{Text: text, Label: f.label, ID: f.path + "/" + strings.TrimSuffix(r.file, ".txt"), Rating: r.rating}
}

// hidden reports names that systems leave behind: .DS_Store, ._0_3.txt.
func hidden(file string) bool { return strings.HasPrefix(file, ".") }

// walk reads a part from the directory until f returns false.
func (d *IMDB) walk(ctx context.Context, part Part, f func(Example) bool) error {
	list := folders(part)
	if list == nil {
		return fmt.Errorf("datasets: IMDB has no part %q, only train, test and unsup", part)
	}
	fail := func(name string, err error) error {
		return fmt.Errorf("datasets: IMDB %s: %s: %w", d.path, name, err)
	}
	for _, folder := range list {
		entries, err := fs.ReadDir(d.fsys, folder.path)
		if errors.Is(err, fs.ErrNotExist) {
			return fail(folder.path, fmt.Errorf("no such folder: %w", ErrNoPart))
		} else if err != nil {
			return fail(folder.path, err)
		}
		reviews := make([]review, 0, len(entries))
		for _, e := range entries {
			name := path.Join(folder.path, e.Name())
			if hidden(e.Name()) {
				continue
			}
			if !e.Type().IsRegular() {
				return fail(name, fmt.Errorf("is not a regular file (%v)", e.Type()))
			}
			r, err := folder.parse(e.Name())
			if err != nil {
				return fail(name, err)
			}
			reviews = append(reviews, r)
		}
		if len(reviews) == 0 {
			return fail(folder.path, fmt.Errorf("folder has no reviews: %w", ErrNoPart))
		}
		slices.SortFunc(reviews, func(a, b review) int { return cmp.Compare(a.id, b.id) })
		for i, r := range reviews {
			name := path.Join(folder.path, r.file)
			if err := ctx.Err(); err != nil {
				return fail(name, err)
			}
			if i > 0 && reviews[i-1].id == r.id {
				return fail(name, fmt.Errorf("has the same number as %s", reviews[i-1].file))
			}
			text, err := readReview(d.fsys, name)
			if err != nil {
				return fail(name, err)
			}
			if !f(folder.example(r, text)) {
				return nil
			}
		}
	}
	return nil
}
