package datasets

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// final is an error that trying again will not mend.
type final struct{ error }

func (f final) Unwrap() error { return f.error }

// errRestart says that the part is of no use.
var errRestart = errors.New("what was fetched before is not a part of the file")

// run fetches the file, in as many connections as it takes.
func (d *download) run(ctx context.Context) error {
	failures, restarted := 0, false
	pause := d.Pause
	for {
		before := size(d.part)
		err := d.attempt(ctx)
		if err == nil {
			err = d.finish(ctx)
			if !errors.Is(err, ErrChecksum) {
				return err
			}
			os.Remove(d.part)
			os.Remove(d.tag())
			// A part from an earlier run may be of another file: once more
			// from the start, and only once.
			if before == 0 || restarted {
				return fmt.Errorf("%w; does a proxy or a login page answer in place of the server?", err)
			}
			restarted = true
			continue
		}
		if ctx.Err() != nil {
			return d.kept(context.Cause(ctx))
		}
		if errors.Is(err, errRestart) {
			os.Remove(d.part)
			os.Remove(d.tag())
			if restarted {
				return err
			}
			restarted = true
			continue
		}
		if f := (final{}); errors.As(err, &f) {
			return d.kept(f.error)
		}
		if size(d.part) > before {
			failures, pause = 0, d.Pause
		}
		if failures++; failures > d.Retries {
			if errors.Is(err, ErrOffline) {
				err = fmt.Errorf("%w; connect to the network, set HTTPS_PROXY if there is a proxy, give a mirror's address, or fetch the file by other means and put it at %s", err, d.path)
			}
			return d.kept(err)
		}
		wait := pause
		if r := (retryAfter{}); errors.As(err, &r) && r.wait > wait {
			wait = min(r.wait, time.Minute)
		}
		pause = min(2*pause, 30*time.Second)
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

// kept adds to an error what the next call will go on from.
func (d *download) kept(err error) error {
	if n := size(d.part); n > 0 {
		return fmt.Errorf("%w (%d bytes are kept; the next download goes on from there)", err, n)
	}
	return err
}

func size(name string) int64 {
	info, err := os.Stat(name)
	if err != nil {
		return 0
	}
	return info.Size()
}

// tag is the file that holds the server's name for the version of which the
// part is one.
func (d *download) tag() string { return d.part + ".etag" }

// attempt makes one connection and appends what comes to the part. It returns
// nil when the part seems whole.
func (d *download) attempt(ctx context.Context) error {
	have := size(d.part)
	if d.Size > 0 && have == d.Size {
		return nil
	}
	if d.Size > 0 && have > d.Size {
		return errRestart
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stalled := fmt.Errorf("nothing arrived for %v", d.Stall)
	watchdog := time.AfterFunc(d.Stall, func() { cancel(stalled) })
	defer watchdog.Stop()

	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.URL, nil)
	if err != nil {
		return final{err}
	}
	req.Header.Set("Accept-Encoding", "identity") // or the transport may unpack what is to stay packed
	if have > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
		if tag, err := os.ReadFile(d.tag()); err == nil && len(tag) > 0 {
			req.Header.Set("If-Range", string(tag))
		}
	}
	resp, err := d.Client.Do(req)
	if err != nil {
		return unreachable(ctx, err)
	}
	defer resp.Body.Close()

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
	f, err := os.OpenFile(d.part, flags, 0o644)
	if err != nil {
		return final{err}
	}
	defer f.Close()
	n, err := d.copy(f, resp.Body, have, total, func() { watchdog.Reset(d.Stall) })
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return err
	}
	if total > 0 && n != total {
		return fmt.Errorf("the connection ended after %d of %d bytes", n, total)
	}
	if err := f.Sync(); err != nil {
		return final{err}
	}
	d.progress(n, total, true)
	return f.Close()
}

// accept checks the answer to a request for the bytes from have on, and
// returns the size of the whole file, 0 if it is unknown.
func (d *download) accept(resp *http.Response, have int64) (int64, error) {
	var total int64
	switch code := resp.StatusCode; {
	case code == http.StatusOK:
		total = max(resp.ContentLength, 0)
	case code == http.StatusPartialContent && have > 0:
		var first, last int64
		var of string
		if _, err := fmt.Sscanf(resp.Header.Get("Content-Range"), "bytes %d-%d/%s", &first, &last, &of); err != nil || first != have || last < first {
			return 0, errRestart
		}
		total, _ = strconv.ParseInt(of, 10, 64) // or *, unknown
	case code == http.StatusRequestedRangeNotSatisfiable && have > 0:
		return 0, errRestart
	case code == http.StatusTooManyRequests || code == http.StatusRequestTimeout || code >= 500:
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return 0, retryAfter{fmt.Errorf("the server answers %s", resp.Status), time.Duration(min(max(seconds, 0), 3600)) * time.Second}
	default:
		return 0, final{fmt.Errorf("the server answers %s", resp.Status)}
	}
	if d.Size > 0 && total > 0 && total != d.Size {
		if have > 0 && resp.StatusCode == http.StatusPartialContent {
			return 0, errRestart
		}
		return 0, final{fmt.Errorf("the server offers %d bytes where %d were expected; does a proxy or a login page answer in its place? %w", total, d.Size, ErrChecksum)}
	}
	if total == 0 && d.Size > 0 {
		total = d.Size
	}
	return total, nil
}

// retryAfter is an error with the time the server wants to be left alone.
type retryAfter struct {
	error
	wait time.Duration
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
			if d.Size > 0 && n+int64(k) > d.Size {
				return n, final{fmt.Errorf("more than the %d bytes expected arrive: %w", d.Size, ErrChecksum)}
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

// unreachable tells what kind of failure it is that no answer came.
func unreachable(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	var cert *tls.CertificateVerificationError
	if errors.As(err, &cert) {
		return final{fmt.Errorf("%w; does a proxy inspect the connection?", err)}
	}
	var op *net.OpError
	var dns *net.DNSError
	if errors.As(err, &op) || errors.As(err, &dns) {
		return fmt.Errorf("%w: %w", ErrOffline, err)
	}
	return err
}
