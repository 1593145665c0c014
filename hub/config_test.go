package hub

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestNames(t *testing.T) {
	for _, name := range []string{"", "a", "a/", "/a", "a/b/c", "../a", "a/..", "./a", "a/.", "a\\b", "a/b\\c", "a/b c", "a/b\n", "a/bé", "-a/b", "a/b-", "a/.b", "a/b.", "a--b/c",
		"a/b..c", "a/b.git", "a/b?c", "a/b#c", "a/b%2e", "a/b:c", "a/~b", "https://a/b", "a/" + strings.Repeat("b", 97), "C:/b", "a/b@main"} {
		if _, err := Pull(context.Background(), Config{Repo: name}); !errors.Is(err, ErrName) || IsName(name) {
			t.Errorf("repository %q: %v", name, err)
		}
		if _, err := Cached("", name); !errors.Is(err, ErrName) {
			t.Errorf("repository %q: %v", name, err)
		}
	}
	for _, name := range []string{"a/b", "sentence-transformers/all-MiniLM-L6-v2", "BAAI/bge-small-en-v1.5", "_a/b_", "a/" + strings.Repeat("b", 96)} {
		if !IsName(name) {
			t.Errorf("repository %q is refused", name)
		}
	}
	for _, name := range []string{"..", "a/../b", "/a", "a/", "-a", "a//b", "a/.b", "a b", "a\\b", "a\n", "a?b", "a:b", "a^", "a~1", "'a", strings.Repeat("a", 300)} {
		if _, err := Pull(context.Background(), Config{Repo: "a/b", Revision: name}); !errors.Is(err, ErrName) {
			t.Errorf("revision %q: %v", name, err)
		}
	}
	for _, name := range []string{"main", "v1.0", "refs/pr/12", commitA, "feature/a+b"} {
		if err := checkRevision(name); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"", ".", "..", "/a", "a/", "a/b/c", "../a", "a/../b", ".hidden", "a\\b", "C:a", "a b", "con", "NUL.txt", "com1", "a/aux.json", "a.part", "a.part.etag", "a.", "a\x00", "é"} {
		if err := checkFile(name); !errors.Is(err, ErrName) {
			t.Errorf("file %q: %v", name, err)
		}
	}
	for _, endpoint := range []string{"huggingface.co", "ftp://a", "https://", "https://me:secret@a", "https://a?b", "https://a#b", "file:///etc"} {
		if _, err := Pull(context.Background(), Config{Repo: "a/b", Endpoint: endpoint}); !errors.Is(err, ErrName) || strings.Contains(err.Error(), "secret") {
			t.Errorf("endpoint %q: %v", endpoint, err)
		}
	}
	if _, err := Pull(context.Background(), Config{Repo: "a/b", Token: "hf_sec ret"}); !errors.Is(err, ErrName) || strings.Contains(err.Error(), "ret ") {
		t.Errorf("a token with a space: %v", err)
	}
}

func TestEnvironment(t *testing.T) {
	for _, name := range []string{"HF_ENDPOINT", "HF_TOKEN", "HF_HOME", "HF_HUB_OFFLINE"} {
		t.Setenv(name, "")
	}
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	read := func() Config {
		t.Helper()
		c, err := Config{Repo: "a/b", CacheDir: cache}.withDefaults()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	write := func(dir, token string) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, "token"), []byte(token), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if c := read(); c.Endpoint != DefaultEndpoint || c.Token != "" || c.Offline || c.Revision != "main" {
		t.Errorf("no environment: %+v", c)
	}
	write(filepath.Join(cache, "huggingface"), "hf_cache\n")
	if c := read(); c.Token != "hf_cache" {
		t.Errorf("token %q", c.Token)
	}
	home := t.TempDir()
	t.Setenv("HF_HOME", home)
	if c := read(); c.Token != "" {
		t.Errorf("token %q", c.Token)
	}
	write(home, "hf_home")
	if c := read(); c.Token != "hf_home" {
		t.Errorf("token %q", c.Token)
	}
	t.Setenv("HF_TOKEN", " hf_env ")
	t.Setenv("HF_HUB_OFFLINE", "Yes")
	t.Setenv("HF_ENDPOINT", "https://mirror.example/hf/")
	if c := read(); c.Token != "hf_env" || !c.Offline || c.Endpoint != "https://mirror.example/hf" {
		t.Errorf("all set: %+v", c)
	}
	// Not in the clear, but within this machine.
	for endpoint, token := range map[string]string{"http://mirror.example": "", "http://localhost:8080": "hf_env", "http://127.0.0.1:80": "hf_env", "http://[::1]:80": "hf_env"} {
		t.Setenv("HF_ENDPOINT", endpoint)
		if c := read(); c.Token != token {
			t.Errorf("%s is sent the token %q", endpoint, c.Token)
		}
	}
}

// The token goes to the hub, and to no other host that it leads to.
func TestToken(t *testing.T) {
	s := newStandIn(t)
	seen := map[string]map[string]int{}
	var mu sync.Mutex
	s.first = func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if seen[r.Host] == nil {
			seen[r.Host] = map[string]int{}
		}
		seen[r.Host][r.Header.Get("Authorization")]++
	}
	cfg := s.config(t)
	cfg.Token = "hf_secret"
	if _, err := Pull(context.Background(), cfg); err != nil {
		t.Fatal(err)
	}
	hub, elsewhere := strings.TrimPrefix(s.URL, "http://"), strings.TrimPrefix(s.elsewhere.URL, "http://")
	if len(seen[hub]) != 1 || seen[hub]["Bearer hf_secret"] == 0 {
		t.Errorf("the hub was shown %v", seen[hub])
	}
	if len(seen[elsewhere]) != 1 || seen[elsewhere][""] == 0 {
		t.Errorf("the other host was shown %v", seen[elsewhere])
	}
}

// Nor does it go where net/http would send it: to a host below the hub's, and
// from HTTPS to HTTP nothing goes at all.
func TestRedirects(t *testing.T) {
	client := guarded(nil)
	for _, c := range []struct {
		from, to string
		token    bool
		ok       bool
	}{
		{"https://hub.example/a", "https://hub.example/b", true, true},
		{"https://hub.example/a", "https://cdn.hub.example/b", false, true},
		{"https://hub.example/a", "https://hub.example:8443/b", false, true},
		{"http://localhost/a", "https://localhost/b", false, true},
		{"https://hub.example/a", "http://hub.example/b", false, false},
	} {
		first, next := httptest.NewRequest("GET", c.from, nil), httptest.NewRequest("GET", c.to, nil)
		next.Header.Set("Authorization", "Bearer hf_secret")
		err := client.CheckRedirect(next, []*http.Request{first})
		if (err == nil) != c.ok || (next.Header.Get("Authorization") != "") != c.token {
			t.Errorf("%s to %s: %v, %v", c.from, c.to, err, next.Header)
		}
	}
	refused := errors.New("theirs")
	client = guarded(&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return refused }})
	r := httptest.NewRequest("GET", "https://a/", nil)
	if err := client.CheckRedirect(r, []*http.Request{r}); err != refused {
		t.Errorf("the client's own rule: %v", err)
	}
}
