package hub

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/hostile"
)

// Whatever the hub says about a revision, what would be written has a plain
// name, once, and is within bounds.
func FuzzListing(f *testing.F) {
	good, err := json.Marshal((&standIn{trees: map[string]tree{commitA: tiny()}}).answer(commitA))
	if err != nil {
		f.Fatal(err)
	}
	const modules, index = `[{"path": ""}, {"path": "1_Pooling"}]`, `{"weight_map": {"a": "model-1.safetensors"}}`
	f.Add(string(good), modules, index)
	f.Add(string(good), `[{"path": "0_T"}]`, index)
	f.Add(strings.ReplaceAll(string(good), "model.safetensors", "model.safetensors.index.json"), modules, index)
	f.Add(strings.ReplaceAll(string(good), "model.safetensors", "x.safetensors"), modules, index)
	for _, bad := range []string{``, `null`, `[]`, `{}`, `{"sha": null}`, `{"sha": "` + commitA + `", "siblings": [null]}`, `{"sha": "` + commitA + `", "siblings": [{"rfilename": "a", "size": 1e99}]}`,
		`{"sha": "` + commitA + `", "siblings": [{"rfilename": "config.json", "lfs": {}}]}`} {
		f.Add(bad, modules, index)
	}
	f.Fuzz(func(t *testing.T, listing, modules, index string) {
		hostile.Bounded(t, len(listing)+len(modules)+len(index), 1<<20, 400, func() {
			l, err := parseListing([]byte(listing))
			if err != nil {
				return
			}
			if !commitID.MatchString(l.commit) {
				t.Errorf("commit %q", l.commit)
			}
			c := &choice{listing: l}
			err = c.encoder(repo, "main", func(name string) ([]byte, error) {
				if w := c.find(name); w.size > w.limit {
					return nil, errors.New("too large to be read")
				}
				if strings.HasSuffix(name, modulesFile) {
					return []byte(modules), nil
				}
				return []byte(index), nil
			})
			if err != nil {
				return
			}
			seen := map[string]bool{}
			weights := false
			for _, w := range c.files {
				if checkFile(w.path) != nil || strings.Contains(w.path, "..") || strings.HasPrefix(w.path, "/") || strings.Contains(w.path, `\`) {
					t.Errorf("file %q", w.path)
				}
				if lower := strings.ToLower(w.path); seen[lower] {
					t.Errorf("%q twice", w.path)
				} else {
					seen[lower] = true
				}
				if w.size > w.limit || w.sha256 != "" && !sha256ID.MatchString(w.sha256) || w.blob != "" && !commitID.MatchString(w.blob) {
					t.Errorf("file %+v", w)
				}
				if strings.HasSuffix(w.path, ".bin") || strings.HasSuffix(w.path, ".pkl") {
					t.Errorf("a pickle: %q", w.path)
				}
				weights = weights || strings.HasSuffix(w.path, ".safetensors")
			}
			if !weights {
				t.Error("no weights and no error")
			}
		})
	})
}

// Whatever hub.json holds, the files that it lists have plain names.
func FuzzState(f *testing.F) {
	file := `[{"path": "1_Pooling/config.json", "bytes": 2, "sha256": "` + strings.Repeat("a", 64) + `"}]`
	f.Add([]byte(`{"repository": "` + repo + `", "pinned": "` + commitA + `", "revision": "main", "revisions": {"main": "` + commitA + `"}, "commits": {"` + commitA + `": ` + file + `}}`))
	f.Add([]byte(`{"repository": "` + repo + `", "pinned": "..", "revision": "main", "revisions": {}, "commits": {"..": ` + file + `}}`))
	f.Add([]byte(`{"repository": "a/b"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var st state
		if st.parse(data, repo) != nil {
			return
		}
		files := st.Commits[st.Pinned]
		if !commitID.MatchString(st.Pinned) || len(files) == 0 || st.Repository != repo {
			t.Errorf("%+v", st)
		}
		for _, f := range files {
			if checkFile(f.Path) != nil || f.Bytes < 0 {
				t.Errorf("%+v", f)
			}
		}
	})
}
