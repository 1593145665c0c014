package serve

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what a server counts, in a registry of its own.
type metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.CounterVec
	seconds   *prometheus.HistogramVec
	batch     *prometheus.HistogramVec
	tokens    *prometheus.CounterVec
	truncated *prometheus.CounterVec
	reloads   *prometheus.CounterVec
}

func newMetrics(s *Server) *metrics {
	byModel := []string{"model"}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "zoo_requests_total", Help: "Requests, by model (empty: about none) and status (499: the client went away)."}, []string{"model", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "zoo_request_seconds", Help: "From a request's header to the end of its answer, of requests about a model.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}}, byModel),
		batch: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "zoo_batch_inputs", Help: "Inputs that were answered together.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 10)}, byModel),
		tokens:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "zoo_tokens_total", Help: "Tokens that were read."}, byModel),
		truncated: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "zoo_truncated_texts_total", Help: "Texts that were cut at the model's limit."}, byModel),
		reloads:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "zoo_reloads_total", Help: "Models that were opened again, by what came of it: changed, unchanged or failed."}, []string{"model", "result"}),
	}
	m.registry.MustRegister(m.requests, m.seconds, m.batch, m.tokens, m.truncated, m.reloads, state{s},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) request(model string, status int, took time.Duration) {
	m.requests.WithLabelValues(model, strconv.Itoa(status)).Inc()
	if model != "" {
		m.seconds.WithLabelValues(model).Observe(took.Seconds())
	}
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// state collects what is true at the moment.
type state struct{ *Server }

var (
	queueDesc  = prometheus.NewDesc("zoo_queue_inputs", "Inputs that wait.", []string{"model"}, nil)
	modelDesc  = prometheus.NewDesc("zoo_model_info", "1 for each model that is open, with the SHA-256 of its weights.", []string{"model", "version", "sha256", "kind"}, nil)
	openedDesc = prometheus.NewDesc("zoo_model_opened_seconds", "When the model was opened, in seconds since 1970.", []string{"model"}, nil)
	flightDesc = prometheus.NewDesc("zoo_requests_in_flight", "Requests that are being answered.", nil, nil)
	bodiesDesc = prometheus.NewDesc("zoo_bodies_bytes", "Memory of the bodies of requests.", nil, nil)
)

func (state) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{queueDesc, modelDesc, openedDesc, flightDesc, bodiesDesc} {
		to <- d
	}
}

func (s state) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	for _, name := range s.names {
		g := s.entries[name].now.Load()
		gauge(queueDesc, float64(g.waits()), name)
		gauge(modelDesc, 1, name, g.Version, g.SHA256, g.Kind)
		gauge(openedDesc, float64(g.opened.Unix()), name)
	}
	gauge(flightDesc, float64(s.flights.Load()))
	gauge(bodiesDesc, float64(s.bodies.Load()))
}
