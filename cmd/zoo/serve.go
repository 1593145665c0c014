package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/serve"
	"github.com/spf13/cobra"
)

// serveFlags are the flags of serve.
type serveFlags struct {
	addr, token, cert, key string
	open, logTexts         bool
	connections            int
	grace                  time.Duration
	options                serve.Options
}

func newServe(z *zoo.Zoo) *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use:   "serve [NAME=]MODEL [...]",
		Short: "Answer over HTTP: the Open Inference Protocol, a page, metrics",
		Long: `Answer over HTTP with models, each under its name or NAME: texts, numbers, rows of a
table, words. There is a page at /, the Open Inference Protocol (version 2) of KServe and
Triton below /v2, a plain POST /v1/predict/NAME, /metrics for Prometheus, and
/openapi.json, which describes them all:

  curl -d '{"input": "A quiet, beautiful film."}' localhost:8080/v1/predict/lstm-imdb

Requests that arrive together are predicted together. What does not fit into the queue
is answered 429. SIGTERM and SIGINT let requests in flight end; SIGHUP opens the models
and the TLS certificate again and swaps what has changed, without a failed request.

An address that other machines can reach needs --token-file, or a server before this one
that keeps strangers out and --open, which says so. Log lines on standard error are JSON,
one a request, without the texts.`,
		Example: `  zoo serve lstm-imdb
  zoo serve reviews=lstm-imdb tickets=./mine minilm --addr 127.0.0.1:9000
  zoo serve lstm-imdb --addr :8443 --token-file token --tls-cert cert.pem --tls-key key.pem`,
		Args:              takes("MODEL", "[MODEL ...]"),
		ValidArgsFunction: modelNames(z),
		RunE:              func(c *cobra.Command, args []string) error { return runServe(c, z, args, f) },
	}
	flags, o := c.Flags(), &f.options
	flags.StringVar(&f.addr, "addr", "127.0.0.1:8080", "address to listen on; port 0 is any that is free")
	flags.StringVar(&f.token, "token-file", "", "file with the token that requests must bear (Authorization: Bearer TOKEN)")
	flags.StringVar(&f.cert, "tls-cert", "", "certificate, a PEM file: serve HTTPS")
	flags.StringVar(&f.key, "tls-key", "", "its key, a PEM file")
	flags.BoolVar(&f.open, "open", false, "anybody who reaches the address may ask, without a token")
	flags.DurationVar(&o.Window, "window", 0, "how long the first request of a batch waits for others; those that come while a batch is computed go together all the same")
	flags.IntVar(&o.Batch, "batch", 128, "texts or rows predicted together, at most")
	flags.IntVar(&o.Queue, "queue", 2048, "texts or rows that wait for a model at most; more are answered 429")
	flags.IntVar(&o.Inputs, "max-inputs", 256, "texts or rows in a request, at most")
	flags.Int64Var(&o.Body, "max-body", 8<<20, "bytes of a request's body, at most")
	flags.Int64Var(&o.Memory, "max-memory", 256<<20, "bytes of the bodies of all requests together, at most")
	flags.IntVar(&f.connections, "max-connections", 16384, "connections at once; others wait to be accepted")
	flags.DurationVar(&o.Timeout, "timeout", 30*time.Second, "time for a request to arrive, and again for its answer")
	flags.DurationVar(&f.grace, "grace", 30*time.Second, "time for requests in flight to end after SIGTERM")
	flags.BoolVar(&f.logTexts, "log-texts", false, "log the texts too; they are private")
	return c
}

