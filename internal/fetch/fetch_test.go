package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// serve runs a handler that is told the number of the request.
func serve(t *testing.T, handler func(n int, w http.ResponseWriter, r *http.Request)) (url string, requests *atomic.Int32) {
	requests = new(atomic.Int32)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler(int(requests.Add(1))-1, w, r) }))
	t.Cleanup(s.Close)
	return s.URL, requests
}

func quick(url string) Request {
	return Request{URL: url, Stall: 2 * time.Second, Retries: 2, Pause: time.Millisecond}
}

// is returns a Verify that demands these bytes.
func is(content []byte) func(string) error {
	want := sha256.Sum256(content)
	return func(name string) error {
		got, err := Sum(context.Background(), name, sha256.New())
		if err == nil && got != hex.EncodeToString(want[:]) {
			err = fmt.Errorf("SHA-256 %s: %w", got, ErrChecksum)
		}
		return err
	}
}

func TestFileOfUnknownSize(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789"), 5000)
	for _, c := range []struct {
		limit int64
		says  string
	}{{0, ""}, {50_000, ""}, {49_999, "49999"}} {
		for _, stated := range []bool{true, false} {
			url, _ := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
				if stated {
					w.Header().Set("Content-Length", fmt.Sprint(len(content)))
				} else {
					w.(http.Flusher).Flush()
				}
				w.Write(content)
			})
			path := filepath.Join(t.TempDir(), "a")
			err := File{Request: quick(url), Path: path, Size: -1, Limit: c.limit, Verify: is(content)}.Get(context.Background())
			if c.says == "" {
				if got, read := os.ReadFile(path); err != nil || read != nil || !bytes.Equal(got, content) {
					t.Errorf("limit %d, length stated %v: %v, %d bytes", c.limit, stated, err, len(got))
				}
			} else if _, there := os.Stat(path); !errors.Is(err, ErrChecksum) || !strings.Contains(err.Error(), c.says) || there == nil {
				t.Errorf("limit %d, length stated %v: %v", c.limit, stated, err)
			}
		}
	}
}

// Nobody is asked for a file that has no bytes.
func TestFileEmpty(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	if err := (File{Request: quick("http://nobody.invalid"), Path: path, Verify: is(nil)}).Get(context.Background()); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() != 0 {
		t.Error(info, err)
	}
}

// A file that changed between two connections, on a server that does not look
// at If-Range, is fetched once more.
func TestFileChanged(t *testing.T) {
	old, content := bytes.Repeat([]byte("a"), 40_000), bytes.Repeat([]byte("b"), 40_000)
	url, requests := serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
		r.Header.Del("If-Range")
		if n == 0 {
			w.Header().Set("Content-Length", "40000")
			w.Write(old[:10_000])
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
	})
	path := filepath.Join(t.TempDir(), "a")
	err := File{Request: quick(url), Path: path, Size: 40_000, Verify: is(content)}.Get(context.Background())
	if got, _ := os.ReadFile(path); err != nil || !bytes.Equal(got, content) || requests.Load() != 3 {
		t.Errorf("%v after %d requests", err, requests.Load())
	}
}

func TestBytes(t *testing.T) {
	url, requests := serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
		switch n {
		case 0:
			w.WriteHeader(503)
		case 1: // cut
			w.Header().Set("Content-Length", "10")
			w.Write([]byte("01234"))
		default:
			w.Write([]byte("0123456789"))
		}
	})
	if got, err := quick(url).Bytes(context.Background(), 10); err != nil || string(got) != "0123456789" || requests.Load() != 3 {
		t.Errorf("%q, %v after %d requests", got, err, requests.Load())
	}
	if _, err := quick(url).Bytes(context.Background(), 9); !errors.Is(err, ErrChecksum) {
		t.Errorf("more than the limit: %v", err)
	}
	url, requests = serve(t, func(n int, w http.ResponseWriter, r *http.Request) { http.Error(w, "no", http.StatusForbidden) })
	var status *StatusError
	if _, err := quick(url).Bytes(context.Background(), 9); !errors.As(err, &status) || status.Code != 403 || requests.Load() != 1 {
		t.Errorf("forbidden: %v after %d requests", err, requests.Load())
	}
}

// What Answered and CheckRedirect refuse is not asked for again, and a signed
// address is not shown.
func TestRefused(t *testing.T) {
	url, requests := serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/from" {
			http.Redirect(w, r, "/to?signature=secret", http.StatusFound)
		}
	})
	r := quick(url + "/from")
	r.Client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return &RedirectError{"not there"} }}
	if _, err := r.Bytes(context.Background(), 9); err == nil || !strings.Contains(err.Error(), "not there") || strings.Contains(err.Error(), "secret") || requests.Load() != 1 {
		t.Errorf("%v after %d requests", err, requests.Load())
	}
	r = quick(url + "/from")
	r.Answered = func(resp *http.Response) error {
		if before := resp.Request.Response; before == nil || before.StatusCode != http.StatusFound {
			t.Errorf("the answer before is %v", before)
		}
		return ErrChecksum
	}
	if _, err := r.Bytes(context.Background(), 9); !errors.Is(err, ErrChecksum) || requests.Load() != 3 {
		t.Errorf("%v after %d requests", err, requests.Load())
	}
}
