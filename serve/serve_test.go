package serve_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/serve"
)

// models are the ones of the tests: each is another kind.
func models() []serve.Model {
	var all []serve.Model
	for _, name := range []string{"nbsvm-imdb", "lstm-imdb", "mlp-line", "word2vec-imdb"} {
		all = append(all, serve.Model{Name: name, Open: func() (*zoo.Model, error) { return zoo.OpenModel(name) }})
	}
	return all
}

func newServer(t *testing.T, o serve.Options, models ...serve.Model) *serve.Server {
	t.Helper()
	s, err := serve.New(models, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// asked is an answer.
type asked struct {
	status int
	header http.Header
	body   string
}

func ask(t *testing.T, h http.Handler, method, path, body string, headers ...string) asked {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return asked{w.Code, w.Header(), w.Body.String()}
}

const inferTwo = `{"id":"7","inputs":[{"name":"text","datatype":"BYTES","shape":[2],"data":["A quiet, beautiful film.","dull"]}]}`

func TestPaths(t *testing.T) {
	s := newServer(t, serve.Options{Version: "v9"}, models()...)
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		says               string
	}{
		"server":            {"GET", "/v2", "", 200, `"version":"v9"`},
		"live":              {"GET", "/v2/health/live", "", 200, `{"live":true}`},
		"ready":             {"GET", "/v2/health/ready", "", 200, `{"ready":true}`},
		"metadata":          {"GET", "/v2/models/mlp-line", "", 200, `"inputs":[{"name":"x","datatype":"FP32","shape":[-1,1]}]`},
		"metadata, version": {"GET", "/v2/models/mlp-line/versions/a4661efd86dd", "", 200, `"versions":["a4661efd86dd"]`},
		"another version":   {"GET", "/v2/models/mlp-line/versions/1", "", 404, `the version a4661efd86dd, and no \"1\"`},
		"model ready":       {"GET", "/v2/models/lstm-imdb/ready", "", 200, `"ready":true`},
		"no such model":     {"GET", "/v2/models/absent", "", 404, `no model \"absent\"`},
		"no such path":      {"GET", "/v3", "", 404, "no path /v3"},
		"another method":    {"GET", "/v1/predict/lstm-imdb", "", 405, "POST does"},
		"models":            {"GET", "/v1/models", "", 200, `"name":"nbsvm-imdb","version":"24adcab5834d"`},
		"card":              {"GET", "/v1/models/lstm-imdb", "", 200, "Test accuracy by length"},
		"openapi":           {"GET", "/openapi.json", "", 200, `"openapi"`},
		"page":              {"GET", "/", "", 200, "<!doctype html>"},
		"script":            {"GET", "/main.js", "", 200, "import"},
		"metrics":           {"GET", "/metrics", "", 200, `zoo_model_info{kind="regressor",model="mlp-line",sha256="a4661efd86dd9a69`},

		"infer":               {"POST", "/v2/models/nbsvm-imdb/infer", inferTwo, 200, `"data":["positive","negative"]`},
		"infer, version":      {"POST", "/v2/models/nbsvm-imdb/versions/24adcab5834d/infer", inferTwo, 200, `"id":"7"`},
		"infer, one output":   {"POST", "/v2/models/nbsvm-imdb/infer", strings.Replace(inferTwo, `"inputs"`, `"outputs":[{"name":"tokens"}],"inputs"`, 1), 200, `"outputs":[{"name":"tokens","datatype":"INT32","shape":[2],"data":[6,1]}]`},
		"infer, classes":      {"POST", "/v2/models/nbsvm-imdb/infer", strings.Replace(inferTwo, `"inputs"`, `"outputs":[{"name":"probabilities","parameters":{"classification":1}}],"inputs"`, 1), 200, `:1:positive","0.`},
		"infer, numbers":      {"POST", "/v2/models/mlp-line/infer", `{"inputs":[{"name":"x","datatype":"FP32","shape":[2,1],"data":[2.5,-1]}]}`, 200, `"shape":[2,1],"data":[9.49`},
		"infer, words":        {"POST", "/v2/models/word2vec-imdb/infer", `{"parameters":{"top_k":1},"inputs":[{"name":"word","datatype":"BYTES","shape":[2],"data":["film","qqqq"]}]}`, 200, `"data":[true,false]`},
		"infer, explained":    {"POST", "/v2/models/nbsvm-imdb/infer", strings.Replace(inferTwo, `"inputs"`, `"parameters":{"explain":true},"inputs"`, 1), 200, `\"contribution\"`},
		"infer, nothing":      {"POST", "/v2/models/nbsvm-imdb/infer", `{"inputs":[{"name":"text","datatype":"BYTES","shape":[0],"data":[]}]}`, 200, `"shape":[0],"data":[]`},
		"another input":       {"POST", "/v2/models/nbsvm-imdb/infer", strings.Replace(inferTwo, `"text"`, `"x"`, 1), 400, `no input \"x\"`},
		"another output":      {"POST", "/v2/models/nbsvm-imdb/infer", strings.Replace(inferTwo, `"inputs"`, `"outputs":[{"name":"y"}],"inputs"`, 1), 400, `no output \"y\"`},
		"another parameter":   {"POST", "/v2/models/nbsvm-imdb/infer", strings.Replace(inferTwo, `"inputs"`, `"parameters":{"beam":2},"inputs"`, 1), 400, `no parameter \"beam\"`},
		"explained, numbers":  {"POST", "/v2/models/mlp-line/infer", `{"parameters":{"explain":true},"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1]}]}`, 400, "explain does not apply"},
		"texts for numbers":   {"POST", "/v2/models/mlp-line/infer", `{"inputs":[{"name":"x","datatype":"BYTES","shape":[1],"data":["1"]}]}`, 400, "want FP32"},
		"numbers for texts":   {"POST", "/v2/models/nbsvm-imdb/infer", `{"inputs":[{"name":"text","datatype":"FP32","shape":[1],"data":[1]}]}`, 400, "want BYTES"},
		"not JSON":            {"POST", "/v2/models/nbsvm-imdb/infer", `texts!`, 400, `{"error":"`},
		"too many":            {"POST", "/v2/models/nbsvm-imdb/infer", `{"inputs":[{"name":"text","datatype":"BYTES","shape":[300],"data":["a"` + strings.Repeat(`,"a"`, 299) + `]}]}`, 413, "300 inputs"},
		"predict":             {"POST", "/v1/predict/nbsvm-imdb", `{"input":"A quiet, beautiful film."}`, 200, `"label":"positive"`},
		"predict a list":      {"POST", "/v1/predict/nbsvm-imdb", `{"input":["good","bad"],"top":1}`, 200, `"answers":[{"label":"positive"`},
		"predict a bare text": {"POST", "/v1/predict/nbsvm-imdb", `"good"`, 200, `"label":"positive"`},
		"predict no list":     {"POST", "/v1/predict/nbsvm-imdb", `[]`, 200, `"answers":[]`},
		"predict a number":    {"POST", "/v1/predict/mlp-line", `{"input":2.5}`, 200, `"input":2.5,"prediction":9.49`},
		"predict numbers":     {"POST", "/v1/predict/mlp-line", `[[2.5],[1]]`, 200, `"prediction":5.0`},
		"predict a word":      {"POST", "/v1/predict/word2vec-imdb", `{"input":"film","top":1}`, 200, `"nearest":[{"word":"movie"`},
		"predict, explained":  {"POST", "/v1/predict/lstm-imdb", `{"input":"lovely","explain":true}`, 200, `"method":"integrated gradients`},
		"a number as text":    {"POST", "/v1/predict/nbsvm-imdb", `{"input":["good",1]}`, 400, "input 1: an input is the number 1, want a text"},
		"a field too many":    {"POST", "/v1/predict/nbsvm-imdb", `{"input":"x","treshold":1}`, 400, "treshold"},
		"no input":            {"POST", "/v1/predict/nbsvm-imdb", `{}`, 400, `\"input\" is missing`},
		"an empty body":       {"POST", "/v1/predict/nbsvm-imdb", ``, 400, "no JSON of this path"},
		"two values":          {"POST", "/v1/predict/nbsvm-imdb", `"a" "b"`, 400, "something follows"},
		"top below one":       {"POST", "/v1/predict/nbsvm-imdb", `{"input":"x","top":-1}`, 400, "top is -1"},
	} {
		a := ask(t, s, c.method, c.path, c.body)
		if a.status != c.status || !strings.Contains(a.body, c.says) {
			t.Errorf("%s: %d %.500s, want %d with %s", name, a.status, a.body, c.status, c.says)
		}
		if c.status >= 400 && !json.Valid([]byte(a.body)) {
			t.Errorf("%s: the error is no JSON: %s", name, a.body)
		}
	}
}

// The server answers what the model does, to the last bit.
func TestTheSameAsTheModel(t *testing.T) {
	s := newServer(t, serve.Options{}, models()...)
	c, err := zoo.LSTMIMDB()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"A quiet, beautiful film.", "", "Dull — and \"long\"\n", strings.Repeat("very good ", 300)} {
		want, err := c.Predict(context.Background(), text)
		if err != nil {
			t.Fatal(err)
		}
		body, err := json.Marshal(map[string]any{"input": text})
		if err != nil {
			t.Fatal(err)
		}
		var have struct {
			Label       string
			Probability float64
			Tokens      int
		}
		if err := json.Unmarshal([]byte(ask(t, s, "POST", "/v1/predict/lstm-imdb", string(body)).body), &have); err != nil {
			t.Fatal(err)
		}
		if have.Label != want.Label || have.Probability != want.Probability || have.Tokens != want.Tokens {
			t.Errorf("%.20q: %+v, want %+v", text, have, want)
		}
	}
}

