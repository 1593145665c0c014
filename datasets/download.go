package datasets

import (
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/gorgonia-zoo/zoo/internal/fetch"
)

// The published archive of IMDB.
const (
	IMDBURL  = "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz"
	IMDBMD5  = "7c2ac02c03563afcf9b574c7e56c153a"
	IMDBSize = 84_125_825
)

// DownloadConfig says what Download fetches. The zero value fetches IMDB from
// where it was published.
type DownloadConfig struct {
	// URL is the address of the file, or of a mirror's copy of it; empty means
	// IMDBURL.
	URL string
	// MD5, in hexadecimal, and Size in bytes are those the file must have;
	// empty and 0 mean those of IMDB. "any" and -1 accept what comes.
	MD5  string
	Size int64
	// CacheDir receives the file; empty means the directory zoo in
	// os.UserCacheDir. It is made if need be.
	CacheDir string
	// Progress is called now and then with the bytes that are there, and the
	// bytes there are to be (0: unknown). It is not called where the file was
	// there already.
	Progress func(done, total int64)
	// Client makes the requests; nil means one that honours HTTPS_PROXY,
	// HTTP_PROXY and NO_PROXY. It must not set a timeout for the whole.
	Client *http.Client

	// Stall is how long nothing may arrive before the connection is given up
	// and made again; 0 means 30 s.
	Stall time.Duration
	// Retries is how often in a row a connection may fail without having
	// brought anything; 0 means 5. Pause is the wait before the first of
	// them, which doubles up to 30 s; 0 means 1 s.
	Retries int
	Pause   time.Duration
}

var (
	// ErrOffline is wrapped by errors that say the server could not be
	// reached.
	ErrOffline = fetch.ErrOffline
	// ErrChecksum is wrapped by errors that say the file that came is not the
	// one expected.
	ErrChecksum = fetch.ErrChecksum
)

func (c DownloadConfig) withDefaults() (DownloadConfig, error) {
	if c.URL == "" {
		c.URL = IMDBURL
	}
	if c.MD5 == "" {
		c.MD5 = IMDBMD5
	}
	if c.Size == 0 {
		c.Size = IMDBSize
	}
	if c.CacheDir == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			return c, fmt.Errorf("datasets: no directory to download to: %w", err)
		}
		c.CacheDir = filepath.Join(dir, "zoo")
	}
	return c, nil
}

// Download returns the path of the file in the cache, which it fetches unless
// it is there. What it returns has the right size and checksum. The file
// appears under its name only when it is whole; what was fetched of it before
// a cut lies beside it and is continued, also by a later call. Of two calls at
// once, in whatever processes, one waits for the other.
func Download(ctx context.Context, cfg DownloadConfig) (string, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return "", err
	}
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", fmt.Errorf("datasets: %q is not an address that begins with https:// or http://", cfg.URL)
	}
	name := path.Base(u.Path)
	if name == "/" || name == "." || strings.ContainsAny(name, `\:`) {
		return "", fmt.Errorf("datasets: the address %q names no file", cfg.URL)
	}
	if err := os.MkdirAll(cfg.CacheDir, 0o755); err != nil {
		return "", fmt.Errorf("datasets: making the cache: %w", err)
	}
	at := filepath.Join(cfg.CacheDir, name)

	// The name has its file whole, or not at all; only then is a lock needed.
	if err := cfg.verify(ctx, at); err == nil {
		return at, nil
	} else if ctx.Err() != nil {
		return "", fmt.Errorf("datasets: checking %s: %w", at, err)
	}
	unlock, err := fetch.Lock(ctx, at+".lock")
	if err != nil {
		return "", fmt.Errorf("datasets: waiting for another download of %s: %w", at, err)
	}
	defer unlock()
	if cfg.verify(ctx, at) == nil {
		return at, nil // the other one fetched it
	}
	err = fetch.File{
		Request: fetch.Request{URL: cfg.URL, Client: cfg.Client, Stall: cfg.Stall, Retries: cfg.Retries, Pause: cfg.Pause},
		Path:    at, Size: cfg.Size,
		Verify:   func(name string) error { return cfg.verify(ctx, name) },
		Progress: cfg.Progress,
	}.Get(ctx)
	if errors.Is(err, ErrOffline) {
		err = fmt.Errorf("%w; connect to the network, set HTTPS_PROXY if there is a proxy, give a mirror's address, or fetch the file by other means and put it at %s", err, at)
	}
	if err != nil {
		return "", fmt.Errorf("datasets: downloading %s: %w", cfg.URL, err)
	}
	return at, nil
}

// verify checks a whole file against the size and checksum expected.
func (c DownloadConfig) verify(ctx context.Context, name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if c.Size >= 0 && info.Size() != c.Size {
		return fmt.Errorf("%s has %d bytes where %d were expected: %w", name, info.Size(), c.Size, ErrChecksum)
	}
	if c.MD5 == "any" {
		return nil
	}
	got, err := fetch.Sum(ctx, name, md5.New())
	if err == nil && !strings.EqualFold(got, c.MD5) {
		err = fmt.Errorf("%s has the MD5 %s where %s was expected: %w", name, got, c.MD5, ErrChecksum)
	}
	return err
}
