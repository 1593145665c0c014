package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo"
)

// standInHub serves acme/tiny in the hub's place, which no test reaches, and
// makes the environment that of a user who has pulled nothing.
func standInHub(t *testing.T) (commit string, files map[string]string) {
	commit = strings.Repeat("0a", 20)
	files = map[string]string{"config.json": "{}", "tokenizer.json": "{}", "model.safetensors": strings.Repeat("weights ", 50_000), "README.md": "# tiny\n"}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/models/acme/tiny/revision/main" {
			var siblings []map[string]any
			for _, name := range slices.Sorted(maps.Keys(files)) {
				n := len(files[name])
				siblings = append(siblings, map[string]any{"rfilename": name, "size": n,
					"lfs": map[string]any{"size": n, "sha256": fmt.Sprintf("%x", sha256.Sum256([]byte(files[name])))}})
			}
			json.NewEncoder(w).Encode(map[string]any{"sha": commit, "siblings": siblings})
			return
		}
		if content, ok := files[strings.TrimPrefix(r.URL.Path, "/acme/tiny/resolve/"+commit+"/")]; ok {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader([]byte(content)))
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(server.Close)
	for name, value := range map[string]string{"HF_ENDPOINT": server.URL, "HF_TOKEN": "", "HF_HUB_OFFLINE": "", "HF_HOME": t.TempDir(),
		"XDG_CACHE_HOME": t.TempDir(), "HOME": t.TempDir(), "LocalAppData": t.TempDir()} {
		t.Setenv(name, value)
	}
	return commit, files
}

func TestPull(t *testing.T) {
	commit, files := standInHub(t)
	if o := runZoo("card", "acme/tiny"); o.code != 2 || !strings.Contains(o.stderr, "'zoo pull acme/tiny' fetches it") {
		t.Errorf("before: %+v", o)
	}
	o := must(t, runZoo("pull", "acme/tiny"))
	if !strings.Contains(o.stdout, "bytes      400011\n") || !strings.Contains(o.stdout, "commit     "+commit+"\n") {
		t.Errorf("printed %q", o.stdout)
	}
	if !strings.HasSuffix(o.stderr, "acme/tiny: 0.4 of 0.4 MB\n") {
		t.Errorf("progress %q", o.stderr)
	}
	t.Setenv("HF_HUB_OFFLINE", "1")
	o = must(t, runZoo("pull", "acme/tiny", "--json"))
	var p pulled
	if err := json.Unmarshal([]byte(o.stdout), &p); err != nil || o.stderr != "" {
		t.Fatalf("%v: %+v", err, o)
	}
	if want := (pulled{"acme/tiny", "main", commit, p.Directory, len(files), 400_011}); p != want {
		t.Errorf("printed %+v, want %+v", p, want)
	}
	for name, content := range files {
		if got, err := os.ReadFile(filepath.Join(p.Directory, name)); err != nil || string(got) != content {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	// The name stands for the directory. These weights are none.
	if _, err := zoo.OpenModel("acme/tiny"); err == nil || strings.Contains(err.Error(), "zoo pull") {
		t.Errorf("opened: %v", err)
	}
}

func TestPullFails(t *testing.T) {
	standInHub(t)
	for _, c := range []struct {
		args []string
		code int
		says []string
	}{
		{[]string{"pull"}, 2, []string{"ORG/NAME is missing"}},
		{[]string{"pull", "tiny"}, 2, []string{`repository "tiny"`, "want ORG/NAME"}},
		{[]string{"pull", "../tiny"}, 2, []string{`"../tiny"`}},
		{[]string{"pull", "acme/tiny", "--revision", "../main"}, 2, []string{`revision "../main"`}},
		{[]string{"pull", "acme/tiny", "--revision", ""}, 2, []string{"--revision is empty"}},
		{[]string{"pull", "acme/tiny", "--revision", "v2"}, 1, []string{"revision v2", "404", "no such repository"}},
		{[]string{"pull", "acme/other"}, 1, []string{"pulling acme/other", "404"}},
	} {
		o := runZoo(c.args...)
		for _, w := range c.says {
			if o.code != c.code || o.stdout != "" || !strings.Contains(o.stderr, w) {
				t.Errorf("%q: %+v, want code %d and %q", c.args, o, c.code, w)
			}
		}
	}
	t.Setenv("HF_HUB_OFFLINE", "1")
	if o := runZoo("pull", "acme/tiny"); o.code != 1 || !strings.Contains(o.stderr, "HF_HUB_OFFLINE") {
		t.Errorf("offline: %+v", o)
	}
}
