package hub

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gorgonia-zoo/zoo/internal/fetch"
)

// DefaultEndpoint is the address of the hub.
const DefaultEndpoint = "https://huggingface.co"

// Config says what Pull fetches and how.
type Config struct {
	// Repo is the repository, ORG/NAME.
	Repo string
	// Revision is a branch, a tag or a commit; empty means main.
	Revision string

	// Endpoint is the address of the hub or a mirror; empty means HF_ENDPOINT,
	// or DefaultEndpoint where that is not set.
	Endpoint string
	// Token lets an account in; empty means HF_TOKEN, or the token that
	// huggingface_hub keeps, if any. It is sent to the endpoint and to no other
	// host, and only over HTTPS or within this machine.
	Token string
	// Offline keeps from the network: what is cached is found, the rest is an
	// error. HF_HUB_OFFLINE says so too.
	Offline bool
	// CacheDir is where everything lies; empty means zoo/hub in
	// os.UserCacheDir. It is made if need be.
	CacheDir string

	// Progress is called now and then with the bytes that are there, and the
	// bytes there are to be. It is not called where all was there already.
	Progress func(done, total int64)

	// Client makes the requests; nil means one that honours the proxies of the
	// environment. It must not set a timeout for the whole.
	Client *http.Client
	// Stall is how long nothing may arrive before the connection is given up
	// and made again; 0 means 30 s.
	Stall time.Duration
	// Retries is how often in a row a connection may fail without having
	// brought anything; 0 means 5. Pause is the wait before the first of them,
	// which doubles up to 30 s; 0 means 1 s.
	Retries int
	Pause   time.Duration
}

var (
	// ErrName is wrapped by errors about the name of a repository, a revision or
	// an address.
	ErrName = errors.New("not a name that can be pulled")
	// ErrOffline is wrapped by errors that say the hub could not be reached, or
	// was not to be.
	ErrOffline = fetch.ErrOffline
	// ErrChecksum is wrapped by errors that say a file is not the one that the
	// hub states.
	ErrChecksum = fetch.ErrChecksum
	// ErrNoEncoder is wrapped by errors that say the repository lacks what an
	// encoder needs, or has too much of it.
	ErrNoEncoder = errors.New("not an encoder that can be pulled")
)

// withDefaults fills in what the environment says, and checks all of it.
func (c Config) withDefaults() (Config, error) {
	if c.Revision == "" {
		c.Revision = "main"
	}
	if err := checkRepo(c.Repo); err != nil {
		return c, err
	}
	if err := checkRevision(c.Revision); err != nil {
		return c, err
	}
	if c.Endpoint == "" {
		c.Endpoint = os.Getenv("HF_ENDPOINT")
	}
	if c.Endpoint == "" {
		c.Endpoint = DefaultEndpoint
	}
	c.Endpoint = strings.TrimRight(c.Endpoint, "/")
	u, err := url.Parse(c.Endpoint)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return c, fmt.Errorf("%w: the address of the hub (HF_ENDPOINT) is to be https://HOST", ErrName) // what it is may hold a password
	}
	if c.CacheDir == "" {
		if c.CacheDir, err = defaultCache(); err != nil {
			return c, err
		}
	}
	c.Offline = c.Offline || isTrue(os.Getenv("HF_HUB_OFFLINE"))
	if c.Token == "" {
		if c.Token, err = token(); err != nil {
			return c, err
		}
	}
	if strings.ContainsFunc(c.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return c, fmt.Errorf("%w: the token (HF_TOKEN, or huggingface_hub's file) holds a space or a character that no token has", ErrName)
	}
	if u.Scheme == "http" && !isLocal(u.Hostname()) {
		c.Token = ""
	}
	c.Client = guarded(c.Client)
	return c, nil
}

func defaultCache() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no directory to pull to: %w", err)
	}
	return filepath.Join(dir, "zoo", "hub"), nil
}

// isTrue reads a switch of the environment as huggingface_hub does.
func isTrue(s string) bool {
	return slices.Contains([]string{"1", "ON", "YES", "TRUE"}, strings.ToUpper(s))
}

func isLocal(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// token returns the token of the environment, or the one that huggingface_hub
// keeps in a file, or none.
func token() (string, error) {
	if t := strings.TrimSpace(os.Getenv("HF_TOKEN")); t != "" {
		return t, nil
	}
	home := os.Getenv("HF_HOME")
	if home == "" {
		cache := os.Getenv("XDG_CACHE_HOME")
		if cache == "" {
			user, err := os.UserHomeDir()
			if err != nil {
				return "", nil // then there is no file either
			}
			cache = filepath.Join(user, ".cache")
		}
		home = filepath.Join(cache, "huggingface")
	}
	data, err := readSmall(filepath.Join(home, "token"), 1<<12)
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("the token: %w", err)
	}
	return strings.TrimSpace(string(data)), nil
}

// guarded returns a client that sends the token to no other host than the first
// and goes from HTTPS to nothing less.
func guarded(client *http.Client) *http.Client {
	var c http.Client
	if client != nil {
		c = *client
	}
	theirs := c.CheckRedirect
	c.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		first := via[0].URL
		if first.Scheme != req.URL.Scheme || first.Host != req.URL.Host {
			req.Header.Del("Authorization")
		}
		switch {
		case via[len(via)-1].URL.Scheme == "https" && req.URL.Scheme != "https":
			return &fetch.RedirectError{Why: "from HTTPS to " + strings.ToUpper(req.URL.Scheme)}
		case len(via) >= 10:
			return &fetch.RedirectError{Why: "ten in a row"}
		case theirs != nil:
			return theirs(req, via)
		}
		return nil
	}
	return &c
}
