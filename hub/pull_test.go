package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestPull(t *testing.T) {
	s := newStandIn(t)
	cfg := s.config(t)
	var done, total int64
	cfg.Progress = func(d, n int64) { done, total = d, n }
	dir, err := Pull(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(cfg.CacheDir, "acme--tiny-encoder", commitA); dir != want {
		t.Errorf("directory %s, want %s", dir, want)
	}
	checkWhole(t, dir, s.trees[commitA])
	snap, err := Cached(cfg.CacheDir, repo)
	if err != nil || snap.Dir != dir || snap.Commit != commitA || snap.Revision != "main" || len(snap.Files) != len(needed) {
		t.Errorf("cached: %+v, %v", snap, err)
	}
	if done != snap.Bytes() || total != done {
		t.Errorf("the last progress was %d of %d, want %d", done, total, snap.Bytes())
	}
	if n := len(s.asked()); n != len(needed)+1 { // the listing, a redirect, and nobody is asked for the file without bytes
		t.Errorf("%d requests", n)
	}

	// A second pull asks what main is now, one of a commit asks nothing.
	for _, revision := range []string{"main", "v1", commitA} {
		cfg.Revision = revision
		if again, err := Pull(context.Background(), cfg); err != nil || again != dir {
			t.Errorf("%s: %s, %v", revision, again, err)
		}
		want := 1
		if revision == commitA {
			want = 0
		}
		if asked := s.asked(); len(asked) != want {
			t.Errorf("%s: asked for %q", revision, asked)
		}
	}

	// main moves on, and the commit before stays.
	s.trees[commitB] = tiny()
	s.trees[commitB]["config.json"] = []byte(`{"model_type": "roberta"}`)
	s.heads["main"] = commitB
	cfg.Revision = ""
	later, err := Pull(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	checkWhole(t, later, s.trees[commitB])
	checkWhole(t, dir, s.trees[commitA])
	if snap, err := Cached(cfg.CacheDir, repo); err != nil || snap.Dir != later {
		t.Errorf("cached: %+v, %v", snap, err)
	}
}

func TestFind(t *testing.T) {
	s := newStandIn(t)
	cfg := s.config(t)
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir()) // of macOS
	t.Setenv("LocalAppData", t.TempDir())
	t.Setenv("HF_ENDPOINT", s.URL+"/")
	cfg.CacheDir, cfg.Endpoint = "", ""
	for _, name := range []string{repo, "tiny-encoder", "../acme/tiny-encoder", "acme/../x", ""} {
		if dir, ok := Find(name); ok {
			t.Errorf("%q is %s", name, dir)
		}
	}
	dir, err := Pull(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if found, ok := Find(repo); !ok || found != dir {
		t.Errorf("found %q, %v, want %s", found, ok, dir)
	}
	if err := os.Truncate(filepath.Join(dir, "vocab.txt"), 1); err != nil {
		t.Fatal(err)
	}
	if _, ok := Find(repo); ok {
		t.Error("a model with half a vocabulary is found")
	}
}

// Shards, and an encoder in a folder of its own, as sentence-transformers once
// wrote it; a linear layer in another.
func TestPullShards(t *testing.T) {
	s := newStandIn(t)
	for _, folder := range []string{"", "0_Transformer/"} {
		tr := tree{
			"modules.json":                          fmt.Appendf(nil, `[{"path": %q}, {"path": "1_Pooling"}, {"path": "2_Dense"}]`, strings.TrimSuffix(folder, "/")),
			"1_Pooling/config.json":                 []byte("{}"),
			"2_Dense/config.json":                   []byte("{}"),
			"2_Dense/model.safetensors":             noise(100, 7),
			folder + "config.json":                  []byte("{}"),
			folder + "vocab.json":                   []byte("{}"),
			folder + "merges.txt":                   []byte("#version: 0.2\n"),
			folder + "model.safetensors.index.json": []byte(`{"weight_map": {"a": "model-2.safetensors", "b": "model-1.safetensors", "c": "model-2.safetensors"}}`),
			folder + "model-1.safetensors":          noise(1000, 4),
			folder + "model-2.safetensors":          noise(1000, 5),
			"flax/model-3.safetensors":              noise(1000, 6),
		}
		s.trees[commitA] = tr
		cfg := s.config(t)
		dir, err := Pull(context.Background(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		got := files(t, dir)
		if len(got) != len(tr)-1 {
			t.Errorf("%d files, want %d", len(got), len(tr)-1)
		}
		for name := range got {
			if string(got[name]) != string(tr[name]) {
				t.Errorf("%s is another", name)
			}
		}
	}
}

// A mirror whose listing states neither sizes nor checksums, but whose answers
// do, serves as well; one that states none at all does not.
func TestPullFromMirror(t *testing.T) {
	s := newStandIn(t)
	s.listing = func(a map[string]any) {
		for _, f := range a["siblings"].([]any) {
			f := f.(map[string]any)
			delete(f, "size")
			delete(f, "blobId")
			delete(f, "lfs")
		}
	}
	cfg := s.config(t)
	dir, err := Pull(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	checkWhole(t, dir, s.trees[commitA])
	s.bare = true
	cfg = s.config(t)
	if _, err := Pull(context.Background(), cfg); !errors.Is(err, ErrChecksum) || !strings.Contains(err.Error(), "nothing that the hub says states a checksum") {
		t.Errorf("no checksum at all: %v", err)
	}
	checkNone(t, cfg)
}

// What is cached serves without a network; what is not, or is damaged, does not.
func TestPullOffline(t *testing.T) {
	s := newStandIn(t)
	cfg := s.config(t)
	offline := cfg
	offline.Offline = true
	if _, err := Pull(context.Background(), offline); !errors.Is(err, ErrOffline) || !strings.Contains(err.Error(), "HF_HUB_OFFLINE") {
		t.Errorf("nothing cached: %v", err)
	}
	dir, err := Pull(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.asked()
	t.Setenv("HF_HUB_OFFLINE", "true")
	for _, revision := range []string{"", "main", commitA} {
		cfg.Revision = revision
		if got, err := Pull(context.Background(), cfg); err != nil || got != dir {
			t.Errorf("%q: %s, %v", revision, got, err)
		}
	}
	cfg.Revision = "v2"
	if _, err := Pull(context.Background(), cfg); !errors.Is(err, ErrOffline) || !strings.Contains(err.Error(), `"v2"`) {
		t.Errorf("another revision: %v", err)
	}
	cfg.Revision = ""
	if err := os.WriteFile(filepath.Join(dir, "README.md"), []byte("# Tiny\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Pull(context.Background(), cfg); !errors.Is(err, ErrChecksum) {
		t.Errorf("damaged: %v", err)
	}
	if asked := s.asked(); len(asked) != 0 {
		t.Errorf("asked for %q", asked)
	}
	s.Close()
	t.Setenv("HF_HUB_OFFLINE", "0")
	if _, err := Pull(context.Background(), cfg); !errors.Is(err, ErrOffline) || !strings.Contains(err.Error(), "HF_ENDPOINT") {
		t.Errorf("nobody listens: %v", err)
	}
}

// A pull mends what was damaged, fetches no file twice, and leaves nothing.
func TestPullMends(t *testing.T) {
	s := newStandIn(t)
	for name, damage := range map[string]func(home, dir string) error{
		"a file changed": func(_, dir string) error { return os.WriteFile(filepath.Join(dir, "LICENSE"), []byte("none"), 0o644) },
		"a file gone":    func(_, dir string) error { return os.Remove(filepath.Join(dir, "LICENSE")) },
		"a directory in its place": func(_, dir string) error {
			os.Remove(filepath.Join(dir, "LICENSE"))
			return os.Mkdir(filepath.Join(dir, "LICENSE"), 0o755)
		},
		"cut off before the list": func(home, _ string) error { return os.Remove(filepath.Join(home, stateFile)) },
		"a list that is none":     func(home, _ string) error { return os.WriteFile(filepath.Join(home, stateFile), []byte("{"), 0o644) },
		"cut off before the name": func(home, dir string) error {
			os.Remove(filepath.Join(home, stateFile))
			os.WriteFile(filepath.Join(dir, "x.part"), nil, 0o644)
			return os.Rename(dir, dir+".part")
		},
	} {
		cfg := s.config(t)
		dir, err := Pull(context.Background(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := damage(filepath.Dir(dir), dir); err != nil {
			t.Fatal(err)
		}
		if _, err := Cached(cfg.CacheDir, repo); err == nil && name != "a file changed" {
			t.Errorf("%s: taken for a model", name)
		}
		s.asked()
		again, err := Pull(context.Background(), cfg)
		if name == "a directory in its place" { // nothing of the user's own is thrown away
			if err == nil {
				t.Errorf("%s: no error", name)
			}
			continue
		}
		if err != nil || again != dir {
			t.Errorf("%s: %s, %v", name, again, err)
			continue
		}
		checkWhole(t, dir, s.trees[commitA])
		if asked := s.asked(); len(asked) > 2 {
			t.Errorf("%s: asked for %q", name, asked)
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), "*.part*")); len(left) > 0 {
			t.Errorf("%s: left behind %q", name, left)
		}
	}
}

// Of pulls at once one fetches.
func TestPullTwice(t *testing.T) {
	s := newStandIn(t)
	s.first = func(http.ResponseWriter, *http.Request) { time.Sleep(5 * time.Millisecond) }
	cfg := s.config(t)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if _, err := Pull(context.Background(), cfg); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	asked := s.asked()
	slices.Sort(asked)
	if n := len(slices.Compact(asked)); n != len(needed)+1 {
		t.Errorf("%d different requests", n)
	}
	if n := len(asked); n != len(needed)+3 {
		t.Errorf("%d requests", n)
	}
}

func TestPullCancelled(t *testing.T) {
	s := newStandIn(t)
	ctx, cancel := context.WithCancel(context.Background())
	s.first = func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "vocab.txt") {
			cancel()
			<-r.Context().Done()
		}
	}
	cfg := s.config(t)
	if _, err := Pull(ctx, cfg); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	checkNone(t, cfg)
}
