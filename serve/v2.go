package serve

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/gorgonia-zoo/zoo/serve/oip"
)

func (s *Server) serverMetadata(w http.ResponseWriter, r *http.Request) {
	reply(w, r, http.StatusOK, map[string]any{"name": "zoo", "version": s.options.Version, "extensions": []string{"binary_tensor_data", "classification"}})
}

func (s *Server) live(w http.ResponseWriter, r *http.Request) {
	reply(w, r, http.StatusOK, map[string]bool{"live": true})
}

func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	if s.draining.Load() {
		fail(w, r, http.StatusServiceUnavailable, errors.New("the server is about to end"))
		return
	}
	reply(w, r, http.StatusOK, map[string]bool{"ready": true})
}

func (s *Server) modelMetadata(w http.ResponseWriter, r *http.Request) {
	if g, ok := s.find(w, r); ok {
		defer g.release()
		reply(w, r, http.StatusOK, map[string]any{"name": g.Name, "versions": []string{g.Version}, "platform": "gorgonia_zoo",
			"inputs": g.Inputs, "outputs": g.Outputs})
	}
}

func (s *Server) modelReady(w http.ResponseWriter, r *http.Request) {
	if g, ok := s.find(w, r); ok {
		defer g.release()
		if s.draining.Load() {
			fail(w, r, http.StatusServiceUnavailable, errors.New("the server is about to end"))
			return
		}
		reply(w, r, http.StatusOK, map[string]any{"name": g.Name, "ready": true})
	}
}

func (s *Server) infer(w http.ResponseWriter, r *http.Request) {
	g, ok := s.find(w, r)
	if !ok {
		return
	}
	defer g.release()
	response, err := s.inferred(w, r, g)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	body, jsonLength, err := response.Encode()
	if err != nil {
		s.failed(w, r, err)
		return
	}
	kind := "application/json"
	if jsonLength >= 0 {
		kind = "application/octet-stream"
		w.Header().Set(oip.HeaderLength, strconv.Itoa(jsonLength))
	}
	send(w, r, http.StatusOK, kind, body)
}

// inferred answers the body of infer.
func (s *Server) inferred(w http.ResponseWriter, r *http.Request, g *generation) (*oip.Response, error) {
	jsonLength := -1
	if text := r.Header.Get(oip.HeaderLength); text != "" {
		n, err := strconv.ParseUint(text, 10, 31)
		if err != nil {
			return nil, status(http.StatusBadRequest, "%s %.50q, want a whole number of bytes", oip.HeaderLength, text)
		}
		jsonLength = int(n)
	}
	body, release, err := s.body(w, r)
	if err != nil {
		return nil, err
	}
	defer release()
	request, err := oip.Decode(body, jsonLength)
	if err != nil {
		return nil, err
	}
	o, within, err := s.inferOptions(g.Model, request)
	if err != nil {
		return nil, err
	}
	inputs, err := fromTensors(g.Model, request.Inputs)
	if err != nil {
		return nil, err
	}
	answers, err := s.answered(r, g, inputs, o, within)
	if err != nil {
		return nil, err
	}
	results, err := toTensors(g.Model, answers, request, o)
	if err != nil {
		return nil, err
	}
	return &oip.Response{Model: g.Name, Version: g.Version, ID: request.ID, Outputs: results}, nil
}
