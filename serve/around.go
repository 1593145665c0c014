package serve

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

// gone is the status that is logged of a request whose client went away.
const gone = 499

// record is what is told of a request afterwards.
type record struct {
	http.ResponseWriter
	model  string // of those that are served; "" otherwise
	status int
	inputs int
	tokens int
	bytes  int64    // of the answer
	texts  []string // only where they are logged
}

type recordKey struct{}

func recordOf(r *http.Request) *record {
	if rec, ok := r.Context().Value(recordKey{}).(*record); ok {
		return rec
	}
	return &record{}
}

func (r *record) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *record) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (r *record) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// around does for every request what none may go without.
func (s *Server) around(next http.Handler) http.Handler {
	origins := http.NewCrossOriginProtection() // no page of another site has the models work
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.flights.Add(1)
		defer s.flights.Add(-1)
		began := time.Now()
		rec := &record{ResponseWriter: w}
		r = r.WithContext(context.WithValue(r.Context(), recordKey{}, rec))
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				s.options.Log.Error("a request failed", "path", clip(r.URL.Path), "error", fmt.Sprint(p), "stack", string(debug.Stack()))
				if rec.status == 0 {
					fail(rec, r, http.StatusInternalServerError, errors.New("the server failed; its log says more"))
				}
			}
			s.tell(r, rec, time.Since(began))
		}()
		_ = http.NewResponseController(w).SetWriteDeadline(began.Add(3 * s.options.Timeout)) // of reading, answering and being read
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		if s.options.Loopback && !thisMachine(r.Host) {
			fail(rec, r, http.StatusMisdirectedRequest, fmt.Errorf("the host %q is not this machine, and the server answers only this machine", clip(r.Host)))
			return
		}
		if err := origins.Check(r); err != nil {
			fail(rec, r, http.StatusForbidden, err)
			return
		}
		if !s.allowed(r) {
			h.Set("WWW-Authenticate", `Bearer realm="zoo"`)
			fail(rec, r, http.StatusUnauthorized, errors.New("the request bears no token, or a wrong one"))
			return
		}
		next.ServeHTTP(rec, r)
	})
}

// thisMachine tells whether the host that a request names is the machine itself.
func thisMachine(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// allowed tells whether a request may be answered: health and the page's files need
// no token. What is compared are hashes, in constant time.
func (s *Server) allowed(r *http.Request) bool {
	path := r.URL.Path
	if s.options.Token == "" || strings.HasPrefix(path, "/v2/health/") || !strings.HasPrefix(path, "/v") && path != "/metrics" && path != "/openapi.json" {
		return true
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return false
	}
	have, want := sha256.Sum256([]byte(strings.TrimSpace(token))), sha256.Sum256([]byte(s.options.Token))
	return subtle.ConstantTimeCompare(have[:], want[:]) == 1
}

// tell logs and counts a request.
func (s *Server) tell(r *http.Request, rec *record, took time.Duration) {
	status := rec.status
	if status == 0 {
		if status = http.StatusOK; r.Context().Err() != nil {
			status = gone
		}
	}
	s.metrics.request(rec.model, status, took)
	level := slog.LevelInfo
	switch path := r.URL.Path; {
	case status >= 500:
		level = slog.LevelError
	case rec.model == "" && status < 400 && (strings.HasPrefix(path, "/v2/health/") || path == "/metrics"):
		level = slog.LevelDebug
	}
	ctx := context.WithoutCancel(r.Context())
	if !s.options.Log.Enabled(ctx, level) {
		return
	}
	path := r.URL.Path // of no query: it may have a text
	about := []slog.Attr{slog.String("id", requestID(r)), slog.String("method", r.Method), slog.String("path", clip(path)), slog.Int("status", status),
		slog.Float64("milliseconds", float64(took.Microseconds())/1000), slog.Int64("bytes", rec.bytes), slog.String("remote", r.RemoteAddr)}
	if rec.model != "" {
		about = append(about, slog.String("model", rec.model), slog.Int("inputs", rec.inputs), slog.Int("tokens", rec.tokens))
	}
	if rec.texts != nil {
		about = append(about, slog.Any("texts", rec.texts))
	}
	s.options.Log.LogAttrs(ctx, level, "request", about...)
}

// requestID is the id that the client gave, or one that is drawn.
func requestID(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); id != "" {
		return clip(id)
	}
	return rand.Text()[:12]
}

// fail answers with an error, in the form of the Open Inference Protocol, which is
// that of the other paths too.
func fail(w http.ResponseWriter, r *http.Request, status int, err error) {
	if r.Context().Err() != nil && status != http.StatusRequestTimeout { // that ends the context too
		if rec, ok := w.(*record); ok && rec.status == 0 {
			rec.status = gone
		}
		return // nobody is there
	}
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	reply(w, r, status, map[string]string{"error": err.Error()})
}

// reply answers with JSON.
func reply(w http.ResponseWriter, r *http.Request, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"error":"the answer cannot be written as JSON"}`)
	}
	send(w, r, status, "application/json", append(body, '\n'))
}

// send sends a body whole.
func send(w http.ResponseWriter, r *http.Request, status int, kind string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", fmt.Sprint(len(body)))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // who is gone misses it
	}
}
