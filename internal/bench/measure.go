package bench

import (
	"context"
	"fmt"
	"io"
	"iter"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/train"
)

// measurement is one Run. It is the recorder of a training run: where
// a round's training steps are done, Record measures the rest of the round.
type measurement struct {
	log      io.Writer
	model    lstm.Config
	reader   tokenize.Config
	training recipe.Training
	path     string
	window   time.Duration // of the short measurements
	count    int           // rounds
	aged     int           // steps before the first real one, see agedTrainer
	bytes    int           // to tokenize

	network    *lstm.Network // trained
	classifier *lstm.Classifier
	batches    [][]int // lengths, of a round
	review     string  // of 230 tokens
	reviews    []string
	corpus     []string
	size       int // bytes of the corpus

	ctx       context.Context // of the training run, which calls Record without one
	step      int             // in the round
	tokens    int             // likewise
	began     time.Time
	peaks     []float64 // of the round
	rounds    map[string][]float64
	latencies []float64 // of single predictions, in milliseconds
}

// settle is the training steps before the first that counts: buffers and
// caches fill.
const settle = 1

func newMeasurement(r recipe.Recipe, c Config) (*measurement, error) {
	subject, ok := r.Body.(Subject)
	if !ok {
		return nil, fmt.Errorf("recipe %s trains no LSTM", r.Name)
	}
	reader, words := subject.Reader()
	m := &measurement{log: c.Log, model: subject.Architecture(), reader: reader, training: *subject.BySteps(), path: string(kernel.Current()),
		window: 150 * time.Millisecond, count: 5, aged: 200, bytes: 4 << 20, rounds: map[string][]float64{}}
	seconds := 3.0
	if c.Quick {
		m.window, m.count, m.aged, m.bytes, seconds = 10*time.Millisecond, 2, 3, 1<<16, 0.2
	}
	m.model.Vocab = words.MaxSize
	vocab, err := madeVocab(m.model.Vocab)
	if err != nil {
		return nil, err
	}
	if m.network, err = lstm.New(m.model, 1); err != nil {
		return nil, err
	}
	second, err := lstm.New(m.model, 1) // so that no measurement disturbs the other
	if err != nil {
		return nil, err
	}
	// The pretrained model is stored in float16, and predicts one text faster by
	// weights that are exact in it: numbers of at most 11 bits, as here all below 1/4.
	for _, p := range second.Params() {
		data := p.Write()
		for i, v := range data {
			data[i] = float32(math.Round(float64(v)*0x1p13) * 0x1p-13)
		}
	}
	if m.classifier, err = lstm.NewClassifier(second, lstm.ClassifierConfig{
		Tokenizer: m.reader, Vocab: vocab, Classes: []string{"neg", "pos"}}); err != nil {
		return nil, err
	}
	rng := ops.Stream(1, "bench.texts", 0)
	if m.review, err = exactReview(rng, m.classifier, 230); err != nil {
		return nil, err
	}
	// As much training as the time allows, if the step reaches 60 % of the products.
	m.fit(int(0.6 * seconds * 1e9 * m.gemm(m.window) / m.flops()))
	for i := range 256 {
		m.reviews = append(m.reviews, madeText(madeReview(rng, imdbLength((float64(i)+.5)/256))))
	}
	rng.Shuffle(len(m.reviews), func(i, j int) { m.reviews[i], m.reviews[j] = m.reviews[j], m.reviews[i] })
	m.corpus, m.size = madeCorpus(rng, m.bytes)
	return m, nil
}

// fit chooses the batches of a round: 16, or as few as make so many tokens. A
// machine too slow for one batch gets a smaller one.
func (m *measurement) fit(tokens int) {
	const mean = 272
	count := min(16, max(1, tokens/(mean*m.training.Batch)))
	m.batches = Batches(count, min(m.training.Batch, max(1, tokens/mean)))
}

// flops is the operations of a token in training.
func (m *measurement) flops() float64 { return 3 * m.forwardFlops(1, 1) }

// forwardFlops is the operations of so many tokens forward, which share so many
// inputs of the layer.
func (m *measurement) forwardFlops(tokens, inputs int) float64 {
	d, h := m.model.Embedding, m.model.Hidden
	return 2 * 4 * float64(h) * float64(tokens*h+inputs*d)
}

func (m *measurement) run(ctx context.Context) error {
	m.ctx = ctx
	largest := 0
	for _, b := range m.batches {
		n := 0
		for _, l := range b {
			n += l
		}
		largest = max(largest, n)
	}
	trainer, err := m.network.Trainer(lstm.TrainerConfig{Seed: 1, Texts: m.training.Batch, Tokens: largest})
	if err != nil {
		return err
	}
	// An epoch of IMDB has 352 batches beside the validation part.
	cfg, err := m.training.Config("bench", 352, recipe.Run{Recorders: []train.Recorder{m}})
	if err != nil {
		return err
	}
	cfg.Epochs, cfg.Steps, cfg.KeepBest, cfg.Patience = 0, m.aged+settle+m.count*len(m.batches), false, 0
	_, err = train.Fit(ctx, train.Model[lstm.Batch](&agedTrainer{Trainer: trainer, until: m.aged}),
		train.Data[lstm.Batch](train.Batches[lstm.Batch]{Each: m.epoch}), cfg)
	return err
}

