package hub

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestPullRefuses has repositories and servers that are not as they should be.
// No model appears.
func TestPullRefuses(t *testing.T) {
	weights := func(change func(f map[string]any)) func(*standIn) {
		return func(s *standIn) { s.listing = func(a map[string]any) { change(sibling(a, "model.safetensors")) } }
	}
	without := func(names ...string) func(*standIn) {
		return func(s *standIn) {
			for _, name := range names {
				delete(s.trees[commitA], name)
			}
		}
	}
	with := func(name, content string) func(*standIn) {
		return func(s *standIn) { s.trees[commitA][name] = []byte(content) }
	}
	answer := func(change func(a map[string]any)) func(*standIn) {
		return func(s *standIn) { s.listing = change }
	}
	status := func(where string, code int, header ...string) func(*standIn) {
		return func(s *standIn) {
			s.first = func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, where) {
					w.Header().Set("X-Done", "1")
					for i := 0; i < len(header); i += 2 {
						w.Header().Set(header[i], header[i+1])
					}
					w.WriteHeader(code)
				}
			}
		}
	}
	for _, c := range []struct {
		name string
		make func(*standIn)
		is   error
		says []string
	}{
		{"only a pickle", without("model.safetensors"), ErrNoEncoder, []string{"pytorch_model.bin", "python -c", "SentenceTransformer", "'acme/tiny-encoder', revision='main'"}},
		{"only a pickle, of transformers", without("model.safetensors", "modules.json"), ErrNoEncoder, []string{"python -c", "AutoModel.from_pretrained(**a).save_pretrained('tiny-encoder')"}},
		{"no weights", without("model.safetensors", "pytorch_model.bin"), ErrNoEncoder, []string{"neither model.safetensors nor"}},
		{"no config.json", without("config.json"), ErrNoEncoder, []string{"config.json: the hub does not list it"}},
		{"no tokenizer", without("tokenizer.json", "vocab.txt"), ErrNoEncoder, []string{"no tokenizer.json, no vocab.txt"}},
		{"modules that climb", with("modules.json", `[{"path": "../.."}]`), ErrNoEncoder, []string{`"../.."`, "name of a folder"}},
		{"modules that hide", with("modules.json", `[{"path": ""}, {"path": ".ssh"}]`), ErrNoEncoder, []string{`".ssh"`}},
		{"modules without a folder", with("modules.json", `[{"path": ""}, {"path": ""}]`), ErrNoEncoder, []string{"module 1"}},
		{"modules that are none", with("modules.json", `<html>`), ErrNoEncoder, []string{"modules.json"}},
		{"shards that climb", func(s *standIn) {
			without("model.safetensors")(s)
			with("model.safetensors.index.json", `{"weight_map": {"a": "../x.safetensors"}}`)(s)
		}, ErrNoEncoder, []string{`"../x.safetensors"`}},
		{"shards that are pickles", func(s *standIn) {
			without("model.safetensors")(s)
			with("model.safetensors.index.json", `{"weight_map": {"a": "pytorch_model.bin"}}`)(s)
		}, ErrNoEncoder, []string{`"pytorch_model.bin"`}},
		{"shards that are not there", func(s *standIn) {
			without("model.safetensors")(s)
			with("model.safetensors.index.json", `{"weight_map": {"a": "x.safetensors"}}`)(s)
		}, ErrNoEncoder, []string{"x.safetensors: the hub does not list it"}},
		{"shards of two cases", func(s *standIn) {
			without("model.safetensors")(s)
			with("model.safetensors.index.json", `{"weight_map": {"a": "x.safetensors", "b": "X.safetensors"}}`)(s)
			with("x.safetensors", "a")(s)
			with("X.safetensors", "b")(s)
		}, ErrNoEncoder, []string{"one file on some systems"}},

		{"absurd weights", weights(func(f map[string]any) {
			f["size"] = int64(1) << 50
			f["lfs"].(map[string]any)["size"] = int64(1) << 50
		}), ErrNoEncoder, []string{"1125899906842624 bytes", "at most"}},
		{"absurd settings", answer(func(a map[string]any) { sibling(a, "config.json")["size"] = 1 << 30 }), ErrNoEncoder, []string{"config.json has 1073741824 bytes"}},
		{"two sizes", weights(func(f map[string]any) { f["size"] = 5 }), nil, []string{"the sizes 5 and 90000"}},
		{"a negative size", weights(func(f map[string]any) { f["size"] = -5 }), nil, []string{"the size -5"}},
		{"a size too small", weights(func(f map[string]any) { f["size"], f["lfs"].(map[string]any)["size"] = 80_000, 80_000 }), ErrChecksum, []string{"offers 90000 bytes where 80000"}},
		{"a size too large", weights(func(f map[string]any) { f["size"], f["lfs"].(map[string]any)["size"] = 99_000, 99_000 }), ErrChecksum, []string{"offers 90000 bytes where 99000"}},
		{"another SHA-256", weights(func(f map[string]any) { f["lfs"].(map[string]any)["sha256"] = strings.Repeat("a", 64) }), ErrChecksum, []string{"announces the SHA-256"}},
		{"no SHA-256", weights(func(f map[string]any) { f["lfs"].(map[string]any)["sha256"] = "a" }), nil, []string{`"a"`, "64"}},
		{"another git blob", answer(func(a map[string]any) { sibling(a, "vocab.txt")["blobId"] = commitB }), ErrChecksum, []string{"announces the git blob", commitB}},
		{"no git blob", answer(func(a map[string]any) { sibling(a, "vocab.txt")["blobId"] = "XYZ" }), nil, []string{`"XYZ"`}},
		{"another commit than it says", status("/resolve/", 200, "X-Repo-Commit", commitB), ErrChecksum, []string{commitB}},
		{"a file twice", answer(func(a map[string]any) { a["siblings"] = append(a["siblings"].([]any), sibling(a, "vocab.txt")) }), nil, []string{`"vocab.txt" twice`}},
		{"a file without a name", answer(func(a map[string]any) { delete(sibling(a, "vocab.txt"), "rfilename") }), nil, []string{"without a name"}},
		{"no files", answer(func(a map[string]any) { delete(a, "siblings") }), nil, []string{"0 files"}},
		{"a commit that climbs", answer(func(a map[string]any) { a["sha"] = "../../../../../../../../../../../../../../" }), nil, []string{"want 40 hexadecimal digits"}},
		{"a login page", func(s *standIn) {
			s.first = func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-Done", "1")
				w.Write([]byte("<html>"))
			}
		}, nil, []string{"login page"}},

		{"unknown", status("/api/", 401, "X-Error-Code", "RepoNotFound"), nil, []string{"401", "no such repository", "HF_TOKEN"}},
		{"unauthorised", status("/api/", 401), nil, []string{"401", "HF_TOKEN"}},
		{"gated", status("/resolve/", 403, "X-Error-Code", "GatedRepo"), nil, []string{"403", "terms", "/acme/tiny-encoder"}},
		{"not found", status("/api/", 404), nil, []string{"404", "no such repository"}},
		{"no such revision", func(s *standIn) { s.heads = nil }, nil, []string{"404", `no revision "main"`}},
		{"listed and not there", status("tokenizer.json", 404, "X-Error-Code", "EntryNotFound"), nil, []string{"tokenizer.json", "404", "lists the file"}},
		{"busy", status("/resolve/", 429, "Retry-After", "0"), nil, []string{"429"}},
		{"broken", status("/api/", 500), nil, []string{"500"}},
		{"redirects without end", func(s *standIn) {
			s.first = func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-Done", "1")
				http.Redirect(w, r, r.URL.Path, http.StatusFound)
			}
		}, nil, []string{"ten in a row"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStandIn(t)
			c.make(s)
			cfg := s.config(t)
			_, err := Pull(context.Background(), cfg)
			if err == nil {
				t.Fatal("no error")
			}
			for _, w := range append(c.says, "hub: pulling "+repo) {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error %q does not say %q", err, w)
				}
			}
			if c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("error %q is not %q", err, c.is)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("error %q tells a signature", err)
			}
			checkNone(t, cfg)
			if _, err := os.Stat(filepath.Join(cfg.CacheDir, "x.safetensors")); err == nil {
				t.Error("a file lies outside")
			}
		})
	}
}

