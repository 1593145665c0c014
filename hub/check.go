package hub

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/gorgonia-zoo/zoo/internal/fetch"
)

// answered looks at what the answers to a request for the file, and the
// redirects before it, say about it: another file is refused before it comes,
// and a mirror whose listing states no checksum may state it here.
func (w *wanted) answered(resp *http.Response, commit string) error {
	for r := resp; r != nil; r = r.Request.Response {
		if c := r.Header.Get("X-Repo-Commit"); c != "" && c != commit {
			return fmt.Errorf("%w: it comes from the commit %.80q, want %s", ErrChecksum, c, commit)
		}
		if sum := tag(r, "X-Linked-Etag"); sha256ID.MatchString(sum) {
			if w.sha256 != "" && w.sha256 != sum {
				return fmt.Errorf("%w: the server announces the SHA-256 %s where the hub lists %s", ErrChecksum, sum, w.sha256)
			}
			w.sha256 = sum
		}
	}
	if w.sha256 != "" {
		return nil
	}
	for r := resp; r != nil; r = r.Request.Response {
		if sum := tag(r, "ETag"); commitID.MatchString(sum) {
			if w.blob != "" && w.blob != sum {
				return fmt.Errorf("%w: the server announces the git blob %s where the hub lists %s", ErrChecksum, sum, w.blob)
			}
			w.blob = sum
		}
	}
	return nil
}

// tag is the text of a header of the form of an ETag.
func tag(r *http.Response, header string) string {
	return strings.Trim(strings.TrimPrefix(r.Header.Get(header), "W/"), `"`)
}

// verify checks a file that was fetched.
func (w *wanted) verify(ctx context.Context, name string) error {
	info, err := os.Lstat(name)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || w.size >= 0 && info.Size() != w.size || info.Size() > w.limit {
		return fmt.Errorf("%w: %s has %d bytes where the hub lists %d, of %d at most", ErrChecksum, w.path, info.Size(), w.size, w.limit)
	}
	h, want, kind := sha256.New(), w.sha256, "SHA-256"
	if want == "" {
		h, want, kind = sha1.New(), w.blob, "git blob"
		fmt.Fprintf(h, "blob %d\x00", info.Size())
	}
	if want == "" {
		return fmt.Errorf("%w: nothing that the hub says states a checksum of %s", ErrChecksum, w.path)
	}
	got, err := fetch.Sum(ctx, name, h)
	if err == nil && got != want {
		err = fmt.Errorf("%w: %s is the %s %s where the hub lists %s", ErrChecksum, w.path, kind, got, want)
	}
	return err
}