// epoch yields batches without end, each with words of its own.
func (m *measurement) epoch(int) iter.Seq2[lstm.Batch, error] {
	return func(yield func(lstm.Batch, error) bool) {
		for i := 0; ; i++ {
			rng := ops.Stream(1, "bench.batch", uint64(i))
			// Rounds begin with batch 0, and all have the same lengths.
			at := (i - m.aged - settle) % len(m.batches)
			lengths := m.batches[(at+len(m.batches))%len(m.batches)]
			labels := make([]int32, len(lengths))
			for j := range labels {
				labels[j] = int32(rng.IntN(2))
			}
			b, err := lstm.NewBatch(madeIDs(rng, lengths, m.model.Vocab), labels)
			if !yield(b, err) || err != nil {
				return
			}
		}
	}
}

// Record implements train.Recorder.
func (m *measurement) Record(e train.Event) error {
	if e.Kind != train.KindStep || e.Step < m.aged+settle {
		return nil
	}
	if e.Step == m.aged+settle {
		m.begin()
		return nil
	}
	m.step++
	m.tokens += e.Tokens
	if m.step < len(m.batches) {
		return nil
	}
	if err := m.end(time.Since(m.began)); err != nil {
		return err
	}
	if len(m.rounds[roundTrain]) < m.count {
		m.begin()
	}
	return nil
}

// begin measures what comes before the training steps of a round.
func (m *measurement) begin() {
	if m.log != nil {
		fmt.Fprintf(m.log, "round %d of %d\n", len(m.rounds[roundTrain])+1, m.count)
	}
	m.peaks = nil
	m.peak()
	m.add(roundGEMM, m.gemm(m.window))
	m.peak()
	m.step, m.tokens, m.began = 0, 0, time.Now()
}

// end takes down how long the training steps took and measures the rest.
func (m *measurement) end(took time.Duration) error {
	m.peak()
	rate := float64(m.tokens) / took.Seconds()
	m.add(roundTokens, rate)
	m.add(roundTrain, rate*m.flops()/1e9)
	m.add(roundOfPeak, rate*m.flops()/1e9/m.near())

	rate, gflops, err := m.forward()
	if err != nil {
		return err
	}
	m.peak()
	m.add(roundForwardTokens, rate)
	m.add(roundForward, gflops/m.near())
	for _, measure := range []func() error{m.predictOne, m.predictMany, m.tokenize} {
		if err := measure(); err != nil {
			return err
		}
	}
	m.add(roundPeak, median(m.peaks))
	return nil
}

func (m *measurement) add(name string, v float64) { m.rounds[name] = append(m.rounds[name], v) }

func (m *measurement) peak() {
	m.peaks = append(m.peaks, kernel.PeakGFLOPS(m.window, runtime.GOMAXPROCS(0)))
}

// near is the mean of the last two peaks, around what was just measured.
func (m *measurement) near() float64 {
	n := len(m.peaks)
	return (m.peaks[n-2] + m.peaks[n-1]) / 2
}

// forward returns the tokens predicted a second, in batches, and the GFLOP/s.
func (m *measurement) forward() (rate, gflops float64, err error) {
	rng := ops.Stream(1, "bench.forward", 0)
	var batches [][][]int32
	tokens, inputs := 0, 0
	for _, lengths := range m.batches {
		texts := madeIDs(rng, lengths, m.model.Vocab)
		ids := slices.Concat(texts...)
		tokens += len(ids)
		slices.Sort(ids)
		inputs += len(slices.Compact(ids))
		batches = append(batches, texts)
	}
	network := m.classifier.Network()
	if _, err := network.Logits(m.ctx, batches[0]); err != nil {
		return 0, 0, err
	}
	began := time.Now()
	for _, texts := range batches {
		if _, err := network.Logits(m.ctx, texts); err != nil {
			return 0, 0, err
		}
	}
	took := time.Since(began)
	return float64(tokens) / took.Seconds(), m.forwardFlops(tokens, inputs) / float64(took.Nanoseconds()), nil
}

// predictOne asks for one text after another on one core.
func (m *measurement) predictOne() error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var took []float64
	for i, first := 0, time.Now(); i < 5 || (i < 200 && time.Since(first) < 4*m.window); i++ {
		began := time.Now()
		if _, err := m.classifier.Predict(m.ctx, m.review); err != nil {
			return err
		}
		if i > 0 { // the first packs the weights
			took = append(took, time.Since(began).Seconds()*1e3)
		}
	}
	m.latencies = append(m.latencies, took...)
	m.add(roundOne, median(took))
	return nil
}

// predictMany asks for texts one by one from many goroutines.
func (m *measurement) predictMany() error {
	ctx, cancel := context.WithCancelCause(m.ctx)
	defer cancel(nil)
	var wait sync.WaitGroup
	var next, done atomic.Int64
	began := time.Now()
	for range 4 * runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for done.Load() == 0 || time.Since(began) < 4*m.window {
				at := next.Add(1) - 1
				if _, err := m.classifier.Predict(ctx, m.reviews[at%int64(len(m.reviews))]); err != nil {
					cancel(err)
					return
				}
				done.Add(1)
			}
		})
	}
	wait.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	m.add(roundMany, float64(done.Load())/time.Since(began).Seconds())
	return nil
}

// tokenize reads the corpus with a new tokenizer.
func (m *measurement) tokenize() error {
	began := time.Now()
	for _, err := range tokenize.New(m.reader).Map(m.ctx, withoutError(m.corpus), 0) {
		if err != nil {
			return err
		}
	}
	m.add(roundTokenize, float64(m.size)/1e6/time.Since(began).Seconds())
	return nil
}