// A commit that was asked for is the commit that comes.
func TestPullOtherCommit(t *testing.T) {
	s := newStandIn(t)
	s.listing = func(a map[string]any) { a["sha"] = commitB }
	cfg := s.config(t)
	cfg.Revision = commitA
	if _, err := Pull(context.Background(), cfg); err == nil || !strings.Contains(err.Error(), commitB) {
		t.Errorf("another commit: %v", err)
	}
	checkNone(t, cfg)
}

// mischief does something wrong with a request, or nothing. It returns true
// where it has answered.
func mischief(rng *rand.Rand, s *standIn, w http.ResponseWriter, r *http.Request) bool {
	n := rng.IntN(60_000)
	switch rng.IntN(17) {
	case 0, 1, 14, 15, 16: // cut
		s.hubOrElse(&cutter{w, n}, r)
	case 2: // cut before the answer
		panic(http.ErrAbortHandler)
	case 3: // a bit flipped
		s.hubOrElse(&flipper{w, n}, r)
	case 4: // a range that was not asked for
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-89999/90000", n))
		w.WriteHeader(http.StatusPartialContent)
		w.Write(noise(90_000-n, 9))
	case 5: // the whole, whatever was asked
		r.Header.Del("Range")
		s.hubOrElse(w, r)
	case 6: // the range, though the file has changed
		r.Header.Del("If-Range")
		s.hubOrElse(&flipper{w, 0}, r)
	case 7:
		w.WriteHeader([]int{401, 403, 404, 416, 204, 206}[rng.IntN(6)])
	case 8, 9:
		w.Header().Set("Retry-After", "0")
		w.WriteHeader([]int{429, 500, 502, 503}[rng.IntN(4)])
	case 10: // a length that is not so
		w.Header().Set("Content-Length", fmt.Sprint(n))
		w.Write([]byte("short"))
	case 11:
		http.Redirect(w, r, s.URL+"/elsewhere", http.StatusTemporaryRedirect)
	case 12:
		w.Write([]byte("<html>please log in</html>"))
	case 13: // more, and no end in sight
		for range 40 {
			if _, err := w.Write(noise(8000, 8)); err != nil {
				break
			}
		}
	}
	return true
}