// check checks the flags.
func (f *serveFlags) check(c *cobra.Command) error {
	for _, name := range []string{"batch", "queue", "max-inputs", "max-body", "max-memory", "max-connections"} {
		if v := c.Flags().Lookup(name).Value.String(); v == "0" || strings.HasPrefix(v, "-") {
			return usage(c, "--%s %s, want 1 or more", name, v)
		}
	}
	switch {
	case f.options.Timeout <= 0:
		return usage(c, "--timeout %v, want more than none", f.options.Timeout)
	case f.options.Window < 0:
		return usage(c, "--window %v, want 0 or more", f.options.Window)
	case f.grace < 0:
		return usage(c, "--grace %v, want 0 or more", f.grace)
	case (f.cert == "") != (f.key == ""):
		return usage(c, "--tls-cert and --tls-key go together")
	case f.options.Inputs > f.options.Queue:
		return usage(c, "--max-inputs %d is more than --queue %d: such a request would never have room", f.options.Inputs, f.options.Queue)
	case f.options.Body > f.options.Memory:
		return usage(c, "--max-body %d is more than --max-memory %d: such a request would never have room", f.options.Body, f.options.Memory)
	case f.open && f.token != "":
		return usage(c, "--open says that no token is needed, and --token-file gives one")
	}
	host, _, err := net.SplitHostPort(f.addr)
	if err != nil {
		return usage(c, "--addr %q, want HOST:PORT, as in 127.0.0.1:8080", f.addr)
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	f.options.Loopback = host == "localhost" || ip != nil && ip.IsLoopback()
	if !f.options.Loopback && f.token == "" && !f.open {
		return usage(c, "--addr %s can be reached by other machines: give --token-file FILE, or --open if anybody may ask", f.addr)
	}
	if f.token != "" || f.open {
		f.options.Loopback = false // behind another server the host is that server's
	}
	return nil
}

// sources returns the models that arguments name.
func sources(c *cobra.Command, z *zoo.Zoo, args []string) ([]serve.Model, error) {
	var models []serve.Model
	for _, arg := range args {
		name, model, renamed := strings.Cut(arg, "=")
		if !renamed {
			name, model = filepath.Base(filepath.Clean(arg)), arg
		}
		if model == "" {
			return nil, usage(c, "%q names no model, want [NAME=]MODEL", arg)
		}
		if slices.ContainsFunc(models, func(m serve.Model) bool { return m.Name == name }) {
			return nil, usage(c, "two models are called %q: give one another name, as in NAME=%s", name, model)
		}
		if !serve.ValidName(name) {
			return nil, usage(c, "the name %q cannot be in a path: want letters, digits, '.', '_' and '-', as in NAME=%s", name, model)
		}
		m := serve.Model{Name: name, Open: func() (*zoo.Model, error) { return z.Open(model) }}
		if _, known := z.Lookup(model); !known {
			m.Log = func() ([]byte, error) {
				text, err := os.ReadFile(filepath.Join(model, logFile))
				if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
					err = nil // of a model that training did not write there
				}
				return text, err
			}
		}
		models = append(models, m)
	}
	return models, nil
}

// readToken reads the token of a file.
func readToken(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("zoo: token: %w", err)
	}
	token := strings.TrimSpace(string(text))
	if len(token) < 16 || strings.ContainsAny(token, " \t\r\n") {
		return "", fmt.Errorf("zoo: token: %s holds %d characters, want one line of 16 or more without blanks", path, len(token))
	}
	return token, nil
}

func runServe(c *cobra.Command, z *zoo.Zoo, args []string, f serveFlags) error {
	if err := f.check(c); err != nil {
		return err
	}
	models, err := sources(c, z, args)
	if err != nil {
		return err
	}
	if f.token != "" {
		if f.options.Token, err = readToken(f.token); err != nil {
			return err
		}
	}
	var tls certificate
	if f.cert != "" {
		if err := tls.load(f.cert, f.key); err != nil {
			return err
		}
	}
	log := slog.New(slog.NewJSONHandler(c.ErrOrStderr(), nil))
	f.options.Log, f.options.LogTexts, f.options.Version = log, f.logTexts, version()
	listener, err := net.Listen("tcp", f.addr)
	if err != nil {
		return fmt.Errorf("zoo: serve: %w", err)
	}
	defer listener.Close()
	s, err := serve.New(models, f.options)
	if err != nil {
		return err
	}
	defer s.Close()
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: min(10*time.Second, f.options.Timeout),
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	scheme := "http"
	listener = limit(listener, f.connections)
	if f.cert != "" {
		scheme, server.TLSConfig = "https", tls.config()
	}
	ended := make(chan error, 1)
	go func() {
		if scheme == "https" {
			ended <- server.ServeTLS(listener, "", "")
			return
		}
		ended <- server.Serve(listener)
	}()
	fmt.Fprintf(c.OutOrStdout(), "%s://%s/\n", scheme, shownAddress(listener.Addr()))
	log.Info("serving", "address", listener.Addr().String(), "models", len(models))
	return untilSignalled(c.Context(), s, server, ended, &tls, f.grace, log, c.ErrOrStderr())
}

// shownAddress is an address as a browser takes it.
func shownAddress(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}

// untilSignalled serves until the context ends, and then lets requests end.
func untilSignalled(ctx context.Context, s *serve.Server, server *http.Server, ended <-chan error, tls *certificate, grace time.Duration, log *slog.Logger, stderr io.Writer) error {
	again, stop := hangups()
	defer stop()
	for {
		select {
		case err := <-ended:
			return fmt.Errorf("zoo: serve: %w", err)
		case <-again:
			changed, err := s.Reload(ctx)
			if err = errors.Join(err, tls.again()); err != nil {
				log.Error("opened again", "changed", changed, "error", err.Error())
				continue
			}
			log.Info("opened again", "changed", changed)
		case <-ctx.Done():
			n := s.Drain()
			log.Info("ending", "in_flight", n)
			late, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
			defer cancel()
			err := server.Shutdown(late)
			left := s.InFlight()
			err = cmp.Or(err, server.Close())
			fmt.Fprintf(stderr, "zoo: serve: %d requests were in flight, %d ended\n", n, max(0, n-left))
			if left > 0 {
				return fmt.Errorf("zoo: serve: %d requests did not end within --grace %v", left, grace)
			}
			return err
		}
	}
}
