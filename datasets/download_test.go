package datasets

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// archiveOf returns n bytes for a server to send, with their checksum.
func archiveOf(n int) ([]byte, string) {
	b := make([]byte, n)
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	sum := md5.Sum(b)
	return b, hex.EncodeToString(sum[:])
}

// serve sends content, and lets http do ranges and ETags.
func serve(w http.ResponseWriter, r *http.Request, content []byte) {
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

// cutAfter sends what is asked for, but for n bytes of it at most, and then
// breaks the connection.
func cutAfter(w http.ResponseWriter, r *http.Request, content []byte, n int) {
	serve(&cutter{w, n}, r, content)
}

type cutter struct {
	http.ResponseWriter
	left int
}

func (c *cutter) Write(p []byte) (int, error) {
	if len(p) <= c.left {
		c.left -= len(p)
		return c.ResponseWriter.Write(p)
	}
	c.ResponseWriter.Write(p[:c.left])
	c.ResponseWriter.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// bytesOf returns the size of a file, 0 where there is none.
func bytesOf(name string) int64 {
	info, err := os.Stat(name)
	if err != nil {
		return 0
	}
	return info.Size()
}

// quick is a configuration with short waits.
func quick(t *testing.T, url string, content []byte, sum string) DownloadConfig {
	return DownloadConfig{URL: url + "/a.tar.gz", MD5: sum, Size: int64(len(content)), CacheDir: t.TempDir(),
		Stall: 2 * time.Second, Retries: 2, Pause: time.Millisecond}
}

// TestDownload fetches from servers that misbehave and come round in the end.
func TestDownload(t *testing.T) {
	content, sum := archiveOf(300_000)
	other, _ := archiveOf(200_000)
	for _, c := range []struct {
		name     string
		part     []byte // there from before
		handler  func(n int, w http.ResponseWriter, r *http.Request)
		requests int
	}{
		{"good", nil, func(_ int, w http.ResponseWriter, r *http.Request) { serve(w, r, content) }, 1},
		{"cuts", nil, func(n int, w http.ResponseWriter, r *http.Request) {
			if (r.Header.Get("Range") == "") != (n == 0) {
				t.Errorf("request %d has the range %q", n, r.Header.Get("Range"))
			}
			cutAfter(w, r, content, 40_000)
		}, 8},
		{"cuts, with ETag", nil, func(n int, w http.ResponseWriter, r *http.Request) {
			if want := []string{"", `"v1"`}[min(n, 1)]; r.Header.Get("If-Range") != want {
				t.Errorf("request %d has If-Range %q", n, r.Header.Get("If-Range"))
			}
			w.Header().Set("ETag", `"v1"`)
			cutAfter(w, r, content, 160_000)
		}, 2},
		{"changes while cut", nil, func(n int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", fmt.Sprintf(`"v%d"`, n))
			if n == 0 {
				cutAfter(w, r, append(other, make([]byte, 100_000)...), 50_000)
			}
			serve(w, r, content)
		}, 2},
		{"ignores Range", nil, func(n int, w http.ResponseWriter, r *http.Request) {
			r.Header.Del("Range")
			if n == 0 {
				cutAfter(w, r, content, 50_000)
			}
			serve(w, r, content)
		}, 2},
		{"stalls", nil, func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 0 {
				w.Header().Set("Content-Length", fmt.Sprint(len(content)))
				w.Write(content[:50_000])
				w.(http.Flusher).Flush()
				<-r.Context().Done()
				return
			}
			serve(w, r, content)
		}, 2},
		{"stalls before answering", nil, func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 0 {
				<-r.Context().Done()
				return
			}
			serve(w, r, content)
		}, 2},
		{"is busy", nil, func(n int, w http.ResponseWriter, r *http.Request) {
			if n < 2 {
				w.Header().Set("Retry-After", "0")
				w.WriteHeader([]int{503, 429}[n])
				return
			}
			serve(w, r, content)
		}, 3},
		{"says no length", nil, func(_ int, w http.ResponseWriter, r *http.Request) {
			w.Write(content[:1000])
			w.(http.Flusher).Flush()
			w.Write(content[1000:])
		}, 1},
		{"answers with another range", content[:1000], func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 0 {
				w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", len(content)-1, len(content)))
				w.WriteHeader(http.StatusPartialContent)
				w.Write(content)
				return
			}
			serve(w, r, content)
		}, 2},
		{"part of another file", other[:1000], func(n int, w http.ResponseWriter, r *http.Request) { serve(w, r, content) }, 2},
		{"part too long", append(bytes.Clone(content), 1), func(n int, w http.ResponseWriter, r *http.Request) { serve(w, r, content) }, 1},
		{"part whole", content, func(n int, w http.ResponseWriter, r *http.Request) { t.Error("a request") }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				c.handler(int(requests.Add(1))-1, w, r)
			}))
			defer server.Close()
			cfg := quick(t, server.URL, content, sum)
			if c.part != nil {
				if err := os.WriteFile(filepath.Join(cfg.CacheDir, "a.tar.gz.part"), c.part, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			var done, total int64
			cfg.Progress = func(d, n int64) { done, total = d, n }
			name, err := Download(context.Background(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, content) {
				t.Errorf("%s has %d bytes (%v)", name, len(got), err)
			}
			if int(requests.Load()) != c.requests {
				t.Errorf("%d requests, want %d", requests.Load(), c.requests)
			}
			if c.requests > 0 && (done != int64(len(content)) || total != done) {
				t.Errorf("the last progress was %d of %d", done, total)
			}
			left, _ := filepath.Glob(filepath.Join(cfg.CacheDir, "*.part*"))
			if len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
			server.Close() // the second time needs no server
			if again, err := Download(context.Background(), cfg); err != nil || again != name {
				t.Errorf("from the cache: %q, %v", again, err)
			}
		})
	}
}