func TestBinaryTensors(t *testing.T) {
	s := newServer(t, serve.Options{}, models()...)
	head := `{"parameters":{"binary_data_output":true},"inputs":[{"name":"x","datatype":"FP32","shape":[1,1],"parameters":{"binary_data_size":4}}]}`
	a := ask(t, s, "POST", "/v2/models/mlp-line/infer", head+"\x00\x00\x20\x40", "Inference-Header-Content-Length", "134")
	if len(head) != 134 || a.status != 200 {
		t.Fatalf("%d: %d %s", len(head), a.status, a.body)
	}
	if n := a.header.Get("Inference-Header-Content-Length"); n == "" || !strings.Contains(a.body, `"binary_data_size":4`) || a.header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("%q %s", n, a.body)
	}
	if a := ask(t, s, "POST", "/v2/models/mlp-line/infer", head, "Inference-Header-Content-Length", "-1"); a.status != 400 {
		t.Errorf("a length below none: %d %s", a.status, a.body)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write([]byte(`{"input":"good"}`))
	z.Close()
	if a := ask(t, s, "POST", "/v1/predict/nbsvm-imdb", packed.String(), "Content-Encoding", "gzip"); a.status != 200 {
		t.Errorf("gzip: %d %s", a.status, a.body)
	}
	if a := ask(t, s, "POST", "/v1/predict/nbsvm-imdb", "x", "Content-Encoding", "br"); a.status != 415 {
		t.Errorf("brotli: %d %s", a.status, a.body)
	}
	if a := ask(t, s, "POST", "/v1/predict/nbsvm-imdb", "good", "Content-Type", "text/plain; charset=utf-8"); a.status != 200 || !strings.Contains(a.body, "positive") {
		t.Errorf("a plain text: %d %s", a.status, a.body)
	}
}

