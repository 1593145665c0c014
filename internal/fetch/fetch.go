// Package fetch downloads over HTTP: in as many connections as it takes, going
// on where the last one was cut, and under the checks that its caller states.
// What is fetched, where from and where to, is the caller's business.
package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

var (
	// ErrOffline is wrapped by errors that say the server could not be
	// reached.
	ErrOffline = errors.New("cannot reach the server")
	// ErrChecksum is wrapped by errors that say the file that came is not the
	// one expected.
	ErrChecksum = errors.New("not the file expected")
)

// StatusError is an answer that trying again will not better.
type StatusError struct {
	Code   int
	Status string // the code and its name
	Header http.Header
}

func (e *StatusError) Error() string { return "the server answers " + e.Status }

// Request is what is asked of a server, and how patiently.
type Request struct {
	URL    string
	Header http.Header // beside what the fetch itself needs; nil: none

	// Client makes the connections; nil means one that honours HTTPS_PROXY,
	// HTTP_PROXY and NO_PROXY. It must not set a timeout for the whole.
	Client *http.Client
	// Answered is shown each answer that brings bytes before they are read;
	// resp.Request.Response leads to the redirects before it. An error of its
	// ends the fetch. nil: not called.
	Answered func(resp *http.Response) error

	// Stall is how long nothing may arrive before the connection is given up
	// and made again; 0 means 30 s.
	Stall time.Duration
	// Retries is how often in a row a connection may fail without having
	// brought anything; 0 means 5. Pause is the wait before the first of
	// them, which doubles up to 30 s; 0 means 1 s.
	Retries int
	Pause   time.Duration
}

func (r Request) withDefaults() Request {
	if r.Client == nil {
		r.Client = &http.Client{}
	}
	if r.Stall <= 0 {
		r.Stall = 30 * time.Second
	}
	if r.Retries <= 0 {
		r.Retries = 5
	}
	if r.Pause <= 0 {
		r.Pause = time.Second
	}
	return r
}

// final is an error that trying again will not mend.
type final struct{ error }

func (f final) Unwrap() error { return f.error }

// retryAfter is an error with the time the server wants to be left alone.
type retryAfter struct {
	error
	wait time.Duration
}

func (r retryAfter) Unwrap() error { return r.error }

// retry makes attempts until one succeeds, its error is final or too many in a
// row have failed without a gain, which attempt tells of.
func (r Request) retry(ctx context.Context, attempt func() (gained bool, err error)) error {
	failures, pause := 0, r.Pause
	for {
		gained, err := attempt()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if f := (final{}); errors.As(err, &f) {
			return f.error
		}
		if gained {
			failures, pause = 0, r.Pause
		}
		if failures++; failures > r.Retries {
			return err
		}
		wait := pause
		if a := (retryAfter{}); errors.As(err, &a) && a.wait > wait {
			wait = min(a.wait, time.Minute)
		}
		pause = min(2*pause, 30*time.Second)
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

// do asks for the bytes from have on, or for all of them, and hands an answer
// that brings bytes to read. Nothing may arrive for Stall at most: read calls
// alive when something does.
func (r Request) do(ctx context.Context, have int64, ifRange string, read func(resp *http.Response, alive func()) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stalled := fmt.Errorf("nothing arrived for %v", r.Stall)
	watchdog := time.AfterFunc(r.Stall, func() { cancel(stalled) })
	defer watchdog.Stop()

	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL, nil)
	if err != nil {
		return final{err}
	}
	for key, values := range r.Header {
		req.Header[key] = values
	}
	req.Header.Set("Accept-Encoding", "identity") // or the transport may unpack what is to stay packed
	if have > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
		if ifRange != "" {
			req.Header.Set("If-Range", ifRange)
		}
	}
	resp, err := r.Client.Do(req)
	if err != nil {
		return unreachable(ctx, err)
	}
	defer resp.Body.Close()
	switch code := resp.StatusCode; {
	case code == http.StatusOK, code == http.StatusPartialContent && have > 0:
	case code == http.StatusRequestedRangeNotSatisfiable && have > 0:
		return errRestart
	case code == http.StatusTooManyRequests || code == http.StatusRequestTimeout || code >= 500:
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		wait := time.Duration(min(max(seconds, 0), 3600)) * time.Second
		return retryAfter{fmt.Errorf("the server answers %s", resp.Status), wait}
	default:
		return final{&StatusError{code, resp.Status, resp.Header}}
	}
	if r.Answered != nil {
		if err := r.Answered(resp); err != nil {
			return final{err}
		}
	}
	err = read(resp, func() { watchdog.Reset(r.Stall) })
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	return err
}

// unreachable tells what kind of failure it is that no answer came.
func unreachable(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	var address *url.Error
	if errors.As(err, &address) { // whose query may be a signature that lets anyone in
		short, _, _ := strings.Cut(address.URL, "?")
		err = &url.Error{Op: address.Op, URL: short, Err: address.Err}
	}
	var refused *RedirectError
	if errors.As(err, &refused) {
		return final{err}
	}
	var cert *tls.CertificateVerificationError
	if errors.As(err, &cert) {
		return final{fmt.Errorf("%w; does a proxy inspect the connection?", err)}
	}
	var op *net.OpError
	var dns *net.DNSError
	if errors.As(err, &op) || errors.As(err, &dns) {
		return fmt.Errorf("%w: %w", ErrOffline, err)
	}
	return err
}

// RedirectError is what a Client's CheckRedirect returns for a redirect that it
// refuses: trying again will not mend it.
type RedirectError struct{ Why string }

func (e *RedirectError) Error() string { return "redirect refused: " + e.Why }
