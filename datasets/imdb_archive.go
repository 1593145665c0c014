package datasets

import (
	"archive/tar"
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"compress/gzip"
)

// Bounds on what an archive may hold. The published archive inflates to
// 0.4 GB in 100,019 members; real text shrinks to a third, never to a
// hundredth.
const (
	maxArchive = 4 << 30 // bytes after inflation
	maxRatio   = 100     // inflated to packed, beyond the first freeBytes
	freeBytes  = 64 << 20
)

// errTooLarge is wrapped where a limit is passed.
var errTooLarge = errors.New("more than is believable")

// readReview reads one review of the directory.
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
		return "", fmt.Errorf("changed while being read: %w", err)
	}
	return string(text), nil
}

func checkSize(n int64) error {
	if n == 0 {
		return errors.New("review is empty")
	}
	if n > MaxReview {
		return fmt.Errorf("review of %d bytes, limit %d: %w", n, MaxReview, errTooLarge)
	}
	return nil
}

// meter passes on what it reads, counts it, and remembers the zeros at the
// end: tar ends in blocks of zeros, and without them it was cut off.
type meter struct {
	r     io.Reader
	n     int64
	zeros int64
	limit func() error
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	if n > 0 {
		m.n += int64(n)
		tail := int64(n - len(bytes.TrimRight(p[:n], "\x00")))
		if tail == int64(n) {
			m.zeros += tail
		} else {
			m.zeros = tail
		}
		if m.limit != nil {
			if lerr := m.limit(); lerr != nil {
				return n, lerr
			}
		}
	}
	return n, err
}

// archiveReader finds out how an archive is packed and returns its tar stream.
func archiveReader(r io.Reader) (*meter, error) {
	packed := &meter{r: r}
	buf := bufio.NewReaderSize(packed, 1<<18)
	head, err := buf.Peek(512)
	if err != nil && err != io.EOF {
		return nil, err
	}
	tarball := &meter{}
	switch {
	case len(head) == 0:
		return nil, fmt.Errorf("file is empty: %w", ErrDamaged)
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(buf)
		if err != nil {
			return nil, fmt.Errorf("gzip header: %w: %w", err, ErrDamaged)
		}
		tarball.r = z
	case len(head) >= 262 && string(head[257:262]) == "ustar":
		tarball.r = buf
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return nil, errors.New("is a zip file; expected the .tar.gz, or the directory it unpacks to")
	default:
		return nil, fmt.Errorf("is neither a directory nor .tar.gz (begins with %.20q)", head)
	}
	tarball.limit = func() error {
		if tarball.n > maxArchive || tarball.n > freeBytes && tarball.n/maxRatio > packed.n {
			return fmt.Errorf("inflates to over %d bytes from %d: %w", tarball.n, packed.n, errTooLarge)
		}
		return nil
	}
	return tarball, nil
}

// found is a review of the archive with the folder it lies in.
type found struct {
	review
	text string
}

func (d *IMDB) loadArchive(ctx context.Context, parts []Part) ([][]Example, error) {
	f, err := os.Open(d.path)
	if err != nil {
		return nil, fmt.Errorf("datasets: IMDB: %w", err)
	}
	defer f.Close()
	out, err := readArchive(ctx, f, parts)
	if err != nil {
		return nil, fmt.Errorf("datasets: IMDB %s: %w", d.path, err)
	}
	return out, nil
}

// readArchive reads the wanted parts in one pass.
func readArchive(ctx context.Context, r io.Reader, parts []Part) ([][]Example, error) {
	stream, err := archiveReader(r)
	if err != nil {
		return nil, err
	}
	wanted := map[string]folder{}
	for _, p := range parts {
		for _, f := range folders(p) {
			wanted[f.path] = f
		}
	}
	reviews := map[string][]found{}
	last := "the start"
	damaged := func(err error) error {
		if errors.Is(err, errTooLarge) || ctx.Err() != nil {
			return fmt.Errorf("after %s: %w", last, err)
		}
		return fmt.Errorf("after %s: %w: %w", last, err, ErrDamaged)
	}
	t := tar.NewReader(stream)
	var buf []byte
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		h, err := t.Next()
		if err == io.EOF {
			break
		} else if err != nil {
			return nil, damaged(err)
		}
		last = h.Name
		if err := checkMember(h); err != nil {
			return nil, fmt.Errorf("member %q: %w", h.Name, err)
		}
		dir, file := path.Split(path.Clean(h.Name))
		f, ok := wanted[lastTwo(dir)]
		if !ok || h.Typeflag != tar.TypeReg || hidden(file) {
			continue
		}
		rev, err := f.parse(file)
		if err == nil {
			err = checkSize(h.Size)
		}
		if err != nil {
			return nil, fmt.Errorf("member %q: %w", h.Name, err)
		}
		buf = slices.Grow(buf[:0], int(h.Size))[:h.Size]
		if _, err := io.ReadFull(t, buf); err != nil {
			return nil, fmt.Errorf("member %q: %w: %w", h.Name, err, ErrDamaged)
		}
		reviews[f.path] = append(reviews[f.path], found{rev, string(buf)})
	}
	// What follows the end of tar still carries the checksum of gzip.
	if _, err := io.Copy(io.Discard, stream); err != nil {
		return nil, damaged(err)
	}
	if stream.zeros < 512 {
		return nil, damaged(errors.New("no end of archive"))
	}
	out := make([][]Example, len(parts))
	for i, p := range parts {
		for _, f := range folders(p) {
			list := reviews[f.path]
			if len(list) == 0 {
				return nil, fmt.Errorf("no reviews in %s: %w", f.path, ErrNoPart)
			}
			slices.SortStableFunc(list, func(a, b found) int { return cmp.Compare(a.id, b.id) })
			for j, r := range list {
				if j > 0 && list[j-1].id == r.id {
					return nil, fmt.Errorf("member %s/%s: has the same number as %s", f.path, r.file, list[j-1].file)
				}
				out[i] = append(out[i], f.example(r.review, r.text))
			}
		}
	}
	return out, nil
}

// checkMember refuses what an honest archive of texts never holds.
func checkMember(h *tar.Header) error {
	if path.IsAbs(h.Name) || strings.Contains(h.Name, `\`) || slices.Contains(strings.Split(h.Name, "/"), "..") {
		return errors.New("path climbs out of the archive")
	}
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeDir, tar.TypeXGlobalHeader:
	case tar.TypeLink, tar.TypeSymlink:
		return fmt.Errorf("is a link to %q; expected files and folders only", h.Linkname)
	default:
		return fmt.Errorf("is of type %q; expected files and folders only", h.Typeflag)
	}
	if h.Size < 0 || h.Size > maxArchive {
		return fmt.Errorf("claims %d bytes: %w", h.Size, errTooLarge)
	}
	return nil
}

// lastTwo returns the last two elements of a directory: "train/neg".
func lastTwo(dir string) string {
	dir = strings.TrimSuffix(dir, "/")
	up, class := path.Split(dir)
	return path.Join(path.Base(up), class)
}
