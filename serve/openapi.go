package serve

import (
	_ "embed"
	"net/http"
)

//go:embed openapi.json
var description []byte

func (s *Server) openAPI(w http.ResponseWriter, r *http.Request) {
	send(w, r, http.StatusOK, "application/json", description)
}
