package serve

import (
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/gorgonia-zoo/zoo/serve/answer"
	"github.com/gorgonia-zoo/zoo/serve/oip"
)

// statusError is an error and the status that says what kind it is.
type statusError struct {
	status int
	error
}

func (e statusError) Unwrap() error { return e.error }

func status(code int, format string, args ...any) error {
	return statusError{code, fmt.Errorf(format, args...)}
}

var errMemory = statusError{http.StatusTooManyRequests, errors.New("the bodies of all requests together have reached their limit: try again in a moment")}

// reserve takes bytes from those that all bodies may have.
func (s *Server) reserve(n int64) bool {
	if s.bodies.Add(n) > s.options.Memory {
		s.bodies.Add(-n)
		return false
	}
	return true
}

// body reads the body of a request, which release gives back to the memory of all.
// A body takes its memory as it arrives, not as it announces itself: who sends slowly
// keeps little.
func (s *Server) body(w http.ResponseWriter, r *http.Request) (body []byte, release func(), err error) {
	most := s.options.Body
	if r.ContentLength > most {
		return nil, nil, status(http.StatusRequestEntityTooLarge, "a body of %d bytes, want at most %d", r.ContentLength, most)
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(s.options.Timeout)) // of no connection: a test's
	reserved := int64(0)
	give := func() { s.bodies.Add(-reserved) }
	defer func() {
		if err != nil {
			give()
		} else {
			_ = control.SetReadDeadline(time.Time{})
		}
	}()
	limited := http.MaxBytesReader(w, r.Body, most)
	from := io.Reader(limited)
	switch coding := r.Header.Get("Content-Encoding"); coding {
	case "", "identity":
	case "gzip":
		from, err = gzip.NewReader(limited)
	case "deflate":
		from, err = zlib.NewReader(limited)
	default:
		return nil, nil, status(http.StatusUnsupportedMediaType, "Content-Encoding %.50q, want gzip, deflate or none", coding)
	}
	if err != nil {
		return nil, nil, bodyError(err, most)
	}
	for {
		if len(body) == cap(body) {
			grown := max(4<<10, 2*int64(cap(body)))
			if size := r.ContentLength; size > int64(len(body)) && grown > size && from == io.Reader(limited) {
				grown = size + 1 // room to see the end
			}
			if grown = min(grown, most+1); grown <= int64(len(body)) {
				return nil, nil, bodyError(&http.MaxBytesError{Limit: most}, most)
			}
			if !s.reserve(grown - int64(cap(body))) {
				return nil, nil, errMemory
			}
			reserved += grown - int64(cap(body))
			larger := make([]byte, len(body), grown)
			copy(larger, body)
			body = larger
		}
		n, err := from.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if err == io.EOF {
			if int64(len(body)) > most {
				return nil, nil, bodyError(&http.MaxBytesError{Limit: most}, most)
			}
			return body, give, nil
		}
		if err != nil {
			return nil, nil, bodyError(err, most)
		}
	}
}

// bodyError says what is wrong with a body.
func bodyError(err error, most int64) error {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return status(http.StatusRequestEntityTooLarge, "the body has more than %d bytes", most)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return status(http.StatusRequestTimeout, "the body did not arrive in time")
	}
	return status(http.StatusBadRequest, "the body cannot be read: %w", err)
}

// failed answers with an error that came of reading or answering.
func (s *Server) failed(w http.ResponseWriter, r *http.Request, err error) {
	code := http.StatusInternalServerError
	var told statusError
	switch {
	case errors.As(err, &told):
		code = told.status
	case errors.Is(err, answer.ErrTooMany):
		code = http.StatusRequestEntityTooLarge
	case errors.Is(err, answer.ErrInput), errors.Is(err, oip.ErrRequest):
		code = http.StatusBadRequest
	case errors.Is(err, errBusy):
		code = http.StatusTooManyRequests
	case errors.Is(err, context.DeadlineExceeded):
		code, err = http.StatusGatewayTimeout, errors.New("there was no answer in time")
	}
	fail(w, r, code, err)
}

// answered asks a model within the time that an answer may take, and counts.
func (s *Server) answered(r *http.Request, g *generation, inputs []answer.Input, o answer.Options, within time.Duration) ([]answer.Answer, error) {
	rec := recordOf(r)
	rec.inputs = len(inputs)
	if len(inputs) > s.options.Inputs {
		return nil, status(http.StatusRequestEntityTooLarge, "%d inputs, want at most %d in a request", len(inputs), s.options.Inputs)
	}
	if s.options.LogTexts {
		for _, in := range inputs {
			rec.texts = append(rec.texts, shown(in))
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), min(within, s.options.Timeout))
	defer cancel()
	all, err := g.answer(ctx, inputs, o)
	truncated := 0
	for _, a := range all {
		rec.tokens += a.Tokens
		if a.Truncated {
			truncated++
		}
	}
	s.metrics.tokens.WithLabelValues(g.Name).Add(float64(rec.tokens))
	s.metrics.truncated.WithLabelValues(g.Name).Add(float64(truncated))
	return all, err
}

// shown is an input as a log line has it.
func shown(in answer.Input) string {
	switch {
	case in.Cells != nil:
		return fmt.Sprintf("%q", in.Cells)
	case in.Numbers != nil:
		return fmt.Sprint(in.Numbers)
	}
	return in.Text
}
