package datasets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
)

// readDir reads a part from the directory until f returns false.
func (d *IMDB) readDir(ctx context.Context, part Part, f func(Example) bool) error {
	for _, folder := range folders(part) {
		entries, err := fs.ReadDir(d.fsys, path.Join(d.root, folder.path))
		if errors.Is(err, fs.ErrNotExist) {
			return d.fail(folder.path, fmt.Errorf("there is no such folder: %w", ErrNoPart))
		} else if err != nil {
			return d.fail(folder.path, err)
		}
		reviews := make([]review, 0, len(entries))
		for _, e := range entries {
			if hidden(e.Name()) {
				continue
			}
			member := path.Join(folder.path, e.Name())
			if !e.Type().IsRegular() {
				return d.fail(member, errors.New("is not a regular file"))
			}
			r, err := folder.parse(e.Name())
			if err != nil {
				return d.fail(member, err)
			}
			reviews = append(reviews, r)
		}
		if len(reviews) == 0 {
			return d.fail(folder.path, fmt.Errorf("there are no reviews: %w", ErrNoPart))
		}
		if a, b, same := arrange(reviews, func(r review) review { return r }); same {
			return d.fail(path.Join(folder.path, b.file), fmt.Errorf("has the same number as %s", a.file))
		}
		for _, r := range reviews {
			member := path.Join(folder.path, r.file)
			if err := ctx.Err(); err != nil {
				return d.fail(member, err)
			}
			text, err := readReview(d.fsys, path.Join(d.root, member))
			if err != nil {
				return d.fail(member, err)
			}
			if !f(folder.example(r, text)) {
				return nil
			}
		}
	}
	return nil
}

// readReview reads one review of a directory.
func readReview(fsys fs.FS, name string) (string, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if err := checkSize(info.Size()); err != nil {
		return "", err
	}
	text := make([]byte, info.Size())
	if _, err := io.ReadFull(f, text); err != nil {
		return "", fmt.Errorf("the file changed while it was read: %w", err)
	}
	return string(text), nil
}
