package serve_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/serve"
)

// soak tells whether faults are to come in the numbers that docs/RELIABILITY.md has.
var soak = os.Getenv("ZOO_SOAK") != ""

// many is n where faults come in numbers, else few.
func many(n, few int) int {
	if soak {
		return n
	}
	return few
}

// listening is a server that listens, as zoo serve has it.
type listening struct {
	*serve.Server
	http *http.Server
	addr string
}

func listen(t *testing.T, o serve.Options, models ...serve.Model) *listening {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(t, o, models...)
	h := &http.Server{Handler: s, ReadHeaderTimeout: o.Timeout, IdleTimeout: time.Minute}
	go h.Serve(l)
	t.Cleanup(func() { h.Close() })
	return &listening{s, h, l.Addr().String()}
}

// settled waits until there are no more goroutines than before, and no body in memory.
func settled(t *testing.T, s *listening, before int) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		runtime.GC()
		now := runtime.NumGoroutine()
		clean := strings.Contains(ask(t, s, "GET", "/metrics", "").body, "\nzoo_bodies_bytes 0\n")
		if now <= before && clean {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d before; no body in memory: %v", now, before, clean)
		}
	}
}

const header = "POST /v1/predict/nbsvm-imdb HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"

// answered asks on a connection of its own, and tells whether the answer is whole.
func answered(addr string) error {
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := c.Post("http://"+addr+"/v1/predict/nbsvm-imdb", "application/json", strings.NewReader(`{"input":"a lovely film"}`))
	if err != nil {
		return err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err == nil && (r.StatusCode != 200 || !bytes.Contains(body, []byte(`"label":"positive"`))) {
		err = fmt.Errorf("%d %s", r.StatusCode, body)
	}
	return err
}

// Clients that send a byte now and then, or vanish in mid-request, keep nobody waiting
// and leave nothing behind.
func TestSlowAndVanishingClients(t *testing.T) {
	s := listen(t, serve.Options{Timeout: time.Second}, models()[0])
	if err := answered(s.addr); err != nil {
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	var clients sync.WaitGroup
	var late atomic.Int64
	n := many(500, 20)
	for i := range 2 * n {
		clients.Go(func() {
			c, err := net.Dial("tcp", s.addr)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			fmt.Fprintf(c, header, 4<<20)
			if i < n { // vanishes
				c.Write(make([]byte, i*100))
				return
			}
			go func() {
				for range 100 {
					if _, err := c.Write([]byte(" ")); err != nil {
						return
					}
					time.Sleep(100 * time.Millisecond)
				}
			}()
			if answer, _ := io.ReadAll(c); bytes.Contains(answer, []byte(" 408 ")) {
				late.Add(1)
			}
		})
	}
	for range many(200, 10) {
		if err := answered(s.addr); err != nil {
			t.Error(err)
		}
	}
	clients.Wait()
	if late.Load() != int64(n) {
		t.Errorf("%d of %d slow clients were told", late.Load(), n)
	}
	settled(t, s, before)
}

// endless is a body without an end.
type endless struct{ sent *atomic.Int64 }

func (e endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	e.sent.Add(int64(len(b)))
	return len(b), nil
}

// Bodies of a gigabyte, announced, chunked or compressed, are refused before they are read,
// and take no memory.
func TestHugeBodies(t *testing.T) {
	s := listen(t, serve.Options{Timeout: 10 * time.Second}, models()[0])
	if err := answered(s.addr); err != nil {
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	var heap runtime.MemStats
	runtime.ReadMemStats(&heap)
	base := heap.HeapSys
	var clients sync.WaitGroup
	for i := range many(64, 8) {
		clients.Go(func() {
			c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			var sent atomic.Int64
			r, err := http.NewRequest("POST", "http://"+s.addr+"/v1/predict/nbsvm-imdb", io.LimitReader(endless{&sent}, 1<<30))
			if err != nil {
				t.Error(err)
				return
			}
			if i%2 == 0 {
				r.ContentLength = 1 << 30
			}
			a, err := c.Do(r)
			if err == nil {
				a.Body.Close()
				if a.StatusCode != 413 && a.StatusCode != 429 {
					t.Errorf("status %d", a.StatusCode)
				}
			} // or the connection is closed on the one who goes on sending
			if sent.Load() > 128<<20 {
				t.Errorf("%d bytes could be sent", sent.Load())
			}
		})
	}
	clients.Wait()
	runtime.ReadMemStats(&heap)
	if grown := int64(heap.HeapSys) - int64(base); grown > 768<<20 {
		t.Errorf("the heap grew by %d", grown)
	}
	t.Logf("heap %d MB before, %d MB after", base>>20, heap.HeapSys>>20)
	settled(t, s, before)
}

// Memory that bodies may have is bounded: beyond it requests are told to come again.
func TestMemoryOfBodies(t *testing.T) {
	s := newServer(t, serve.Options{Body: 64 << 10, Memory: 64 << 10}, models()[0])
	if a := ask(t, s, "POST", "/v1/predict/nbsvm-imdb", `"`+strings.Repeat("a ", 20<<10)+`"`); a.status != 200 {
		t.Fatalf("within: %d", a.status)
	}
	held, hold := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		r, _ := http.NewRequest("POST", "/v1/predict/nbsvm-imdb", held)
		s.ServeHTTP(discard{}, r)
	}()
	hold.Write(make([]byte, 40<<10))
	a := ask(t, s, "POST", "/v1/predict/nbsvm-imdb", `"`+strings.Repeat("a ", 20<<10)+`"`)
	if a.status != 429 || a.header.Get("Retry-After") == "" {
		t.Errorf("beyond: %d %s", a.status, a.body)
	}
	hold.Close()
	<-done
}

type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}

// Ten thousand connections at once are all answered.
func TestManyConnections(t *testing.T) {
	s := listen(t, serve.Options{Timeout: 2 * time.Minute, Queue: 20000}, models()[0])
	if err := answered(s.addr); err != nil {
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	n := many(9500, 500)
	body := `{"input":"a lovely film"}`
	open := make([]net.Conn, 0, n)
	for range n {
		c, err := net.Dial("tcp", s.addr)
		if err != nil {
			t.Fatalf("connection %d: %v", len(open), err)
		}
		fmt.Fprintf(c, header+"%s", len(body), body[:len(body)-1])
		open = append(open, c)
	}
	for _, c := range open { // all at once: the last byte of each
		io.WriteString(c, body[len(body)-1:])
	}
	for i, c := range open {
		c.SetReadDeadline(time.Now().Add(time.Minute))
		b := make([]byte, 2048)
		if k, err := c.Read(b); err != nil || !bytes.HasPrefix(b[:k], []byte("HTTP/1.1 200 ")) {
			t.Fatalf("connection %d: %s, %v", i, b[:k], err)
		}
		c.Close()
	}
	settled(t, s, before)
}

// Under load a model is swapped again and again without a failed request, and the end of the
// server answers all that it has taken.
func TestSwapAndEndUnderLoad(t *testing.T) {
	var turn atomic.Int64
	m := serve.Model{Name: "nbsvm-imdb", Open: func() (*zoo.Model, error) {
		return zoo.OpenModel([]string{"nbsvm-imdb", "lstm-imdb"}[turn.Add(1)%2])
	}}
	s := listen(t, serve.Options{Timeout: 20 * time.Second}, m)
	before := runtime.NumGoroutine()
	var clients sync.WaitGroup
	var whole, refused atomic.Int64
	ending := make(chan struct{})
	for range 16 {
		clients.Go(func() {
			for {
				err := answered(s.addr)
				if err == nil {
					whole.Add(1)
					continue
				}
				select {
				case <-ending: // a connection that was not taken
					refused.Add(1)
				default:
					t.Error(err)
				}
				return
			}
		})
	}
	for range many(50, 4) {
		if changed, err := s.Reload(context.Background()); err != nil || len(changed) != 1 {
			t.Errorf("%q, %v", changed, err)
		}
	}
	close(ending)
	s.Drain()
	if err := s.http.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	clients.Wait()
	metrics := ask(t, s, "GET", "/metrics", "").body
	if want := fmt.Sprintf("zoo_requests_total{model=\"nbsvm-imdb\",status=\"200\"} %d\n", whole.Load()); !strings.Contains(metrics, want) {
		t.Errorf("%d answers came, the server says %s", whole.Load(), metrics[strings.Index(metrics, "zoo_requests_total"):][:500])
	}
	if strings.Contains(metrics, `model="nbsvm-imdb",status="5`) || strings.Contains(metrics, `status="499"`) {
		t.Errorf("requests failed: %s", metrics)
	}
	t.Logf("%d requests answered, %d connections refused at the end", whole.Load(), refused.Load())
	settled(t, s, before)
	s.Close()
	if a := ask(t, s, "POST", "/v1/predict/nbsvm-imdb", `"x"`); a.status != 503 {
		t.Errorf("closed: %d %s", a.status, a.body)
	}
}