// hubOrElse answers as the server does that was asked.
func (s *standIn) hubOrElse(w http.ResponseWriter, r *http.Request) {
	if "http://"+r.Host == s.URL {
		s.hub(w, r)
	} else {
		s.content(w, r)
	}
}

// cutter breaks the connection after some bytes.
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

// flipper changes a byte.
type flipper struct {
	http.ResponseWriter
	at int
}

func (f *flipper) Write(p []byte) (int, error) {
	q := append([]byte(nil), p...)
	if f.at >= 0 && f.at < len(q) {
		q[f.at] ^= 4
	}
	f.at -= len(q)
	return f.ResponseWriter.Write(q)
}

// Whatever servers do, the directory is whole and right, or there is an error
// and no model; and a server that comes round then serves what is left.
func TestPullWhateverServersDo(t *testing.T) {
	rounds := 60
	if testing.Short() {
		rounds = 12
	}
	whole, resumed := 0, 0
	for seed := range rounds {
		s := newStandIn(t)
		rng := rand.New(rand.NewPCG(uint64(seed), 5))
		rate := []float64{0.05, 0.2, 0.5}[seed%3]
		s.first = func(w http.ResponseWriter, r *http.Request) {
			s.mu.Lock()                                                                    // only one request at a time is made, but one that was given up may linger
			wrong := rng.Float64() < rate || "http://"+r.Host != s.URL && rng.IntN(2) == 0 // most bytes come from elsewhere
			mine := rand.New(rand.NewPCG(rng.Uint64(), 6))
			if r.Header.Get("Range") != "" {
				resumed++
			}
			s.mu.Unlock()
			if wrong && mischief(mine, s, w, r) {
				w.Header().Set("X-Done", "1")
			}
		}
		cfg := s.config(t)
		cfg.Stall = time.Second
		for range 4 {
			dir, err := Pull(context.Background(), cfg)
			if err == nil {
				checkWhole(t, dir, s.trees[commitA])
				if found, err := Cached(cfg.CacheDir, repo); err != nil || found.Dir != dir {
					t.Errorf("seed %d: cached %+v, %v", seed, found, err)
				}
				whole++
				break
			}
			checkNone(t, cfg)
		}
		s.mu.Lock()
		s.first = nil
		s.mu.Unlock()
		dir, err := Pull(context.Background(), cfg)
		if err != nil {
			t.Fatalf("seed %d: the server has come round, and: %v", seed, err)
		}
		checkWhole(t, dir, s.trees[commitA])
		s.Close()
		s.elsewhere.Close()
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if whole < rounds/4 || whole == rounds || resumed < rounds/4 {
		t.Errorf("of %d rounds %d came to a model, with %d resumptions: the servers are too good or too bad", rounds, whole, resumed)
	}
}
