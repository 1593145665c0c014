package datasets

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestDownloadTwice has two calls at once: one request serves both.
func TestDownloadTwice(t *testing.T) {
	content, sum := archiveOf(50_000)
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		time.Sleep(50 * time.Millisecond)
		serve(w, r, content)
	}))
	defer server.Close()
	cfg := quick(t, server.URL, content, sum)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if _, err := Download(context.Background(), cfg); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if requests.Load() != 1 {
		t.Errorf("%d requests", requests.Load())
	}
}

func TestDownloadProxy(t *testing.T) {
	content, sum := archiveOf(1000)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Host != "imdb.invalid" {
			t.Errorf("the proxy was asked for %v", r.URL)
		}
		serve(w, r, content)
	}))
	defer proxy.Close()
	cfg := quick(t, "http://imdb.invalid", content, sum)
	// http.ProxyFromEnvironment reads the environment once in a process, and
	// may have done so.
	cfg.Client = &http.Client{Transport: &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(proxy.URL) }}}
	if _, err := Download(context.Background(), cfg); err != nil {
		t.Error(err)
	}
}
