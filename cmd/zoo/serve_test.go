package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// servedCommand is a command serve that runs.
type servedCommand struct {
	url    string
	stop   context.CancelFunc
	end    chan error
	mu     sync.Mutex
	stderr bytes.Buffer
}

func (s *servedCommand) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stderr.Write(b)
}

func (s *servedCommand) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stderr.String()
}

// startServe runs serve until stop is called, and waits until it has said where it is.
func startServe(t *testing.T, args ...string) *servedCommand {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s := &servedCommand{stop: cancel, end: make(chan error, 1)}
	out, in := io.Pipe()
	go func() {
		s.end <- run(ctx, standard(), append([]string{"serve", "--addr", "127.0.0.1:0"}, args...), strings.NewReader(""), in, s)
		in.Close()
	}()
	t.Cleanup(cancel)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%v: %v", <-s.end, err)
	}
	s.url = strings.TrimSuffix(line, "\n")
	return s
}

// fetch asks, and returns the status and the body.
func (s *servedCommand) fetch(t *testing.T, client *http.Client, path, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequest("GET", s.url+path, nil)
	if body != "" {
		r, err = http.NewRequest("POST", s.url+path, strings.NewReader(body))
	}
	if err != nil {
		t.Fatal(err)
	}
	a, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a.StatusCode, string(text)
}

func TestServe(t *testing.T) {
	s := startServe(t, "line=mlp-line", "nbsvm-imdb")
	if code, body := s.fetch(t, http.DefaultClient, "v1/predict/line", `{"input": 2.5}`); code != 200 || !strings.Contains(body, `"prediction":9.49`) {
		t.Errorf("%d %s", code, body)
	}
	if code, body := s.fetch(t, http.DefaultClient, "", ""); code != 200 || !strings.Contains(body, "<!doctype html>") {
		t.Errorf("%d %s", code, body)
	}
	s.stop()
	if err := <-s.end; err != nil {
		t.Errorf("ended with %v", err)
	}
	if said := s.said(); !strings.HasSuffix(said, "zoo: serve: 0 requests were in flight, 0 ended\n") || strings.Count(said, `"msg":"request"`) != 2 {
		t.Errorf("said %s", said)
	}
}

// A request that is in flight when the server is told to end is answered.
func TestServeEndsRequests(t *testing.T) {
	s := startServe(t, "mlp-line")
	c, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(s.url, "http://"), "/"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	const body = `{"input": 2.5}`
	io.WriteString(c, "POST /v1/predict/mlp-line HTTP/1.1\r\nHost: localhost\r\nContent-Length: 14\r\n\r\n"+body[:7])
	for !strings.Contains(s.metrics(t), "zoo_requests_in_flight 2") { // this one, and that for the metrics
		time.Sleep(time.Millisecond)
	}
	s.stop()
	for !strings.Contains(s.said(), `"msg":"ending","in_flight":1`) {
		time.Sleep(time.Millisecond)
	}
	io.WriteString(c, body[7:])
	answer, err := io.ReadAll(c)
	if err != nil || !strings.Contains(string(answer), `"prediction":9.49`) {
		t.Errorf("%s, %v", answer, err)
	}
	if err := <-s.end; err != nil || !strings.HasSuffix(s.said(), "zoo: serve: 1 requests were in flight, 1 ended\n") {
		t.Errorf("%v, said %s", err, s.said())
	}
}

func (s *servedCommand) metrics(t *testing.T) string {
	t.Helper()
	_, body := s.fetch(t, http.DefaultClient, "metrics", "")
	return body
}

func TestServeTLSAndToken(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	cert := write(t, "cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	keyFile := write(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
	s := startServe(t, "mlp-line", "--tls-cert", cert, "--tls-key", keyFile, "--token-file", write(t, "token", "0123456789abcdef\n"))
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	if code, body := s.fetch(t, &http.Client{Transport: transport}, "v1/models", ""); code != 401 {
		t.Errorf("without the token: %d %s", code, body)
	}
	if code, _ := s.fetch(t, &http.Client{Transport: transport}, "v2/health/live", ""); code != 200 {
		t.Errorf("health: %d", code)
	}
}

func TestServeRefuses(t *testing.T) {
	short := write(t, "short", "abc\n")
	for name, c := range map[string]struct {
		args string
		code int
		says string
	}{
		"no model":          {"", 2, "MODEL is missing"},
		"no such model":     {"absent", 2, `no model "absent"`},
		"an open address":   {"mlp-line --addr :0", 2, "--token-file FILE, or --open"},
		"all addresses":     {"mlp-line --addr 0.0.0.0:0", 2, "--open"},
		"no port":           {"mlp-line --addr localhost", 2, "HOST:PORT"},
		"key alone":         {"mlp-line --tls-key x", 2, "go together"},
		"open and token":    {"mlp-line --open --token-file x", 2, "--open says"},
		"short token":       {"mlp-line --addr 127.0.0.1:0 --token-file " + short, 1, "16 or more"},
		"no queue":          {"mlp-line --queue 0", 2, "--queue 0"},
		"below none":        {"mlp-line --max-body -1", 2, "--max-body -1"},
		"never room":        {"mlp-line --queue 10", 2, "--max-inputs 256 is more"},
		"no certificate":    {"mlp-line --addr 127.0.0.1:0 --tls-cert x --tls-key y", 1, "certificate x"},
		"two of a name":     {"mlp-line mlp-line --addr 127.0.0.1:0", 2, "two models"},
		"a name with blank": {"a%b=mlp-line --addr 127.0.0.1:0", 2, "cannot be in a path"},
	} {
		o := runZoo(append([]string{"serve"}, strings.Fields(c.args)...)...)
		if o.code != c.code || !strings.Contains(o.stderr, c.says) || o.stdout != "" {
			t.Errorf("%s: %+v", name, o)
		}
	}
}
