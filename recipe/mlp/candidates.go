package mlp

import (
	"context"
	"flag"
	"fmt"
	"strconv"
	"strings"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
)

// Linear is the recipe of linear and logistic regression on a table.
func Linear() recipe.Recipe {
	r := table()
	r.Name, r.About = "table-linear", "linear or logistic regression: predicts a column of a table, numbers or classes, from the others"
	b := r.Body.(*TableRecipe)
	b.Hidden = []int{}
	b.Epochs, b.Batch = 60, 64
	b.Optimizer.LearningRate = 1e-2
	b.Optimizer.WeightDecay = 1e-3
	return r
}

// leastSteps is how many steps a training takes that is compared with others, and
// mostEpochs bounds what that means for few rows.
const (
	leastSteps = 2000
	mostEpochs = 200
)

// epochsFor is how many passes of so many batches make leastSteps, at least least.
func epochsFor(batches, least int) int {
	return max(least, min(mostEpochs, (leastSteps+batches-1)/max(1, batches)))
}

// fewTableRows is of how many rows none are held out within a training that is
// compared with others: a tenth of fewer chooses an epoch by chance.
const fewTableRows = 2000

// candidates are linear or logistic regression, and networks of two sizes and of
// more or less weight decay.
func candidates(ctx context.Context, data recipe.Data, _ []recipe.Base, _ recipe.Env) (all []recipe.Candidate, err error) {
	rows, ok := data.(*Rows)
	if !ok {
		return nil, nil
	}
	frame, err := rows.read(ctx, rows.columns)
	if err != nil {
		return nil, err
	}
	n, inputs := frame.Rows(), 0
	for _, c := range frame.Columns {
		inputs += max(1, min(len(c.Values), 100))
	}
	for _, c := range []struct {
		name   string
		linear bool
		hidden []int
		decay  float64
	}{
		{"table-linear", true, nil, 1e-3},
		{"table-linear --weight-decay 0.3", true, nil, 0.3},
		{"mlp --hidden 32 --weight-decay 0.1", false, []int{32}, 0.1},
		{"mlp --weight-decay 1", false, []int{128, 64}, 1},
		{"mlp", false, []int{128, 64}, 1e-4},
		{"mlp --hidden 256,128 --weight-decay 0.1", false, []int{256, 128}, 0.1},
	} {
		r := table()
		if c.linear {
			r = Linear()
		}
		if c.linear && c.decay > 0.1 && frame.Classes == nil {
			continue // linear regression is solved, not trained
		}
		b := r.Body.(*TableRecipe)
		b.Columns, b.Test = rows.columns, 0
		b.Columns.Target = frame.Target
		if frame.Classes != nil {
			b.Columns.Task = string(datasets.Classification)
		}
		b.Optimizer.WeightDecay = c.decay
		if !c.linear {
			b.Hidden, b.Batch = c.hidden, 64
		}
		if n < fewTableRows {
			b.Validation, b.KeepBest, b.Patience = 0, false, 0
			b.Batch = 32
		}
		b.Epochs = epochsFor((n+b.Batch-1)/b.Batch, b.Epochs)
		weights, last := 0, inputs
		for _, h := range append(append([]int(nil), b.Hidden...), max(1, len(frame.Classes))) {
			weights += last * h
			last = h
		}
		// Six operations a weight and row, on two cores; a step costs at least 50 µs.
		steps := float64(b.Epochs) * float64(n) / float64(b.Batch)
		seconds := 0.05 + float64(steps*5e-5) + float64(6*float64(weights)*float64(b.Epochs)*float64(n))/20e9
		all = append(all, recipe.Candidate{Recipe: r, Name: c.name, Kind: strings.Fields(c.name)[0], Seconds: seconds, Always: c.linear})
	}
	return all, nil
}

// hidden is the flag of the hidden layers.
func hidden(r *TableRecipe) flag.Value {
	return recipe.Value(func() string {
		if len(r.Hidden) == 0 {
			return "none"
		}
		var list []string
		for _, n := range r.Hidden {
			list = append(list, strconv.Itoa(n))
		}
		return strings.Join(list, ",")
	}, func(text string) error {
		list := []int{}
		if text != "none" {
			for _, s := range strings.Split(text, ",") {
				n, err := strconv.Atoi(strings.TrimSpace(s))
				if err != nil || n < 1 {
					return fmt.Errorf("%q, want widths such as 128,64, or none", text)
				}
				list = append(list, n)
			}
		}
		r.Hidden = list
		return nil
	})
}
