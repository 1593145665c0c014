package datasets

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
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
	name string // for errors
	fsys fs.FS
	root string // the directory that holds train and test, or the archive
	tar  bool   // root is an archive
}

// OpenIMDB opens the directory aclImdb, its parent, or an archive of it. The
// archive is recognised by its first bytes, whatever its name: .tar.gz or
// plain .tar. Only the parts that are asked for later need exist.
func OpenIMDB(name string) (*IMDB, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("datasets: IMDB: %w", err)
	}
	if info.IsDir() {
		return openIMDB(name, os.DirFS(name), ".")
	}
	return openIMDB(name, os.DirFS(filepath.Dir(name)), filepath.Base(name))
}

// openIMDB opens a directory or an archive of a file system; root is "." for the
// directory that the file system holds, name what errors call it.
func openIMDB(name string, fsys fs.FS, root string) (*IMDB, error) {
	d := &IMDB{name: name, fsys: fsys, root: root}
	info, err := fs.Stat(fsys, root)
	if err != nil {
		return nil, d.fail("", err)
	}
	if !info.IsDir() {
		d.tar = true
		return d, d.probe()
	}
	for _, root := range []string{root, path.Join(root, "aclImdb")} {
		for _, part := range []Part{Train, Test} {
			if info, err := fs.Stat(fsys, path.Join(root, string(part))); err == nil && info.IsDir() {
				d.root = root
				return d, nil
			}
		}
	}
	return nil, d.fail("", fmt.Errorf("neither it nor a folder aclImdb in it has a folder train or test: %w", ErrNoPart))
}

// fail wraps an error with the set's name and that of a file or member of it.
func (d *IMDB) fail(member string, err error) error {
	if member != "" {
		return fmt.Errorf("datasets: IMDB %s: %s: %w", d.name, member, err)
	}
	return fmt.Errorf("datasets: IMDB %s: %w", d.name, err)
}

// Name returns the path that the set was opened from.
func (d *IMDB) Name() string { return d.name }

// Classes returns the names that labels index: negative and positive.
func (d *IMDB) Classes() []string { return []string{"negative", "positive"} }

// Part yields the examples of one part, negative before positive, each by
// ascending number. From an archive, each range over the sequence reads the
// whole file: use Load where several parts, or several passes, are wanted. The
// sequence ends after the first error.
func (d *IMDB) Part(ctx context.Context, part Part) iter.Seq2[Example, error] {
	return func(yield func(Example, error) bool) {
		var err error
		if d.tar || folders(part) == nil {
			var loaded [][]Example
			if loaded, err = d.Load(ctx, part); err == nil {
				for _, e := range loaded[0] {
					if !yield(e, nil) {
						return
					}
				}
			}
		} else {
			err = d.readDir(ctx, part, func(e Example) bool { return yield(e, nil) })
		}
		if err != nil {
			yield(Example{}, err)
		}
	}
}

// Load reads the wanted parts into memory, in one pass over an archive, and
// returns them in the order asked for, each in the order of Part. A part that
// is missing gives an error that wraps ErrNoPart.
func (d *IMDB) Load(ctx context.Context, parts ...Part) ([][]Example, error) {
	for _, p := range parts {
		if folders(p) == nil {
			return nil, d.fail("", fmt.Errorf("there is no part %q, only train, test and unsup", p))
		}
	}
	if d.tar {
		return d.readTar(ctx, parts)
	}
	out := make([][]Example, len(parts))
	for i, p := range parts {
		err := d.readDir(ctx, p, func(e Example) bool {
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

// folders lists the class folders of a part in the order they are read. The
// ratings are those of the set's README: neutral reviews were left out.
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
	file       string
	id, rating int
}

// parse reads a file's name. Numbers are taken in their one canonical form,
// so that different names of one rating have different numbers.
func (f folder) parse(file string) (review, error) {
	id, rating, _ := strings.Cut(strings.TrimSuffix(file, ".txt"), "_")
	n, err := strconv.ParseUint(id, 10, 31)
	r, err2 := strconv.ParseUint(rating, 10, 31)
	if err != nil || err2 != nil || fmt.Sprintf("%d_%d.txt", n, r) != file {
		return review{}, errors.New("the name is not that of a review, ID_RATING.txt")
	}
	if r < uint64(f.low) || r > uint64(f.top) {
		return review{}, fmt.Errorf("the rating %d contradicts the folder, which holds ratings from %d to %d", r, f.low, f.top)
	}
	return review{file, int(n), int(r)}, nil
}

func (f folder) example(r review, text string) Example {
	return Example{Text: text, Label: f.label, ID: f.path + "/" + strings.TrimSuffix(r.file, ".txt"), Rating: r.rating}
}

// arrange sorts the reviews of one folder by number and returns the first two
// that share one, if any do.
func arrange[T any](list []T, of func(T) review) (a, b review, same bool) {
	slices.SortStableFunc(list, func(x, y T) int { return of(x).id - of(y).id })
	for i := 1; i < len(list); i++ {
		if a, b := of(list[i-1]), of(list[i]); a.id == b.id {
			return a, b, true
		}
	}
	return a, b, false
}

// checkSize refuses the sizes that no review has.
func checkSize(n int64) error {
	if n == 0 {
		return errors.New("the review is empty")
	}
	if n > MaxReview {
		return fmt.Errorf("%d bytes, while a review has %d at most: %w", n, MaxReview, errTooLarge)
	}
	return nil
}

// hidden reports names that systems leave behind: .DS_Store, ._0_3.txt.
func hidden(file string) bool { return strings.HasPrefix(file, ".") }
