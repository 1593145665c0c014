package hub

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/internal/fetch"
	"github.com/gorgonia-zoo/zoo/internal/strict"
)

const (
	stateFile = "hub.json"
	maxState  = 16 << 20
)

// Snapshot is what the cache holds of a repository at a commit.
type Snapshot struct {
	Repo, Revision, Commit string
	Dir                    string
	Files                  []File
}

// File is a file of a snapshot.
type File struct {
	Path   string `json:"path"` // from the snapshot's directory, with slashes
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Bytes is the size of all files.
func (s Snapshot) Bytes() int64 {
	var n int64
	for _, f := range s.Files {
		n += f.Bytes
	}
	return n
}

// Find returns the directory that the name ORG/NAME stands for in the user's
// cache: that of the last pull. Every file that was pulled is there and has its
// size.
func Find(name string) (dir string, ok bool) {
	s, err := Cached("", name)
	return s.Dir, err == nil
}

// Cached returns what the name ORG/NAME stands for in a cache, "" being the
// user's. An error that wraps fs.ErrNotExist says that nothing was pulled.
func Cached(cacheDir, name string) (Snapshot, error) {
	s, err := cached(cacheDir, name)
	if err != nil {
		return Snapshot{}, fmt.Errorf("hub: %w", err)
	}
	return s, nil
}

func cached(cacheDir, name string) (Snapshot, error) {
	if err := checkRepo(name); err != nil {
		return Snapshot{}, err
	}
	if cacheDir == "" {
		var err error
		if cacheDir, err = defaultCache(); err != nil {
			return Snapshot{}, err
		}
	}
	home := home(cacheDir, name)
	st, err := readState(home, name)
	if err != nil {
		return Snapshot{}, err
	}
	s := Snapshot{name, st.Revision, st.Pinned, filepath.Join(home, st.Pinned), st.Commits[st.Pinned]}
	return s, s.present()
}

// home is the directory of a repository. No name has "--", so that no two have
// one home.
func home(cacheDir, repo string) string {
	return filepath.Join(cacheDir, strings.Replace(repo, "/", "--", 1))
}

// present checks that the files are there and have their sizes.
func (s Snapshot) present() error {
	for _, f := range s.Files {
		name := filepath.Join(s.Dir, filepath.FromSlash(f.Path))
		info, err := os.Lstat(name)
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() || info.Size() != f.Bytes {
			return fmt.Errorf("%s has %d bytes where %d were pulled: %w", name, info.Size(), f.Bytes, ErrChecksum)
		}
	}
	return nil
}

// verify checks that the files are there and are those that were pulled.
func (s Snapshot) verify(ctx context.Context) error {
	if err := s.present(); err != nil {
		return err
	}
	for _, f := range s.Files {
		name := filepath.Join(s.Dir, filepath.FromSlash(f.Path))
		sum, err := fetch.Sum(ctx, name, sha256.New())
		if err != nil {
			return err
		}
		if sum != f.SHA256 {
			return fmt.Errorf("%s has the SHA-256 %s where that of %s was pulled: %w", name, sum, f.SHA256, ErrChecksum)
		}
	}
	return nil
}

// state is what hub.json holds: what was pulled of a repository, and what its
// name stands for.
type state struct {
	Repository string            `json:"repository"`
	Pinned     string            `json:"pinned"`    // commit of the last pull
	Revision   string            `json:"revision"`  // that was asked for then
	Revisions  map[string]string `json:"revisions"` // commits of all that were asked for
	Commits    map[string][]File `json:"commits"`   // files of each
}

// readState reads hub.json of a repository.
func readState(home, repo string) (state, error) {
	var st state
	name := filepath.Join(home, stateFile)
	data, err := readSmall(name, maxState)
	if err != nil {
		return st, err
	}
	if err := st.parse(data, repo); err != nil {
		return state{}, fmt.Errorf("%s: %w", name, err)
	}
	return st, nil
}

func (st *state) parse(data []byte, repo string) error {
	if err := strict.Unmarshal(data, st); err != nil {
		return err
	}
	if st.Repository != repo {
		return fmt.Errorf("of the repository %.200q, want %q", st.Repository, repo)
	}
	if err := checkRevision(st.Revision); err != nil {
		return err
	}
	for _, revision := range slices.Sorted(maps.Keys(st.Revisions)) {
		commit := st.Revisions[revision]
		if err := checkRevision(revision); err != nil {
			return err
		}
		if len(st.Commits[commit]) == 0 {
			return fmt.Errorf("revision %.300q is the commit %.80q, of which there are no files", revision, commit)
		}
	}
	if len(st.Commits[st.Pinned]) == 0 {
		return fmt.Errorf("the commit %.80q is pinned, of which there are no files", st.Pinned)
	}
	for _, commit := range slices.Sorted(maps.Keys(st.Commits)) {
		if !commitID.MatchString(commit) {
			return fmt.Errorf("commit %.80q, want 40 hexadecimal digits", commit)
		}
		for _, f := range st.Commits[commit] {
			if err := checkFile(f.Path); err != nil {
				return err
			}
			if f.Bytes < 0 || !sha256ID.MatchString(f.SHA256) {
				return fmt.Errorf("%s has %d bytes and the SHA-256 %.80q", f.Path, f.Bytes, f.SHA256)
			}
		}
	}
	return nil
}

// snapshot returns what is listed for a commit.
func (st *state) snapshot(home, repo, revision, commit string) (Snapshot, bool) {
	files, ok := st.Commits[commit]
	return Snapshot{repo, revision, commit, filepath.Join(home, commit), files}, ok
}

// write makes hub.json list a snapshot and the name stand for it: at once or,
// where it fails, not at all.
func (st *state) write(home string, s Snapshot) error {
	if st.Revisions == nil {
		st.Revisions = map[string]string{}
	}
	if st.Commits == nil {
		st.Commits = map[string][]File{}
	}
	st.Repository, st.Pinned, st.Revision = s.Repo, s.Commit, s.Revision
	st.Revisions[s.Revision], st.Commits[s.Commit] = s.Commit, s.Files
	text, err := json.MarshalIndent(st, "", "\t")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(home, stateFile+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already where all goes well
	_, err = f.Write(append(text, '\n'))
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(home, stateFile))
	}
	fetch.SyncDir(home)
	return err
}

// readSmall reads a plain file of limit bytes at most.
func readSmall(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: errors.New("not a plain file")}
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s: more than %d bytes", name, limit)
	}
	return data, err
}
