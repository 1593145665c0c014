package hub

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/gorgonia-zoo/zoo/internal/fetch"
)

// explain adds to an error of a server what it means at the hub, and what to do.
func (p *pull) explain(what string, err error) error {
	var status *fetch.StatusError
	switch {
	case errors.As(err, &status):
		return fmt.Errorf("%s: %w: %s", what, err, p.advice(status))
	case errors.Is(err, ErrOffline):
		err = fmt.Errorf("%w; connect to the network, set HTTPS_PROXY if there is a proxy, or HF_ENDPOINT for a mirror", err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// advice says what to do about an answer. The hub says in a header of its own
// what is wrong.
func (p *pull) advice(status *fetch.StatusError) string {
	code := status.Header.Get("X-Error-Code")
	login := "set HF_TOKEN to a token of an account that may read it (it goes over HTTPS alone)"
	switch {
	case code == "RepoNotFound" || code == "" && status.Code == http.StatusNotFound:
		return fmt.Sprintf("there is no such repository or revision at %s, or it is private: look at the name, or %s", p.Endpoint, login)
	case code == "RevisionNotFound":
		return fmt.Sprintf("the repository has no revision %q", p.Revision)
	case code == "EntryNotFound":
		return "the hub lists the file and does not have it"
	case code == "GatedRepo" || status.Code == http.StatusForbidden:
		return fmt.Sprintf("its terms may have to be accepted at %s/%s first, and then: %s", p.Endpoint, p.Repo, login)
	case status.Code == http.StatusUnauthorized && p.Token != "":
		return "there is no such repository, or the token (HF_TOKEN, or huggingface_hub's file) is not valid"
	case status.Code == http.StatusUnauthorized:
		return "there is no such repository, or it is private: look at the name, or " + login
	}
	return "look at the address, " + p.Endpoint
}