func TestWhoMayAsk(t *testing.T) {
	s := newServer(t, serve.Options{Token: "0123456789abcdef"}, models()[0])
	for _, c := range []struct {
		path, bears string
		status      int
	}{
		{"/v1/models", "", 401}, {"/v1/models", "Bearer wrong", 401}, {"/v1/models", "Basic 0123456789abcdef", 401}, {"/metrics", "", 401}, {"/v2", "", 401}, {"/openapi.json", "", 401},
		{"/v1/models", "Bearer 0123456789abcdef", 200}, {"/metrics", "bearer 0123456789abcdef", 200}, {"/v2/health/ready", "", 200}, {"/", "", 200}, {"/main.js", "", 200},
	} {
		if a := ask(t, s, "GET", c.path, "", "Authorization", c.bears); a.status != c.status {
			t.Errorf("%s with %q: %d, want %d", c.path, c.bears, a.status, c.status)
		}
	}
	local := newServer(t, serve.Options{Loopback: true}, models()[0])
	for host, status := range map[string]int{"localhost:8080": 200, "127.0.0.1": 200, "[::1]:80": 200, "zoo.localhost": 200, "evil.example": 421, "127.0.0.1.evil.example:80": 421, "": 421} {
		if a := ask(t, local, "GET", "/v1/models", "", "Host", host); a.status != status {
			t.Errorf("host %q: %d, want %d", host, a.status, status)
		}
	}
	if a := ask(t, local, "POST", "/v1/predict/nbsvm-imdb", `"x"`, "Host", "localhost", "Sec-Fetch-Site", "cross-site"); a.status != 403 {
		t.Errorf("from a page of another site: %d", a.status)
	}
}

