package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// errRestart says that the part is of no use.
var errRestart = errors.New("what was fetched before is not a part of the file")

// File is a file to be fetched.
type File struct {
	Request
	// Path is where the file is to lie, in a directory that is there. Beside
	// it, under its name with .part and .part.etag, lies what was fetched of it.
	Path string
	// Size in bytes is what the file must have; below 0 it may be any up to
	// Limit, where that is above 0.
	Size, Limit int64
	// Verify checks the file once it is whole, of whatever name. An error that
	// wraps ErrChecksum says that it is another file.
	Verify func(name string) error
	// Progress is called now and then with the bytes that are there, and the
	// bytes there are to be (0: unknown). nil: not called.
	Progress func(done, total int64)
}

// Get fetches the file. It appears under its name only when it is whole,
// verified and on the disk; a part that an earlier call left is continued. Of
// two calls at once for one path the caller takes care, by Lock.
func (f File) Get(ctx context.Context) error {
	f.Request = f.Request.withDefaults()
	d := &download{File: f, part: f.Path + ".part"}
	restarted := false
	for {
		before := size(d.part)
		err := d.retry(ctx, func() (bool, error) {
			had := size(d.part)
			err := d.attempt(ctx)
			if errors.Is(err, errRestart) {
				err = final{err}
			}
			return size(d.part) > had, err
		})
		if err == nil {
			err = d.finish()
			if !errors.Is(err, ErrChecksum) {
				return err
			}
			resumed := before > 0 || d.resumed
			d.drop()
			// A part from an earlier run may be of another file, and the file
			// may have changed between two connections: once more from the
			// start, and only once.
			if !resumed || restarted {
				return fmt.Errorf("%w; does a proxy or a login page answer in place of the server?", err)
			}
		} else if errors.Is(err, errRestart) {
			d.drop()
			if restarted {
				return err
			}
		} else if n := size(d.part); n > 0 {
			return fmt.Errorf("%w (%d bytes are kept; the next download goes on from there)", err, n)
		} else {
			return err
		}
		restarted = true
	}
}

// download is one call of Get.
type download struct {
	File
	part    string
	resumed bool      // bytes of more than one answer are in the part
	shown   time.Time // when Progress was last called
}

// tag is the file that holds the server's name for the version of which the
// part is one.
func (d *download) tag() string { return d.part + ".etag" }

// drop forgets what was fetched.
func (d *download) drop() {
	os.Remove(d.part)
	os.Remove(d.tag())
	d.resumed = false
}

func size(name string) int64 {
	info, err := os.Stat(name)
	if err != nil {
		return 0
	}
	return info.Size()
}

// finish checks the part that is whole and gives it its name.
func (d *download) finish() error {
	if err := d.Verify(d.part); err != nil {
		return err
	}
	if err := os.Rename(d.part, d.Path); err != nil {
		return err
	}
	os.Remove(d.tag())
	SyncDir(filepath.Dir(d.Path))
	return nil
}

// SyncDir makes the names in a directory survive a power cut; systems that
// cannot do that do without.
func SyncDir(name string) {
	if dir, err := os.Open(name); err == nil {
		dir.Sync()
		dir.Close()
	}
}

// attempt makes one connection and appends what comes to the part. It returns
// nil when the part seems whole.
func (d *download) attempt(ctx context.Context) error {
	have := size(d.part)
	if d.Size == 0 {
		return d.empty()
	}
	if d.Size > 0 && have == d.Size {
		return nil
	}
	if d.Size > 0 && have > d.Size {
		return errRestart
	}
	tag, _ := os.ReadFile(d.tag())
	return d.do(ctx, have, string(tag), func(resp *http.Response, alive func()) error { return d.receive(resp, have, alive) })
}

// empty makes the part of a file without bytes, for which nobody is asked.
func (d *download) empty() error {
	if err := os.WriteFile(d.part, nil, 0o644); err != nil {
		return final{err}
	}
	return nil
}

