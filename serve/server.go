package serve

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"sync"
	"sync/atomic"

	"github.com/gorgonia-zoo/zoo/serve/page"
)

// Server serves models. It is an http.Handler.
type Server struct {
	options  Options
	names    []string // in the order given
	entries  map[string]*entry
	metrics  *metrics
	handler  http.Handler
	draining atomic.Bool
	flights  atomic.Int64 // requests that are being answered
	bodies   atomic.Int64 // bytes of bodies in memory
	reload   sync.Mutex
}

// entry is a name and the model that has it now.
type entry struct {
	source Model
	now    atomic.Pointer[generation]
}

var nameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

// ValidName tells whether a model may have a name: 100 letters, digits, '.', '_' and '-'
// at most, the first of which is a letter or a digit.
func ValidName(name string) bool { return nameForm.MatchString(name) }

// New opens models that are not open yet, and serves them.
func New(models []Model, o Options) (*Server, error) {
	o, err := o.filled()
	if err != nil {
		return nil, err
	}
	if len(models) == 0 {
		return nil, errors.New("serve: no model is given")
	}
	s := &Server{options: o, entries: map[string]*entry{}}
	s.metrics = newMetrics(s)
	for _, m := range models {
		if !ValidName(m.Name) {
			return nil, fmt.Errorf("serve: the name %.100q cannot be in a path: want letters, digits, '.', '_' and '-'", m.Name)
		}
		if s.entries[m.Name] != nil {
			return nil, fmt.Errorf("serve: two models are called %q: give one another name, as in NAME=MODEL", m.Name)
		}
		g, err := s.open(m)
		if err != nil {
			return nil, fmt.Errorf("serve: %s: %w", m.Name, err)
		}
		e := &entry{source: m}
		e.now.Store(g)
		s.entries[m.Name] = e
		s.names = append(s.names, m.Name)
	}
	for _, e := range s.entries { // once all are open: nothing is left behind by an error
		s.start(e.now.Load())
	}
	s.handler = s.routes()
	return s, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Drain makes the server say that it is not ready, so that no more is sent to it, and
// returns how many requests are being answered. They end as ever.
func (s *Server) Drain() (requests int) {
	s.draining.Store(true)
	return s.InFlight()
}

// InFlight returns how many requests are being answered.
func (s *Server) InFlight() int { return int(s.flights.Load()) }

// Close ends the goroutines of the server, after its last request.
func (s *Server) Close() {
	s.draining.Store(true)
	for _, e := range s.entries {
		e.now.Load().retire()
	}
}

// Reload opens the models again, beside those that serve, and lets those whose files
// have changed take their places: requests that have begun end with the old one. A
// model that cannot be opened, or answers other inputs, leaves the old one in its place
// and is an error; the others go on. It returns the names of those that have changed.
func (s *Server) Reload(ctx context.Context) (changed []string, err error) {
	s.reload.Lock()
	defer s.reload.Unlock()
	var errs []error
	for _, name := range s.names {
		if ctx.Err() != nil {
			return changed, errors.Join(append(errs, context.Cause(ctx))...)
		}
		e := s.entries[name]
		if e.source.Open == nil {
			continue
		}
		m := e.source
		m.Model = nil
		g, err := s.open(m)
		if err != nil {
			errs = append(errs, fmt.Errorf("serve: %s: the old one goes on: %w", name, err))
			s.metrics.reloads.WithLabelValues(name, "failed").Inc()
			continue
		}
		old := e.now.Load()
		if g.Files == old.Files {
			s.metrics.reloads.WithLabelValues(name, "unchanged").Inc()
			continue
		}
		s.start(g)
		e.now.Store(g)
		old.retire()
		changed = append(changed, name)
		s.metrics.reloads.WithLabelValues(name, "changed").Inc()
	}
	return changed, errors.Join(errs...)
}

// take returns the model of a name for a request, which must release it.
func (s *Server) take(name string) (*generation, bool) {
	e, ok := s.entries[name]
	for ok {
		g := e.now.Load()
		if g.use() {
			return g, true
		}
		if s.entries[name].now.Load() == g { // the server is closed
			return nil, false
		}
	}
	return nil, false
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v2", s.serverMetadata)
	mux.HandleFunc("GET /v2/{$}", s.serverMetadata)
	mux.HandleFunc("GET /v2/health/live", s.live)
	mux.HandleFunc("GET /v2/health/ready", s.ready)
	for _, m := range []string{"/v2/models/{model}", "/v2/models/{model}/versions/{version}"} {
		mux.HandleFunc("GET "+m, s.modelMetadata)
		mux.HandleFunc("GET "+m+"/ready", s.modelReady)
		mux.HandleFunc("POST "+m+"/infer", s.infer)
	}
	mux.HandleFunc("GET /v1/models", s.models)
	mux.HandleFunc("GET /v1/models/{model}", s.model)
	mux.HandleFunc("POST /v1/predict/{model}", s.predict)
	mux.HandleFunc("GET /openapi.json", s.openAPI)
	mux.Handle("GET /metrics", s.metrics.handler())
	files := page.Handler()
	mux.HandleFunc("GET /{$}", files.ServeHTTP)
	for _, name := range page.Names() {
		mux.HandleFunc("GET /"+name, files.ServeHTTP)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if allowed := otherMethod(mux, r); allowed != "" {
			w.Header().Set("Allow", allowed)
			fail(w, r, http.StatusMethodNotAllowed, fmt.Errorf("%s does not apply to %s, %s does", r.Method, clip(r.URL.Path), allowed))
			return
		}
		fail(w, r, http.StatusNotFound, fmt.Errorf("no path %s: /openapi.json describes those that there are", clip(r.URL.Path)))
	})
	return s.around(mux)
}

// otherMethod returns the method by which a path can be asked, "" where there is none.
func otherMethod(mux *http.ServeMux, r *http.Request) string {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := mux.Handler(other); pattern != "/" {
			return method
		}
	}
	return ""
}

// clip shortens what strangers sent for an error.
func clip(text string) string {
	if len(text) > 200 {
		return text[:200] + "…"
	}
	return text
}
