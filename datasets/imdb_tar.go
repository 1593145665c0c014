package datasets

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// maxMembers bounds what an archive costs in time beyond its bytes; the
// published one has 100,019 members.
const maxMembers = 2_000_000

// probe checks that the file is an archive at all, so that a wrong path is
// reported at once.
func (d *IMDB) probe() error {
	f, err := d.fsys.Open(d.root)
	if err != nil {
		return d.fail("", err)
	}
	defer f.Close()
	stream, err := inflate(f, maxArchiveRatio, maxArchive)
	if err != nil {
		return d.fail("", err)
	}
	head, err := bufio.NewReaderSize(stream, 1024).Peek(512)
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return d.fail("", errors.New("is a zip file; unpack it and give the directory, or give the .tar.gz"))
	case isTar(head):
		return nil
	case err != nil && err != io.EOF:
		return d.fail("", fmt.Errorf("%w: %w", err, ErrDamaged))
	}
	return d.fail("", fmt.Errorf("is neither a directory nor a .tar.gz archive (begins with %.30q): %w", head, ErrDamaged))
}

// readTar reads the wanted parts in one pass.
func (d *IMDB) readTar(ctx context.Context, parts []Part) ([][]Example, error) {
	f, err := d.fsys.Open(d.root)
	if err != nil {
		return nil, d.fail("", err)
	}
	defer f.Close()
	stream, err := inflate(f, maxArchiveRatio, maxArchive)
	if err != nil {
		return nil, d.fail("", err)
	}
	ahead := newAhead(stream)
	defer ahead.Close()

	r := archive{IMDB: d, folders: map[string]folder{}, reviews: map[string][]member{}}
	for _, p := range parts {
		for _, f := range folders(p) {
			r.folders[f.path] = f
		}
	}
	if err := r.read(ctx, ahead); err != nil {
		return nil, err
	}
	// What follows tar's end still has to match the checksum of gzip.
	if _, err := io.Copy(io.Discard, ahead); err != nil {
		return nil, r.damaged(err)
	}
	if stream.zeros < 512 {
		return nil, r.damaged(errors.New("the end of the archive is missing"))
	}
	return r.collect(parts)
}

// archive is the state of one pass.
type archive struct {
	*IMDB
	folders map[string]folder // wanted, by path
	reviews map[string][]member
	last    string // member read last
	buf     []byte
}

type member struct {
	review
	text string
}

// damaged says how far the archive could be read.
func (a *archive) damaged(err error) error {
	where := "at its start"
	if a.last != "" {
		where = "after " + a.last
	}
	if !errors.Is(err, errTooLarge) {
		err = fmt.Errorf("%w: %w", err, ErrDamaged)
	}
	return a.fail(where, err)
}

// read reads the reviews of the wanted folders up to tar's end.
func (a *archive) read(ctx context.Context, r io.Reader) error {
	t := tar.NewReader(r)
	for n := 0; ; n++ {
		if err := ctx.Err(); err != nil {
			return a.fail("", err)
		}
		h, err := t.Next()
		if err == io.EOF {
			return nil
		} else if err != nil {
			return a.damaged(err)
		}
		a.last = h.Name
		if err := checkMember(h); err != nil {
			return a.fail(h.Name, err)
		}
		if n == maxMembers {
			return a.fail(h.Name, fmt.Errorf("more than %d members: %w", maxMembers, errTooLarge))
		}
		dir, file := path.Split(path.Clean(h.Name))
		f, wanted := a.folders[lastTwo(dir)]
		if !wanted || hidden(file) {
			continue
		}
		if h.Typeflag != tar.TypeReg {
			return a.fail(h.Name, errors.New("is not a regular file"))
		}
		rev, err := f.parse(file)
		if err == nil {
			err = checkSize(h.Size)
		}
		if err != nil {
			return a.fail(h.Name, err)
		}
		a.buf = slices.Grow(a.buf[:0], int(h.Size))[:h.Size]
		if _, err := io.ReadFull(t, a.buf); err != nil {
			return a.fail(h.Name, fmt.Errorf("%w: %w", err, ErrDamaged))
		}
		a.reviews[f.path] = append(a.reviews[f.path], member{rev, string(a.buf)})
	}
}

// collect puts the reviews in order.
func (a *archive) collect(parts []Part) ([][]Example, error) {
	out := make([][]Example, len(parts))
	for i, p := range parts {
		for _, f := range folders(p) {
			list := a.reviews[f.path]
			if len(list) == 0 {
				return nil, a.fail(f.path, fmt.Errorf("there are no reviews: %w", ErrNoPart))
			}
			if x, y, same := arrange(list, func(m member) review { return m.review }); same {
				return nil, a.fail(path.Join(f.path, y.file), fmt.Errorf("has the same number as %s", x.file))
			}
			out[i] = slices.Grow(out[i], len(list))
			for _, m := range list {
				out[i] = append(out[i], f.example(m.review, m.text))
			}
		}
	}
	return out, nil
}

// checkMember refuses what an honest archive of texts never holds.
func checkMember(h *tar.Header) error {
	if path.IsAbs(h.Name) || strings.ContainsAny(h.Name, "\\\x00") || slices.Contains(strings.Split(h.Name, "/"), "..") {
		return errors.New("the path climbs out of the archive")
	}
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeDir, tar.TypeXGlobalHeader:
	case tar.TypeLink, tar.TypeSymlink:
		return fmt.Errorf("is a link to %q, where only files and folders are expected", h.Linkname)
	default:
		return fmt.Errorf("is of type %q, where only files and folders are expected", h.Typeflag)
	}
	if h.Size > maxArchive {
		return fmt.Errorf("claims to have %d bytes: %w", h.Size, errTooLarge)
	}
	return nil
}

// lastTwo returns the last two elements of a directory: "train/neg".
func lastTwo(dir string) string {
	up, class := path.Split(strings.TrimSuffix(dir, "/"))
	return path.Join(path.Base(up), class)
}