// receive appends what an answer brings.
func (d *download) receive(resp *http.Response, have int64, alive func()) error {
	total, err := d.accept(resp, have)
	if err != nil {
		return err
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_APPEND
	if resp.StatusCode == http.StatusOK { // from the start, whatever was asked
		flags |= os.O_TRUNC
		have = 0
		if err := d.remember(resp); err != nil {
			return final{err}
		}
	}
	d.resumed = have > 0
	f, err := os.OpenFile(d.part, flags, 0o644)
	if err != nil {
		return final{err}
	}
	defer f.Close()
	n, err := d.copy(f, resp.Body, have, total, alive)
	if err != nil {
		return err
	}
	if total > 0 && n != total {
		return fmt.Errorf("the connection ended after %d of %d bytes", n, total)
	}
	if err := f.Sync(); err != nil {
		return final{err}
	}
	d.progress(n, total, true)
	if err := f.Close(); err != nil {
		return final{err}
	}
	return nil
}

// accept checks the answer to a request for the bytes from have on, and
// returns the size of the whole file, 0 if it is unknown.
func (d *download) accept(resp *http.Response, have int64) (int64, error) {
	total := max(resp.ContentLength, 0)
	if resp.StatusCode == http.StatusPartialContent {
		var first, last int64
		var of string
		if _, err := fmt.Sscanf(resp.Header.Get("Content-Range"), "bytes %d-%d/%s", &first, &last, &of); err != nil || first != have || last < first {
			return 0, errRestart
		}
		total, _ = strconv.ParseInt(of, 10, 64) // or *, unknown
		total = max(total, 0)
	}
	if d.Size > 0 && total > 0 && total != d.Size {
		if resp.StatusCode == http.StatusPartialContent {
			return 0, errRestart
		}
		return 0, final{fmt.Errorf("the server offers %d bytes where %d were expected; does a proxy or a login page answer in its place? %w", total, d.Size, ErrChecksum)}
	}
	if most := d.most(); most > 0 && total > most {
		return 0, final{fmt.Errorf("the server offers %d bytes where %d were expected at most: %w", total, most, ErrChecksum)}
	}
	if total == 0 && d.Size > 0 {
		total = d.Size
	}
	return total, nil
}

// most is the number of bytes beyond which nothing is taken, 0 if there is none.
func (d *download) most() int64 {
	if d.Size > 0 {
		return d.Size
	}
	return max(d.Limit, 0)
}

// remember stores what names the version of the file for If-Range: a strong
// ETag, or the time it was changed.
func (d *download) remember(resp *http.Response) error {
	tag := resp.Header.Get("ETag")
	if tag == "" || strings.HasPrefix(tag, "W/") {
		tag = resp.Header.Get("Last-Modified")
	}
	if tag == "" {
		if err := os.Remove(d.tag()); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return nil
	}
	return os.WriteFile(d.tag(), []byte(tag), 0o644)
}

// copy appends to the part what comes, n bytes being there already. A disk
// that is full is an error that is final.
func (d *download) copy(f *os.File, r io.Reader, n, total int64, alive func()) (int64, error) {
	buf := make([]byte, 1<<16)
	for {
		k, err := r.Read(buf)
		if k > 0 {
			alive()
			if most := d.most(); most > 0 && n+int64(k) > most {
				return n, final{fmt.Errorf("more than the %d bytes expected arrive: %w", most, ErrChecksum)}
			}
			if _, err := f.Write(buf[:k]); err != nil {
				return n, final{err}
			}
			n += int64(k)
			d.progress(n, total, false)
		}
		if err == io.EOF {
			return n, nil
		} else if err != nil {
			return n, err
		}
	}
}

// progress reports ten times a second at most, and at the end.
func (d *download) progress(done, total int64, last bool) {
	if d.Progress == nil {
		return
	}
	if now := time.Now(); last || now.Sub(d.shown) >= 100*time.Millisecond {
		d.shown = now
		d.Progress(done, total)
	}
}