func TestLogsHaveNoTexts(t *testing.T) {
	for _, texts := range []bool{false, true} {
		var log bytes.Buffer
		s := newServer(t, serve.Options{Log: slog.New(slog.NewJSONHandler(&log, nil)), LogTexts: texts}, models()[0])
		ask(t, s, "POST", "/v1/predict/nbsvm-imdb?q=secret", `{"input":"a secret"}`, "X-Request-Id", "abc")
		line := log.String()
		if strings.Contains(line, "secret") != texts || !strings.Contains(line, `"id":"abc"`) || !strings.Contains(line, `"model":"nbsvm-imdb"`) || strings.Count(line, "\n") != 1 {
			t.Errorf("texts %v: %s", texts, line)
		}
	}
}

func TestModelsRefused(t *testing.T) {
	one := models()[2]
	for name, c := range map[string]struct {
		models []serve.Model
		o      serve.Options
		says   string
	}{
		"none":            {nil, serve.Options{}, "no model"},
		"a name":          {[]serve.Model{{Name: "a/b", Open: one.Open}}, serve.Options{}, `"a/b"`},
		"twice":           {[]serve.Model{one, one}, serve.Options{}, "two models"},
		"fails":           {[]serve.Model{{Name: "x", Open: func() (*zoo.Model, error) { return nil, io.ErrUnexpectedEOF }}}, serve.Options{}, "x: unexpected EOF"},
		"nothing to open": {[]serve.Model{{Name: "x"}}, serve.Options{}, "neither"},
		"no answers":      {[]serve.Model{{Name: "x", Model: &zoo.Model{Value: 1}}}, serve.Options{}, "answers nothing"},
		"below none":      {[]serve.Model{one}, serve.Options{Queue: -1}, "queue: -1"},
		"no room":         {[]serve.Model{one}, serve.Options{Inputs: 10, Queue: 9}, "never have room"},
		"no memory":       {[]serve.Model{one}, serve.Options{Body: 10, Memory: 9}, "never have room"},
	} {
		if s, err := serve.New(c.models, c.o); err == nil || s != nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Reload swaps what has changed, and leaves what cannot be opened.
func TestReload(t *testing.T) {
	now, broken := "nbsvm-imdb", error(nil)
	m := serve.Model{Name: "m", Open: func() (*zoo.Model, error) {
		if broken != nil {
			return nil, broken
		}
		return zoo.OpenModel(now)
	}}
	s := newServer(t, serve.Options{}, m)
	version := func() string {
		var d struct{ Version string }
		json.Unmarshal([]byte(ask(t, s, "GET", "/v1/models/m", "").body), &d)
		return d.Version
	}
	first := version()
	if changed, err := s.Reload(context.Background()); err != nil || len(changed) != 0 || version() != first {
		t.Errorf("unchanged: %q, %v", changed, err)
	}
	broken = errors.New("damaged")
	if changed, err := s.Reload(context.Background()); err == nil || !strings.Contains(err.Error(), "damaged") || len(changed) != 0 || version() != first {
		t.Errorf("damaged: %q, %v", changed, err)
	}
	if a := ask(t, s, "POST", "/v1/predict/m", `"good"`); a.status != 200 {
		t.Errorf("after a failure: %d", a.status)
	}
	broken, now = nil, "lstm-imdb"
	if changed, err := s.Reload(context.Background()); err != nil || len(changed) != 1 || version() == first {
		t.Errorf("changed: %q, %v", changed, err)
	}
	if a := ask(t, s, "POST", "/v1/predict/m", `"good"`); a.status != 200 || strings.Contains(a.body, first) {
		t.Errorf("after the change: %d %s", a.status, a.body)
	}
	s.Drain()
	if a := ask(t, s, "GET", "/v2/health/ready", ""); a.status != 503 {
		t.Errorf("ready while draining: %d", a.status)
	}
}