// TestDownloadFails has servers that never come round. No file appears.
func TestDownloadFails(t *testing.T) {
	content, sum := archiveOf(100_000)
	other, _ := archiveOf(100_000 - 1)
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		is      error
		want    []string
		kept    int64
	}{
		{"garbage", func(w http.ResponseWriter, r *http.Request) { serve(w, r, make([]byte, len(content))) }, ErrChecksum, []string{"MD5", sum, "login page"}, 0},
		{"too short", func(w http.ResponseWriter, r *http.Request) { serve(w, r, other) }, ErrChecksum, []string{"offers 99999 bytes", "100000"}, 0},
		{"too long, unannounced", func(w http.ResponseWriter, r *http.Request) {
			for range 20 {
				w.Write(content[:10_000])
				w.(http.Flusher).Flush()
			}
		}, ErrChecksum, []string{"more than the 100000"}, -1},
		{"login page", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("<html>")) }, ErrChecksum, []string{"offers 6 bytes", "login page"}, 0},
		{"announces more than it sends", func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Range") != "" {
				w.WriteHeader(500)
				return
			}
			w.Header().Set("Content-Length", "100000")
			w.Write(content[:60_000])
		}, nil, []string{"500", "60000 bytes are kept"}, 60_000},
		{"not found", http.NotFound, nil, []string{"404"}, 0},
		{"always busy", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(503) }, nil, []string{"503"}, 0},
		{"range never satisfied", func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Range") != "" {
				w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
				return
			}
			cutAfter(w, r, content, 50_000)
		}, nil, []string{"not a part of the file"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(c.handler)
			defer server.Close()
			cfg := quick(t, server.URL, content, sum)
			name, err := Download(context.Background(), cfg)
			if err == nil {
				t.Fatal("no error")
			}
			for _, w := range append(c.want, "datasets: downloading "+server.URL) {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error %q does not say %q", err, w)
				}
			}
			if c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("error %q is not %q", err, c.is)
			}
			if name != "" || bytesOf(filepath.Join(cfg.CacheDir, "a.tar.gz")) != 0 {
				t.Error("there is a file")
			}
			if got := bytesOf(filepath.Join(cfg.CacheDir, "a.tar.gz.part")); c.kept >= 0 && got != c.kept {
				t.Errorf("%d bytes are kept, want %d", got, c.kept)
			}
		})
	}
}

func TestDownloadOffline(t *testing.T) {
	content, sum := archiveOf(1000)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close() // nobody listens there now
	cfg := quick(t, "http://"+l.Addr().String(), content, sum)
	_, err = Download(context.Background(), cfg)
	if !errors.Is(err, ErrOffline) || !strings.Contains(err.Error(), "HTTPS_PROXY") || !strings.Contains(err.Error(), cfg.CacheDir) {
		t.Errorf("offline: %v", err)
	}
	// What is in the cache needs no network.
	if err := os.WriteFile(filepath.Join(cfg.CacheDir, "a.tar.gz"), content, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Download(context.Background(), cfg); err != nil {
		t.Error(err)
	}
	// A file that went bad in the cache is not used.
	if err := os.WriteFile(filepath.Join(cfg.CacheDir, "a.tar.gz"), make([]byte, len(content)), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Download(context.Background(), cfg); !errors.Is(err, ErrOffline) {
		t.Errorf("bad file in the cache: %v", err)
	}
	for _, url := range []string{"ftp://a/b", "a.tar.gz", "https://", "https://example.com", "http://a/%zz"} {
		cfg.URL = url
		if _, err := Download(context.Background(), cfg); err == nil || !strings.Contains(err.Error(), "address") {
			t.Errorf("%q: %v", url, err)
		}
	}
}

func TestDownloadCancelled(t *testing.T) {
	content, sum := archiveOf(300_000)
	ctx, cancel := context.WithCancel(context.Background())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(content)))
		w.Write(content[:200_000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	defer server.Close()
	cfg := quick(t, server.URL, content, sum)
	cfg.Stall = time.Minute
	cfg.Progress = func(done, _ int64) {
		if done >= 1 {
			cancel()
		}
	}
	_, err := Download(ctx, cfg)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "are kept") {
		t.Errorf("cancelled: %v", err)
	}
}
