package hub

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// No test of this package reaches the hub itself: tests run where there is no
// network. A server of the tests' own stands in for it, which answers as the
// hub's documentation says and as was seen of it.

const (
	repo    = "acme/tiny-encoder"
	commitA = "0123456789abcdef0123456789abcdef01234567"
	commitB = "89abcdef0123456789abcdef0123456789abcdef"
)

// tree is what a repository holds at a commit. What ends in .safetensors or
// .bin lies outside git.
type tree map[string][]byte

func noise(n int, seed uint64) []byte {
	b := make([]byte, n)
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

// tiny is a repository with an encoder, and more.
func tiny() tree {
	return tree{
		"config.json": []byte(`{"model_type": "bert"}`), "model.safetensors": noise(90_000, 1), "vocab.txt": []byte("[PAD]\n[UNK]\n"),
		"tokenizer.json": []byte("{}"), "tokenizer_config.json": []byte("{}"), "special_tokens_map.json": []byte("{}"), "added_tokens.json": nil,
		"modules.json": []byte(`[{"idx": 0, "path": ""}, {"idx": 1, "path": "1_Pooling"}, {"idx": 2, "path": "2_Normalize"}]`), "1_Pooling/config.json": []byte(`{"a": 1}`),
		"sentence_bert_config.json": []byte("{}"), "config_sentence_transformers.json": []byte("{}"), "README.md": []byte("# tiny\n"), "LICENSE": []byte("Apache-2.0\n"),
		"pytorch_model.bin": noise(1000, 2), "onnx/model.onnx": noise(100, 3), ".gitattributes": []byte("*\n"), "train.py": []byte("import os\n"), "../evil": []byte("x"),
	}
}

// needed are the files of tiny that are pulled.
var needed = []string{"1_Pooling/config.json", "LICENSE", "README.md", "added_tokens.json", "config.json", "config_sentence_transformers.json", "model.safetensors",
	"modules.json", "sentence_bert_config.json", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt"}

func outsideGit(name string) bool {
	return strings.HasSuffix(name, ".safetensors") || strings.HasSuffix(name, ".bin")
}

func sha256Of(b []byte) string { s := sha256.Sum256(b); return hex.EncodeToString(s[:]) }

func blobOf(b []byte) string {
	s := sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(b), b))
	return hex.EncodeToString(s[:])
}

// standIn serves a repository as the hub does: files outside git by a redirect
// to another host. Its fields may be changed between requests.
type standIn struct {
	*httptest.Server
	elsewhere *httptest.Server // where the redirects lead

	mu       sync.Mutex
	trees    map[string]tree   // by commit
	heads    map[string]string // commits by branch
	requests []string          // paths, in order
	first    http.HandlerFunc  // may answer in the hub's place: its Header "X-Done" says so
	listing  func(answer map[string]any)
	bare     bool // states no checksum and no size
}

func newStandIn(t *testing.T) *standIn {
	s := &standIn{trees: map[string]tree{commitA: tiny()}, heads: map[string]string{"main": commitA, "v1": commitA}}
	handler := func(files http.HandlerFunc) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.mu.Lock()
			s.requests = append(s.requests, r.URL.Path)
			first := s.first
			s.mu.Unlock()
			if first != nil {
				if first(w, r); w.Header().Get("X-Done") != "" {
					return
				}
			}
			files(w, r)
		})
	}
	s.elsewhere = httptest.NewServer(handler(s.content))
	s.Server = httptest.NewServer(handler(s.hub))
	t.Cleanup(s.Close)
	t.Cleanup(s.elsewhere.Close)
	return s
}

