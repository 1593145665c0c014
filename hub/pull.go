package hub

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"

	"github.com/gorgonia-zoo/zoo/internal/fetch"
)

// Pull fetches the encoder of a repository into the cache, unless it is there,
// makes the name ORG/NAME stand for it, and returns its directory. What a pull
// that was cut off has fetched is kept and continued by the next. Of two pulls
// of one repository at once, in whatever processes, one waits for the other.
func Pull(ctx context.Context, cfg Config) (dir string, err error) {
	cfg, err = cfg.withDefaults()
	if err != nil {
		return "", fmt.Errorf("hub: %w", err)
	}
	p := &pull{Config: cfg, home: home(cfg.CacheDir, cfg.Repo)}
	if dir, err = p.run(ctx); err != nil {
		return "", fmt.Errorf("hub: pulling %s: %w", cfg.Repo, err)
	}
	return dir, nil
}

// pull is one call of Pull.
type pull struct {
	Config
	home        string
	state       state
	done, total int64 // bytes, for Progress
}

func (p *pull) run(ctx context.Context) (string, error) {
	if err := os.MkdirAll(p.home, 0o755); err != nil {
		return "", err
	}
	unlock, err := fetch.Lock(ctx, filepath.Join(p.home, "lock"))
	if err != nil {
		return "", fmt.Errorf("waiting for another pull: %w", err)
	}
	defer unlock()
	// A list that cannot be read lists nothing: the files are still there, and
	// are checked as those of a pull that was cut off.
	if p.state, err = readState(p.home, p.Repo); err != nil && p.Offline {
		return "", fmt.Errorf("%w, by HF_HUB_OFFLINE, and nothing is cached: %w", ErrOffline, err)
	}
	if p.Offline {
		return p.offline(ctx)
	}
	if commitID.MatchString(p.Revision) {
		if dir, err := p.settled(ctx, p.Revision); dir != "" || err != nil {
			return dir, err // a commit is what it was: nobody needs to be asked
		}
	}
	l, err := p.list(ctx)
	if err != nil {
		return "", err
	}
	if dir, err := p.settled(ctx, l.commit); dir != "" || err != nil {
		return dir, err
	}
	return p.fetch(ctx, l)
}

// offline returns what is cached of the revision.
func (p *pull) offline(ctx context.Context) (string, error) {
	commit, ok := p.state.Revisions[p.Revision]
	if _, known := p.state.Commits[p.Revision]; known {
		commit, ok = p.Revision, true
	}
	if !ok {
		return "", fmt.Errorf("%w, by HF_HUB_OFFLINE, and revision %q is not cached", ErrOffline, p.Revision)
	}
	s, _ := p.state.snapshot(p.home, p.Repo, p.Revision, commit)
	if err := s.verify(ctx); err != nil {
		return "", fmt.Errorf("%w, by HF_HUB_OFFLINE, and what is cached is not what was pulled: %w", ErrOffline, err)
	}
	return s.Dir, p.state.write(p.home, s)
}

// settled returns the directory of a commit that was pulled and is whole, "" if
// there is none.
func (p *pull) settled(ctx context.Context, commit string) (string, error) {
	s, ok := p.state.snapshot(p.home, p.Repo, p.Revision, commit)
	if !ok {
		return "", nil
	}
	if err := s.verify(ctx); err != nil {
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		return "", nil
	}
	return s.Dir, p.state.write(p.home, s)
}

// request is one of an address at the hub.
func (p *pull) request(address string) fetch.Request {
	r := fetch.Request{URL: p.Endpoint + address, Client: p.Client, Stall: p.Stall, Retries: p.Retries, Pause: p.Pause, Header: http.Header{}}
	r.Header.Set("User-Agent", "gorgonia-zoo")
	if p.Token != "" {
		r.Header.Set("Authorization", "Bearer "+p.Token)
	}
	return r
}

// list asks what the revision is and what files it has.
func (p *pull) list(ctx context.Context) (listing, error) {
	data, err := p.request("/api/models/"+p.Repo+"/revision/"+url.PathEscape(p.Revision)+"?blobs=true").Bytes(ctx, maxListing)
	if err != nil {
		return listing{}, p.explain("revision "+p.Revision, err)
	}
	l, err := parseListing(data)
	if err == nil && commitID.MatchString(p.Revision) && l.commit != p.Revision {
		err = fmt.Errorf("the hub answers with the commit %s where %s was asked for", l.commit, p.Revision)
	}
	return l, err
}

// fetch brings the files of a listing to a directory beside the one they are
// for, and gives it its name when all are there.
func (p *pull) fetch(ctx context.Context, l listing) (string, error) {
	dir := filepath.Join(p.home, l.commit)
	stage := dir + ".part"
	// A directory that is not listed, or not whole, is where a pull was cut
	// off, or where files were changed. Its files are checked like any.
	if _, err := os.Lstat(dir); err == nil {
		if err := os.RemoveAll(stage); err != nil {
			return "", err
		}
		if err := os.Rename(dir, stage); err != nil {
			return "", err
		}
	}
	files, err := p.files(ctx, l, stage)
	if err != nil {
		return "", err
	}
	if err := tidy(stage, files); err != nil {
		return "", err
	}
	if err := os.Rename(stage, dir); err != nil {
		return "", err
	}
	fetch.SyncDir(p.home)
	return dir, p.state.write(p.home, Snapshot{p.Repo, p.Revision, l.commit, dir, files})
}

// files fetches all that the encoder needs. Which those are, the first of them
// say.
func (p *pull) files(ctx context.Context, l listing, stage string) ([]File, error) {
	c := &choice{listing: l}
	read := func(name string) ([]byte, error) {
		w := c.find(name)
		if err := p.file(ctx, l.commit, stage, w); err != nil {
			return nil, err
		}
		return readSmall(filepath.Join(stage, filepath.FromSlash(name)), w.limit)
	}
	if err := c.encoder(p.Repo, p.Revision, read); err != nil {
		return nil, err
	}
	all, weights := c.bytes()
	if weights > maxWeights {
		return nil, fmt.Errorf("%w: weights of %d bytes by the hub, want at most %d", ErrNoEncoder, weights, int64(maxWeights))
	}
	p.total = all
	var files []File
	for _, w := range c.files {
		if err := p.file(ctx, l.commit, stage, w); err != nil {
			return nil, err
		}
		f, err := record(ctx, stage, w.path)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
		p.done += f.Bytes
	}
	return files, nil
}

// file fetches one file, unless it is there.
func (p *pull) file(ctx context.Context, commit, stage string, w *wanted) error {
	name := filepath.Join(stage, filepath.FromSlash(w.path))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	if w.verify(ctx, name) == nil {
		return nil
	} else if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	f := fetch.File{
		Request: p.request("/" + p.Repo + "/resolve/" + commit + "/" + w.path),
		Path:    name, Size: w.size, Limit: w.limit,
		Verify: func(name string) error { return w.verify(ctx, name) },
	}
	f.Answered = func(resp *http.Response) error { return w.answered(resp, commit) }
	if p.Progress != nil && p.total > 0 {
		f.Progress = func(done, _ int64) { p.Progress(p.done+done, max(p.total, p.done+done)) }
	}
	if err := f.Get(ctx); err != nil {
		return p.explain(w.path, err)
	}
	return nil
}
