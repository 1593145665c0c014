package hub

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

const (
	maxListing  = 16 << 20 // bytes of the hub's answer about a revision
	maxSiblings = 100_000  // files of a repository
)

// listing is what the hub says about a revision.
type listing struct {
	commit string
	files  map[string]remote // by their paths
}

// remote is a file of the hub.
type remote struct {
	size   int64  // bytes, -1: not stated
	sha256 string // of what is kept outside git, "" for the rest
	blob   string // SHA-1 by which git knows the others, "": not stated
}

// parseListing reads the hub's answer about a revision. Paths may be anything:
// those of files that are fetched are checked when they are chosen.
func parseListing(data []byte) (listing, error) {
	var answer struct {
		SHA      string `json:"sha"`
		Siblings []struct {
			Path *string `json:"rfilename"`
			Size *int64  `json:"size"`
			Blob string  `json:"blobId"`
			LFS  *struct {
				SHA256 string `json:"sha256"`
				Size   *int64 `json:"size"`
			} `json:"lfs"`
		} `json:"siblings"`
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return listing{}, fmt.Errorf("the hub's answer about the revision is not the JSON expected (does a proxy or a login page answer in its place?): %w", err)
	}
	l := listing{commit: answer.SHA, files: map[string]remote{}}
	if !commitID.MatchString(l.commit) {
		return l, fmt.Errorf("the hub names the commit %.80q, want 40 hexadecimal digits", l.commit)
	}
	if n := len(answer.Siblings); n == 0 || n > maxSiblings {
		return l, fmt.Errorf("the hub lists %d files, want 1 to %d", n, maxSiblings)
	}
	for i, s := range answer.Siblings {
		if s.Path == nil || *s.Path == "" {
			return l, fmt.Errorf("the hub lists a file %d without a name", i)
		}
		name := *s.Path
		if _, twice := l.files[name]; twice {
			return l, fmt.Errorf("the hub lists %.300q twice", name)
		}
		f, err := parseRemote(s.Size, s.Blob)
		if err == nil && s.LFS != nil {
			f, err = f.outside(s.LFS.SHA256, s.LFS.Size)
		}
		if err != nil {
			return l, fmt.Errorf("the hub lists %.300q with %w", name, err)
		}
		l.files[name] = f
	}
	return l, nil
}

func parseRemote(size *int64, blob string) (remote, error) {
	f := remote{size: -1, blob: blob}
	if size != nil {
		if f.size = *size; f.size < 0 {
			return f, fmt.Errorf("the size %d", f.size)
		}
	}
	if blob != "" && !commitID.MatchString(blob) {
		return f, fmt.Errorf("the git blob %.80q, want 40 hexadecimal digits", blob)
	}
	return f, nil
}

// outside returns the file as one that is kept outside git, where git has but a
// pointer.
func (f remote) outside(sha256 string, size *int64) (remote, error) {
	if !sha256ID.MatchString(sha256) {
		return f, fmt.Errorf("the SHA-256 %.80q, want 64 hexadecimal digits", sha256)
	}
	if size != nil && (*size < 0 || f.size >= 0 && f.size != *size) {
		return f, fmt.Errorf("the sizes %d and %d", f.size, *size)
	}
	if size != nil {
		f.size = *size
	}
	f.sha256, f.blob = sha256, ""
	return f, nil
}

// The folders that modules.json of sentence-transformers names.
type folders struct {
	encoder string // where config.json, weights and tokenizer lie, "" for the root
	others  []string
}

// parseModules reads which folders a repository's modules lie in.
func parseModules(data []byte) (folders, error) {
	var modules []struct {
		Path string `json:"path"`
	}
	var f folders
	if err := json.Unmarshal(data, &modules); err != nil {
		return f, err
	}
	if len(modules) == 0 || len(modules) > 8 {
		return f, fmt.Errorf("%d modules, want 1 to 8", len(modules))
	}
	for i, m := range modules {
		if strings.Contains(m.Path, "/") || m.Path != "" && checkFile(m.Path) != nil || m.Path == "" && i > 0 {
			return f, fmt.Errorf("module %d lies in %.200q, want the name of a folder", i, m.Path)
		}
		if i == 0 {
			f.encoder = m.Path
		} else {
			f.others = append(f.others, m.Path)
		}
	}
	return f, nil
}

// parseShards reads the files of weights that model.safetensors.index.json
// names, in their order.
func parseShards(data []byte) ([]string, error) {
	var index struct {
		Map map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(data, &index); err != nil {
		return nil, err
	}
	var names []string
	seen := map[string]bool{}
	for _, name := range index.Map {
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if strings.Contains(name, "/") || !strings.HasSuffix(name, ".safetensors") || checkFile(name) != nil {
			return nil, fmt.Errorf("weights in %.200q, want the name of a .safetensors file", name)
		}
	}
	if len(names) == 0 || len(names) > maxShards {
		return nil, fmt.Errorf("%d files of weights, want 1 to %d", len(names), maxShards)
	}
	return names, nil
}

var errNotListed = errors.New("the hub does not list it")
