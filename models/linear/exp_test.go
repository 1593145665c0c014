package linear

import (
	"context"
	"fmt"
	"iter"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// lap prints wall and CPU time since the last lap.
var lapWall time.Time
var lapCPU time.Duration

func cpu() time.Duration {
	var r syscall.Rusage
	syscall.Getrusage(0, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func lap(what ...any) {
	if !lapWall.IsZero() {
		fmt.Println(append(what, "wall", time.Since(lapWall).Round(time.Millisecond), "cpu", (cpu() - lapCPU).Round(time.Millisecond))...)
	}
	lapWall, lapCPU = time.Now(), cpu()
}

func texts(ex []datasets.Example) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, e := range ex {
			if !yield(e.Text, nil) {
				return
			}
		}
	}
}

func loadExp(t *testing.T) (train, test []datasets.Example) {
	if os.Getenv("EXP") == "" {
		t.Skip()
	}
	d, err := datasets.OpenIMDB("/work/shared/data/aclImdb_v1.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	lap()
	parts, err := d.Load(context.Background(), datasets.Train)
	if err != nil {
		t.Fatal(err)
	}
	lap("load")
	return parts[0], nil
}

func TestExpVectorize(t *testing.T) {
	train, _ := loadExp(t)
	tok := tokenize.New(tokenize.Config{Lower: true})
	ctx := context.Background()
	var docs [][]string
	n := 0
	for d, err := range tok.Map(ctx, texts(train), 0) {
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, d)
		n += len(d)
	}
	lap("tokens", n)
	for _, minDF := range []int{1, 2} {
		v, m, err := NewVectorizer(ctx, VectorizerConfig{Weighting: Binary, MaxN: 3, MinDF: Frequency{Count: minDF}}, seq(docs))
		if err != nil {
			t.Fatal(err)
		}
		lap("fit", minDF, v.Columns(), m.NNZ())
		m2, _ := v.Transform(ctx, seq(docs))
		lap("transform", m2.NNZ())
	}
}

func seq(docs [][]string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for _, d := range docs {
			if !yield(d, nil) {
				return
			}
		}
	}
}
