package train

import (
	"context"
	"iter"
	"math"
	"strings"
	"testing"
)

func TestErrors(t *testing.T) {
	stops := func(int) iter.Seq2[bags, error] {
		return func(yield func(bags, error) bool) {
			b := bags{[][]int32{{0}}, []float32{1}}
			_ = yield(b, nil) && yield(b, errTest)
		}
	}
	none := func(int) iter.Seq2[bags, error] { return func(func(bags, error) bool) {} }
	empty := func(int) iter.Seq2[bags, error] {
		return func(yield func(bags, error) bool) { yield(bags{}, nil) }
	}
	ok := bagData(1, 20, 5)
	evaluate := func(context.Context) (Metrics, error) { return Metrics{"a": 1}, nil }
	cases := map[string]struct {
		data Data[bags]
		cfg  Config
		want string
	}{
		"no end":           {ok, Config{}, "neither Epochs nor Steps"},
		"negative":         {ok, Config{Epochs: -1}, "negative"},
		"patience":         {ok, Config{Epochs: 1, Patience: 1}, "need Evaluate"},
		"clip":             {ok, Config{Epochs: 1, ClipNorm: math.NaN()}, "ClipNorm"},
		"resume":           {ok, Config{Epochs: 1, Resume: true}, "Resume needs Dir"},
		"average":          {ok, Config{Epochs: 1, Average: Average{Kind: ExponentialAverage, Decay: 1}}, "Decay 1"},
		"rate":             {ok, Config{Epochs: 1, Optimizer: Adam{LearningRate: -1}}, "learning rate -1"},
		"beta":             {ok, Config{Epochs: 1, Optimizer: AdamW{Beta2: 1}}, "AdamW: betas"},
		"momentum":         {ok, Config{Epochs: 1, Optimizer: SGD{Momentum: 1}}, "momentum 1"},
		"nesterov":         {ok, Config{Epochs: 1, Optimizer: SGD{Nesterov: true}}, "Nesterov needs"},
		"sparse":           {ok, Config{Epochs: 1, Optimizer: SGD{Sparse: 9}}, "SparseRule(9)"},
		"frozen":           {ok, Config{Epochs: 1, Groups: func(string) float32 { return 0 }}, "none of 3"},
		"groups":           {ok, Config{Epochs: 1, Groups: func(string) float32 { return -1 }}, "Groups gives -1"},
		"metric":           {ok, Config{Epochs: 1, Evaluate: evaluate, Monitor: Monitor{Metric: "b"}}, `no metric "b"`},
		"unknown total":    {Batches[bags]{Each: ok.Each}, Config{Epochs: 1, Schedule: WarmUp{2, Cosine{}}}, "needs the number of steps"},
		"data":             {Batches[bags]{Each: stops}, Config{Epochs: 1}, "epoch 1, batch 2: a test's own error"},
		"no batches":       {Batches[bags]{Each: none}, Config{Epochs: 1}, "epoch 1 has no batches"},
		"empty batch":      {Batches[bags]{Each: empty}, Config{Epochs: 1}, "batch of 0 examples"},
		"evaluation":       {ok, Config{Epochs: 1, Evaluate: func(context.Context) (Metrics, error) { return nil, errTest }}, "evaluation after step 5: a test's own error"},
		"recorder":         {ok, Config{Epochs: 1, Recorders: []Recorder{recorderFunc(func(Event) error { return errTest })}}, "recorder: a test's own error"},
		"directory a file": {ok, Config{Epochs: 1, Dir: "fit_test.go"}, "fit_test.go"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			res, err := Fit(context.Background(), newBagModel(20, 2), c.data, c.cfg)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "train: ") {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if res.Reason != Failed {
				t.Errorf("reason %v", res.Reason)
			}
		})
	}
	twice := newBagModel(20, 2)
	twice.params[1].Name = "embedding.weight"
	if _, err := Fit(context.Background(), twice, ok, Config{Epochs: 1}); err == nil || !strings.Contains(err.Error(), "used twice") {
		t.Errorf("got %v", err)
	}
}
