// Command encodersteps times the steps of fine-tuning an encoder, for
// benchmarks/torch_encoder.py, which runs it: the first batches of a data set as zoo
// finetune makes them, each read forward and back, clipped and applied by AdamW.
//
//	go run ./internal/encodersteps --model DIR --data FILE --steps 20 --batches batches.json
//
// It writes the batches, so that others can take the same, and prints one JSON object:
// the seconds of each step, its tokens, the losses, and the peak of the process's memory.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"iter"
	"os"
	"strings"
	"time"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/models/encoder"
	"github.com/gorgonia-zoo/zoo/train"
)

// batch is what a step reads.
type batch struct {
	IDs    [][]int32 `json:"ids"`
	Labels []int32   `json:"labels"`
}

// report is what is printed.
type report struct {
	Seconds []float64 `json:"seconds"` // of each step
	Tokens  []int     `json:"tokens"`
	Losses  []float64 `json:"losses"`
	PeakRSS int64     `json:"peak_rss"` // bytes, 0 where it is not known
}

func main() {
	model := flag.String("model", "", "directory of the encoder, as Hugging Face has them")
	data := flag.String("data", "", "table of labelled texts")
	steps := flag.Int("steps", 20, "steps to run")
	size := flag.Int("batch", 32, "texts in a step")
	out := flag.String("batches", "", "file to write the batches to")
	flag.Parse()
	if err := run(*model, *data, *out, *steps, *size); err != nil {
		fmt.Fprintln(os.Stderr, "encodersteps:", err)
		os.Exit(1)
	}
}

func run(model, data, out string, steps, size int) error {
	d, err := encoder.OpenDirectory(os.DirFS(model))
	if err != nil {
		return err
	}
	e, err := encoder.FromDirectory(d)
	if err != nil {
		return err
	}
	table, err := datasets.OpenTable(data, datasets.TableConfig{})
	if err != nil {
		return err
	}
	set, err := table.Load(context.Background())
	if err != nil {
		return err
	}
	batches := made(e, set, steps, size)
	if len(batches) < steps {
		return fmt.Errorf("%s makes %d batches of %d texts, want %d", data, len(batches), size, steps)
	}
	if out != "" {
		text, err := json.Marshal(batches)
		if err == nil {
			err = os.WriteFile(out, text, 0o644)
		}
		if err != nil {
			return err
		}
	}
	r, err := timed(e, set.Classes, batches)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

// made returns the first batches of the first epoch, of texts of like length.
func made(e *encoder.Encoder, set *datasets.Set, steps, size int) (out []batch) {
	ids, lengths := make([][]int32, len(set.Examples)), make([]int, len(set.Examples))
	for i, x := range set.Examples {
		ids[i], _ = e.Encode(x.Text)
		lengths[i] = len(ids[i])
	}
	for _, chosen := range datasets.Batches(lengths, datasets.BatchConfig{Size: size, Seed: 1, Shuffle: true}) {
		var b batch
		for _, i := range chosen {
			b.IDs, b.Labels = append(b.IDs, ids[i]), append(b.Labels, int32(set.Examples[i].Label))
		}
		if out = append(out, b); len(out) == steps {
			break
		}
	}
	return out
}

// clock notes how long each step took.
type clock struct {
	report
	last time.Time
}

// Record implements train.Recorder.
func (c *clock) Record(e train.Event) error {
	now := time.Now()
	if e.Kind == train.KindStep {
		c.Seconds, c.Tokens, c.Losses = append(c.Seconds, now.Sub(c.last).Seconds()), append(c.Tokens, e.Tokens), append(c.Losses, e.Loss)
	}
	c.last = now
	return nil
}

// timed trains on the batches with the settings of zoo finetune, but for the schedule,
// which costs nothing.
func timed(e *encoder.Encoder, classes []string, batches []batch) (report, error) {
	c, err := encoder.NewClassifier(e, classes)
	if err != nil {
		return report{}, err
	}
	trainer, err := c.Trainer(encoder.TrainerConfig{Seed: 1, Dropout: 0.1, AttentionDropout: 0.1, HeadDropout: 0.1, Texts: len(batches[0].IDs)})
	if err != nil {
		return report{}, err
	}
	each := func(int) iter.Seq2[encoder.Batch, error] {
		return func(yield func(encoder.Batch, error) bool) {
			for _, b := range batches {
				if made, err := encoder.NewBatch(b.IDs, b.Labels); !yield(made, err) {
					return
				}
			}
		}
	}
	watch := &clock{}
	_, err = train.Fit(context.Background(), train.Model[encoder.Batch](trainer), train.Data[encoder.Batch](train.Batches[encoder.Batch]{Each: each, Count: len(batches)}), train.Config{
		Epochs: 1, ClipNorm: 1, Seed: 1, Recorders: []train.Recorder{watch},
		Optimizer: train.AdamW{LearningRate: 2e-5, WeightDecay: 0.01},
		Decays: func(name string) bool {
			return !strings.HasSuffix(name, ".bias") && !strings.Contains(name, "LayerNorm")
		},
	})
	if err != nil {
		return report{}, err
	}
	if len(watch.Seconds) != len(batches) {
		return report{}, errors.New("not every step was recorded")
	}
	watch.PeakRSS = peakRSS()
	return watch.report, nil
}