func (s *standIn) hub(w http.ResponseWriter, r *http.Request) {
	if revision, ok := strings.CutPrefix(r.URL.Path, "/api/models/"+repo+"/revision/"); ok && r.URL.Query().Get("blobs") == "true" {
		commit := s.heads[revision]
		if s.trees[revision] != nil {
			commit = revision
		}
		if commit == "" {
			w.Header().Set("X-Error-Code", "RevisionNotFound")
			w.WriteHeader(http.StatusNotFound)
			return
		}
		json.NewEncoder(w).Encode(s.answer(commit))
		return
	}
	commit, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"+repo+"/resolve/"), "/")
	content, ok := s.trees[commit][name]
	switch {
	case !ok:
		w.Header().Set("X-Error-Code", "EntryNotFound")
		w.WriteHeader(http.StatusNotFound)
	case outsideGit(name):
		if !s.bare {
			w.Header().Set("X-Linked-Etag", `"`+sha256Of(content)+`"`)
			w.Header().Set("X-Repo-Commit", commit)
		}
		http.Redirect(w, r, s.elsewhere.URL+"/"+commit+"/"+name+"?signature=secret", http.StatusFound)
	default:
		if !s.bare {
			w.Header().Set("ETag", `"`+blobOf(content)+`"`)
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
	}
}

// content serves the other host's files.
func (s *standIn) content(w http.ResponseWriter, r *http.Request) {
	commit, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	w.Header().Set("ETag", `"`+strings.Repeat("e", 64)+`"`) // a hash of the store's own
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(s.trees[commit][name]))
}

// answer is what the hub says about a commit.
func (s *standIn) answer(commit string) map[string]any {
	var siblings []any
	for _, name := range slices.Sorted(maps.Keys(s.trees[commit])) {
		content := s.trees[commit][name]
		f := map[string]any{"rfilename": name}
		if !s.bare {
			f["size"], f["blobId"] = len(content), blobOf(content)
			if outsideGit(name) {
				f["blobId"] = blobOf([]byte("a pointer"))
				f["lfs"] = map[string]any{"sha256": sha256Of(content), "size": len(content), "pointerSize": 134}
			}
		}
		siblings = append(siblings, f)
	}
	answer := map[string]any{"id": repo, "sha": commit, "private": false, "siblings": siblings, "tags": []any{"bert"}}
	if s.listing != nil {
		s.listing(answer)
	}
	return answer
}

// sibling returns what an answer says about a file.
func sibling(answer map[string]any, name string) map[string]any {
	for _, f := range answer["siblings"].([]any) {
		if f := f.(map[string]any); f["rfilename"] == name {
			return f
		}
	}
	panic("no file " + name)
}

// asked returns the paths asked for since the last call.
func (s *standIn) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.requests
	s.requests = nil
	return list
}

// config pulls from the stand-in with short waits, and knows no environment.
func (s *standIn) config(t *testing.T) Config {
	for _, name := range []string{"HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE"} {
		t.Setenv(name, "")
	}
	t.Setenv("HF_HOME", t.TempDir())
	return Config{Repo: repo, Endpoint: s.URL, CacheDir: t.TempDir(), Stall: 2 * time.Second, Retries: 2, Pause: time.Millisecond}
}

// files reads all files below a directory.
func files(t *testing.T, dir string) tree {
	t.Helper()
	got := tree{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		got[filepath.ToSlash(rel)] = content
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// checkWhole fails the test unless a directory holds what is needed of a tree,
// and nothing else.
func checkWhole(t *testing.T, dir string, want tree) {
	t.Helper()
	got := files(t, dir)
	if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, needed) {
		t.Errorf("the directory holds %q, want %q", names, needed)
	}
	for _, name := range needed {
		if !bytes.Equal(got[name], want[name]) {
			t.Errorf("%s is another", name)
		}
	}
}

// checkNone fails the test if a name stands for a model.
func checkNone(t *testing.T, cfg Config) {
	t.Helper()
	if s, err := Cached(cfg.CacheDir, cfg.Repo); err == nil {
		t.Errorf("%s is taken for a model", s.Dir)
	}
	entries, _ := os.ReadDir(home(cfg.CacheDir, cfg.Repo))
	for _, e := range entries {
		if commitID.MatchString(path.Base(e.Name())) {
			t.Errorf("there is a directory %s", e.Name())
		}
	}
}
