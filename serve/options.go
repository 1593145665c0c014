// Package serve answers over HTTP with opened models: the Open Inference Protocol,
// version 2, that KServe and Triton speak, a plain path for people, a page in which
// they try the models, and metrics for Prometheus.
//
//	m, err := zoo.OpenModel("lstm-imdb")
//	h, err := serve.Handler([]serve.Model{{Name: "reviews", Model: m}}, serve.Options{})
//	http.Handle("/", h)
//
// Requests that arrive together are predicted together: while a batch is computed
// the others gather for the next. What is in memory is bounded: the queue of each model,
// the bodies of all requests, and what a request may have.
package serve

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"github.com/gorgonia-zoo/zoo/recipe"
)

// Model is a model to serve.
type Model struct {
	Name  string        // in paths; letters, digits, '.', '_' and '-'
	Model *recipe.Model // nil: Open opens it

	// Open opens the model again when Server.Reload asks; nil: it stays as it is.
	Open func() (*recipe.Model, error)
	// Log is what its training wrote, for the page: JSON objects, one a line; nil
	// where there is none. It is asked for when the model is opened.
	Log func() ([]byte, error)
}

// Options bound what a server does. The zero value is a sane one.
type Options struct {
	// Window is how long the first request of a batch waits for others. 0: not at
	// all; those that come while a batch is computed go together all the same.
	Window   time.Duration
	Batch    int           // inputs in a batch at most; 0: 128
	Queue    int           // inputs that wait for a model at most, beyond which requests are told to come again (429); 0: 2048
	Inputs   int           // inputs of a request at most; 0: 256
	Body     int64         // bytes of a body at most, as sent and decompressed; 0: 8 MiB
	Memory   int64         // bytes of the bodies of all requests at once; 0: 256 MiB
	Timeout  time.Duration // for reading a request, and again for answering it; 0: 30 s
	Runners  int           // batches of a model that are computed at once; 0: 2, or 1 on one processor
	Token    string        // that requests must bear, but for health and the page's files; "": none
	Loopback bool          // answer only requests that name this machine as their host: pages of others, whose names lead here, are refused

	Log      *slog.Logger // a line for each request, without the texts in it; nil: none
	LogTexts bool         // the texts too
	Version  string       // of the program
}

func (o Options) filled() (Options, error) {
	for _, d := range []struct {
		value     *int
		otherwise int
		name      string
	}{{&o.Batch, 128, "batch"}, {&o.Queue, 2048, "queue"}, {&o.Inputs, 256, "inputs of a request"}, {&o.Runners, min(2, runtime.GOMAXPROCS(0)), "runners"}} {
		if *d.value < 0 {
			return o, fmt.Errorf("serve: %s: %d, want 1 or more", d.name, *d.value)
		}
		if *d.value == 0 {
			*d.value = d.otherwise
		}
	}
	for _, d := range []struct {
		value     *int64
		otherwise int64
		name      string
	}{{&o.Body, 8 << 20, "bytes of a body"}, {&o.Memory, 256 << 20, "bytes of all bodies"}, {(*int64)(&o.Timeout), int64(30 * time.Second), "timeout"}} {
		if *d.value < 0 {
			return o, fmt.Errorf("serve: %s: %d, want 1 or more", d.name, *d.value)
		}
		if *d.value == 0 {
			*d.value = d.otherwise
		}
	}
	switch {
	case o.Window < 0:
		return o, fmt.Errorf("serve: window: %v, want 0 or more", o.Window)
	case o.Inputs > o.Queue:
		return o, fmt.Errorf("serve: a request may have %d inputs and the queue %d: it would never have room", o.Inputs, o.Queue)
	case o.Body > o.Memory:
		return o, fmt.Errorf("serve: a body may have %d bytes and all bodies %d: it would never have room", o.Body, o.Memory)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o, nil
}

// Handler returns a handler of models, for a server of the program's own. A program
// that stops serving before it ends takes New, and closes the Server.
func Handler(models []Model, o Options) (http.Handler, error) { return New(models, o) }
