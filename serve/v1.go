package serve

import (
	"errors"
	"fmt"
	"mime"
	"net/http"

	"github.com/gorgonia-zoo/zoo/serve/answer"
)

func (s *Server) models(w http.ResponseWriter, r *http.Request) {
	all := []answer.Description{}
	for _, name := range s.names {
		all = append(all, s.entries[name].now.Load().Describe(false))
	}
	reply(w, r, http.StatusOK, map[string]any{"models": all})
}

func (s *Server) model(w http.ResponseWriter, r *http.Request) {
	if g, ok := s.find(w, r); ok {
		defer g.release()
		reply(w, r, http.StatusOK, g.Describe(true))
	}
}

// find finds the model that the path names, or answers that there is none.
func (s *Server) find(w http.ResponseWriter, r *http.Request) (*generation, bool) {
	name := r.PathValue("model")
	g, ok := s.take(name)
	if !ok {
		if s.entries[name] != nil {
			fail(w, r, http.StatusServiceUnavailable, errors.New("the server is closed"))
			return nil, false
		}
		fail(w, r, http.StatusNotFound, fmt.Errorf("no model %q: /v1/models lists those that there are", clip(name)))
		return nil, false
	}
	recordOf(r).model = g.Name
	if version := r.PathValue("version"); version != "" && version != g.Version {
		g.release()
		fail(w, r, http.StatusNotFound, fmt.Errorf("model %q has the version %s, and no %q", name, g.Version, clip(version)))
		return nil, false
	}
	return g, true
}

func (s *Server) predict(w http.ResponseWriter, r *http.Request) {
	g, ok := s.find(w, r)
	if !ok {
		return
	}
	defer g.release()
	body, err := s.predicted(w, r, g)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	send(w, r, http.StatusOK, "application/json", append(body, '\n'))
}

// predicted answers the body of /v1/predict.
func (s *Server) predicted(w http.ResponseWriter, r *http.Request, g *generation) ([]byte, error) {
	body, release, err := s.body(w, r)
	if err != nil {
		return nil, err
	}
	defer release()
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // what is not understood is JSON
	request, err := g.Read(body, media == "text/plain", s.options.Inputs)
	if err != nil {
		return nil, err
	}
	answers, err := s.answered(r, g, request.Inputs, request.Options, s.options.Timeout)
	if err != nil {
		return nil, err
	}
	return g.Reply(request, answers)
}
