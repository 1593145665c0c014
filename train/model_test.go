package train

import (
	"context"
	"errors"
	"iter"
	"math"
	"slices"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
)

// bags is a batch of bags of words, each with the number to predict.
type bags struct {
	words   [][]int32
	targets []float32
}

func (b bags) Examples() int { return len(b.words) }

func (b bags) Tokens() int {
	n := 0
	for _, w := range b.words {
		n += len(w)
	}
	return n
}

// bagModel predicts fc . dropout(sum of the words' embeddings) + bias, worked
// out by hand.
type bagModel struct {
	params  []*ops.Param
	width   int
	seed    uint64
	dropout bool
	dense   bool // return the embedding's gradient with all rows

	rows  [][]int32
	grads []ops.Gradient
	order []int32
	place map[int32]int
	sum   []float32

	onStep func(step uint64, loss *float32, grads []ops.Gradient) error
}

func newBagModel(vocab, width int) *bagModel {
	m := &bagModel{
		width: width, seed: 3, dropout: true,
		params: []*ops.Param{
			ops.NewParam("embedding.weight", vocab, width), ops.NewParam("fc.weight", 1, width), ops.NewParam("fc.bias", 1),
		},
		rows:  make([][]int32, 3),
		place: map[int32]int{},
		sum:   make([]float32, width),
	}
	for i, p := range m.params {
		r := ops.Stream(5, "init", uint64(i))
		for k := range p.Data() {
			p.Write()[k] = float32(r.NormFloat64())
		}
	}
	m.grads = []ops.Gradient{{}, {Data: make([]float32, width)}, {Data: make([]float32, 1)}}
	return m
}

func (m *bagModel) Params() []*ops.Param { return m.params }

func (m *bagModel) Rows(b bags) [][]int32 {
	m.rows[0] = m.rows[0][:0]
	for _, words := range b.words {
		m.rows[0] = append(m.rows[0], words...)
	}
	return m.rows
}

func (m *bagModel) Step(b bags, step uint64) (float32, []ops.Gradient, error) {
	table, fc, bias := m.params[0].Data(), m.params[1].Data(), m.params[2].Data()
	w := m.width
	m.order = m.order[:0]
	for _, words := range b.words {
		m.order = append(m.order, words...)
	}
	slices.Sort(m.order)
	m.order = slices.Compact(m.order)
	clear(m.place)
	for i, id := range m.order {
		m.place[id] = i
	}
	g := &m.grads[0]
	g.Rows = m.order
	g.Data = slices.Grow(g.Data[:0], len(m.order)*w)[:len(m.order)*w]
	clear(g.Data)
	clear(m.grads[1].Data)
	clear(m.grads[2].Data)
	noise := ops.Stream(m.seed, "dropout", step)
	loss, n := float32(0), float32(len(b.words))
	for i, words := range b.words {
		clear(m.sum)
		for _, id := range words {
			for k := range w {
				m.sum[k] += table[int(id)*w+k]
			}
		}
		y := bias[0]
		drop := noise.IntN(w)
		for k := range w {
			if !m.dropout || k != drop {
				y += float32(fc[k] * m.sum[k])
			}
		}
		d := y - b.targets[i]
		loss += float32(d*d) / n
		d *= 2 / n
		m.grads[2].Data[0] += d
		for k := range w {
			if m.dropout && k == drop {
				continue
			}
			m.grads[1].Data[k] += float32(d * m.sum[k])
			for _, id := range words {
				g.Data[m.place[id]*w+k] += float32(d * fc[k])
			}
		}
	}
	grads := m.grads
	if m.dense {
		full := make([]float32, len(table))
		for i, id := range m.order {
			copy(full[int(id)*w:], g.Data[i*w:(i+1)*w])
		}
		grads = []ops.Gradient{{Data: full}, m.grads[1], m.grads[2]}
	}
	if m.onStep != nil {
		if err := m.onStep(step, &loss, grads); err != nil {
			return 0, nil, err
		}
	}
	return loss, grads, nil
}

// loss is the mean loss over some data without dropout.
func (m *bagModel) loss(d Data[bags]) float64 {
	quiet := *m
	quiet.dropout, quiet.onStep = false, nil
	quiet.grads = slices.Clone(m.grads)
	var mean Mean
	for b := range d.Epoch(0) {
		l, _, _ := quiet.Step(b, 0)
		mean.Add(float64(l), b.Examples())
	}
	return mean.Value()
}

// evaluate is the model's Config.Evaluate.
func (m *bagModel) evaluate(context.Context) (Metrics, error) {
	return Metrics{"loss": m.loss(bagData(1000, len(m.params[0].Data())/m.width, 3))}, nil
}

// bits returns all weights.
func (m *bagModel) bits() []uint32 {
	var all []uint32
	for _, p := range m.params {
		for _, v := range p.Data() {
			all = append(all, math.Float32bits(v))
		}
	}
	return all
}

// bagData draws words with Zipf's frequencies: some are in every batch, most
// are rare.
func bagData(seed uint64, vocab, batches int) Batches[bags] {
	return Batches[bags]{Count: batches, Each: func(epoch int) iter.Seq2[bags, error] {
		return func(yield func(bags, error) bool) {
			for i := range batches {
				r := ops.Stream(seed, "batch", uint64(epoch*batches+i))
				var b bags
				for range 1 + r.IntN(4) {
					var words []int32
					y := float32(1)
					for range 1 + r.IntN(5) {
						id := int32(math.Pow(float64(vocab), r.Float64())) - 1
						words = append(words, id)
						y += float32(id%7) / 4
					}
					b.words, b.targets = append(b.words, words), append(b.targets, y)
				}
				if !yield(b, nil) {
					return
				}
			}
		}
	}}
}

// mustFit trains and fails the test on an error.
func mustFit[B Batch](t testing.TB, m Model[B], d Data[B], c Config) Result {
	t.Helper()
	res, err := Fit(context.Background(), m, d, c)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// recorderFunc is a Recorder made from a function.
type recorderFunc func(Event) error

func (f recorderFunc) Record(e Event) error { return f(e) }

var errTest = errors.New("a test's own error")
