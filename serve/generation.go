package serve

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/gorgonia-zoo/zoo/serve/answer"
)

// generation is a model as it was opened once. It is closed when another has taken
// its place and its last request has ended.
type generation struct {
	*answer.Named
	opened time.Time

	batches  *batcher
	explains *batcher // answers that say why take as long as hundreds of others, and wait for themselves

	mu      sync.Mutex
	users   int
	retired bool
}

// explaining is how many explanations wait at most.
const explaining = 64

// open makes a generation of a model.
func (s *Server) open(m Model) (*generation, error) {
	opened, err := m.Model, error(nil)
	if opened == nil {
		if m.Open == nil {
			return nil, errors.New("neither the model nor what opens it is given")
		}
		if opened, err = m.Open(); err != nil {
			return nil, err
		}
	}
	var log []byte
	if m.Log != nil {
		if log, err = m.Log(); err != nil {
			return nil, err
		}
	}
	named, err := answer.NewNamed(m.Name, opened, log)
	if err != nil {
		return nil, err
	}
	return &generation{Named: named, opened: time.Now()}, nil
}

// start starts what answers.
func (s *Server) start(g *generation) {
	o := s.options
	measured := func(n int) { s.metrics.batch.WithLabelValues(g.Name).Observe(float64(n)) }
	g.batches = newBatcher(g.Model, o.Runners, o.Batch, o.Queue, o.Window, measured)
	if g.Explains {
		g.explains = newBatcher(g.Model, max(1, runtime.GOMAXPROCS(0)/2), 1, max(explaining, o.Inputs), 0, func(int) {})
	}
}

// answer answers inputs.
func (g *generation) answer(ctx context.Context, inputs []answer.Input, o answer.Options) ([]answer.Answer, error) {
	if err := g.Check(o); err != nil {
		return nil, err
	}
	if o.Explain {
		return g.explains.do(ctx, inputs, o)
	}
	return g.batches.do(ctx, inputs, o)
}

// waits returns how many inputs wait.
func (g *generation) waits() int {
	n := g.batches.waits()
	if g.explains != nil {
		n += g.explains.waits()
	}
	return n
}

// use takes the generation for a request; not ok where it is retired.
func (g *generation) use() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.retired {
		return false
	}
	g.users++
	return true
}

// release ends a use.
func (g *generation) release() {
	g.mu.Lock()
	g.users--
	last := g.retired && g.users == 0
	g.mu.Unlock()
	if last {
		g.stop()
	}
}

// retire has the generation closed after its last request, and waits for nothing.
func (g *generation) retire() {
	g.mu.Lock()
	last := !g.retired && g.users == 0
	g.retired = true
	g.mu.Unlock()
	if last {
		g.stop()
	}
}

func (g *generation) stop() {
	g.batches.close()
	if g.explains != nil {
		g.explains.close()
	}
}

// panicked is a panic of a model as an error.
func panicked(p any) error { return fmt.Errorf("the model failed: %v", p) }
