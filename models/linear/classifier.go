package linear

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"runtime"
	"slices"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// Classifier maps texts to classes by a linear function of their n-grams. Its
// methods are safe for many goroutines as long as nothing trains it
// meanwhile.
type Classifier struct {
	config     Config
	tokenizer  *tokenize.Tokenizer
	vectorizer *Vectorizer
	classes    []string
	weight     *ops.Param // linear.weight [F, C]
	bias       *ops.Param // linear.bias [C]

	temperature float64   // what logits are divided by before they become probabilities
	thresholds  []float64 // of Several: the probabilities from which classes are given
}

// logits is C, the number of logits: two classes have one, that of class 1, unless
// a text may have both.
func (c Config) logits(classes int) int {
	if classes == 2 && !c.Several {
		return 1
	}
	return classes
}

// classOf is the class whose logit is logit k of n.
func classOf(k, n int) int {
	if n == 1 {
		return 1
	}
	return k
}

// Example is a text with its label, an index into the classes.
type Example struct {
	Text  string
	Label int
}

// Version names what a classifier learns from the same texts and answers. It
// changes with the last bit of a logit, so that whoever keeps answers in a cache
// can tell them from a later program's.
const Version = "linear-1"

// Report says how training went.
type Report struct {
	Examples, Features, Elements int // rows, columns, stored elements of the matrix
	Classes                      []ClassReport
}

// ClassReport says how the solver did for one logit.
type ClassReport struct {
	Objective float64 // 1/2 w'w + C sum of losses, at the end
	Gradient  float64 // norm of its gradient, relative to that at the start
	Steps     int     // of Newton's method
	Products  int     // of the matrix and its transpose with a vector
	Converged bool    // whether Gradient reached the tolerance
}

// Train learns from examples. The tokenizer runs on all cores.
func Train(ctx context.Context, cfg Config, tok tokenize.Config, classes []string, examples iter.Seq2[Example, error]) (*Classifier, Report, error) {
	var labels []int
	texts := func(yield func(string, error) bool) {
		for e, err := range examples {
			labels = append(labels, e.Label)
			if !yield(e.Text, err) {
				return
			}
		}
	}
	return TrainTokens(ctx, cfg, tok, classes, tokenize.New(tok).Map(ctx, texts, 0), func(i int) int { return labels[i] })
}

// TrainTokens is Train for texts that are tokenised already, as a tokenizer of
// the given configuration does. label is called for each document after all
// have been read.
func TrainTokens(ctx context.Context, cfg Config, tok tokenize.Config, classes []string, docs iter.Seq2[[]string, error], label func(doc int) int) (*Classifier, Report, error) {
	if cfg.Several {
		return nil, Report{}, errors.New("linear: texts of several classes have no one label: see TrainSeveral")
	}
	return train(ctx, cfg, tok, classes, docs, func(n int) (truth, error) {
		labels := make(oneLabel, n)
		counts := make([]int, len(classes))
		for i := range labels {
			if labels[i] = label(i); labels[i] < 0 || labels[i] >= len(classes) {
				return nil, fmt.Errorf("linear: example %d has label %d, want 0 to %d", i, labels[i], len(classes)-1)
			}
			counts[labels[i]]++
		}
		for k, n := range counts {
			if n == 0 {
				return nil, fmt.Errorf("linear: none of %d examples is of class %q: %w", len(labels), classes[k], ErrEmpty)
			}
		}
		return labels, nil
	})
}

// TrainSeveral is TrainTokens for texts that may have any number of the classes,
// which labels returns as ascending indices. A class that none or all of the
// documents have is learned as improbable, or certain, whatever the words.
func TrainSeveral(ctx context.Context, cfg Config, tok tokenize.Config, classes []string, docs iter.Seq2[[]string, error], labels func(doc int) []int32) (*Classifier, Report, error) {
	cfg.Several = true
	return train(ctx, cfg, tok, classes, docs, func(n int) (truth, error) {
		sets := make(severalLabels, n)
		for i := range sets {
			sets[i] = labels(i)
			for j, k := range sets[i] {
				if k < 0 || int(k) >= len(classes) || j > 0 && sets[i][j-1] >= k {
					return nil, fmt.Errorf("linear: example %d has labels %v, want ascending ones of 0 to %d", i, sets[i], len(classes)-1)
				}
			}
		}
		return sets, nil
	})
}

// truth tells which classes documents have.
type truth interface{ has(doc, class int) bool }

type oneLabel []int

func (l oneLabel) has(doc, class int) bool { return l[doc] == class }

type severalLabels [][]int32

func (l severalLabels) has(doc, class int) bool {
	_, ok := slices.BinarySearch(l[doc], int32(class))
	return ok
}

// train learns from documents, whose labels are asked for when all have been read.
func train(ctx context.Context, cfg Config, tok tokenize.Config, classes []string, docs iter.Seq2[[]string, error], read func(docs int) (truth, error)) (*Classifier, Report, error) {
	cfg, err := cfg.filled()
	if err != nil {
		return nil, Report{}, err
	}
	if err := checkClasses(classes); err != nil {
		return nil, Report{}, err
	}
	v, xt, err := fit(ctx, cfg.Vectorizer, docs)
	if err != nil {
		return nil, Report{}, err
	}
	labels, err := read(xt.Cols)
	if err != nil {
		return nil, Report{}, err
	}
	c := &Classifier{config: cfg, tokenizer: tokenize.New(tok), vectorizer: v, classes: slices.Clone(classes), temperature: 1}
	if cfg.Several {
		c.thresholds = slices.Repeat([]float64{0.5}, len(classes))
	}
	report, err := c.train(ctx, xt, labels)
	if err != nil {
		return nil, Report{}, err
	}
	if cfg.MaxTerms > 0 && cfg.MaxTerms < xt.Rows {
		xt = xt.pick(c.prune(xt, cfg.MaxTerms))
		if v.cfg.Weighting == TFIDF {
			m := xt.Transpose()
			v.normalise(m)
			xt = m.Transpose()
		}
		if report, err = c.train(ctx, xt, labels); err != nil {
			return nil, Report{}, err
		}
	}
	return c, report, nil
}

func checkClasses(classes []string) error {
	if len(classes) < 2 || len(classes) > 1<<14 {
		return fmt.Errorf("linear: %d classes, want 2 to %d", len(classes), 1<<14)
	}
	seen := map[string]bool{}
	for _, name := range classes {
		if name == "" || seen[name] {
			return fmt.Errorf("linear: class name %q is empty or given twice", name)
		}
		seen[name] = true
	}
	return nil
}

// train sets the weights from the transposed features.
func (c *Classifier) train(ctx context.Context, xt *CSR, labels truth) (Report, error) {
	n := c.config.logits(len(c.classes))
	c.weight, c.bias = ops.NewParam(weightName, xt.Rows, n), ops.NewParam(biasName, n)
	f := newFeatures(xt)
	report := Report{Examples: xt.Cols, Features: xt.Rows, Elements: xt.NNZ()}
	// The start of each class takes one core, what follows all of them: as
	// many classes as there are cores start together.
	for from := 0; from < n; from += runtime.GOMAXPROCS(0) {
		group := make([]classProblem, min(n-from, runtime.GOMAXPROCS(0)))
		for i := range group {
			group[i] = c.problem(f, labels, classOf(from+i, n))
		}
		kernel.Parallel(len(group), func(i int) {
			if !group[i].same {
				group[i].start = group[i].warm(ctx)
			}
		})
		for i, p := range group {
			if p.same {
				c.bias.Write()[from+i] = float32(p.prior)
				report.Classes = append(report.Classes, ClassReport{Converged: true})
				continue
			}
			s, err := p.solve(ctx, p.start, c.config.Tolerance, c.config.MaxSteps)
			if err != nil {
				return report, fmt.Errorf("%w (class %q)", err, c.classes[classOf(from+i, n)])
			}
			if p.ratio != nil {
				interpolate(s.w, p.ratio, c.config.NB.Beta)
			}
			weight, bias := c.weight.Write(), c.bias.Write()
			for j, w := range s.w {
				weight[int(f.order[j])*n+from+i] = float32(w)
			}
			bias[from+i] = float32(s.b)
			report.Classes = append(report.Classes, ClassReport{s.objective, s.gradient, s.steps, s.products, s.gradient <= c.config.Tolerance})
			group[i] = classProblem{} // let go of it early
		}
	}
	return report, nil
}

// classProblem is the problem of one class, with its log-count ratios and
// where to start.
type classProblem struct {
	*problem
	ratio []float64
	start point
	// same tells that all documents, or none, have the class: there is nothing to
	// solve, and prior is the logit of each.
	same  bool
	prior float64
}

func (c *Classifier) problem(f *features, labels truth, class int) classProblem {
	docs, count := f.all.Cols, 0
	y, positive := make([]float64, docs), make([]bool, docs)
	for i := range docs {
		if positive[i], y[i] = labels.has(i, class), -1; positive[i] {
			y[i] = 1
			count++
		}
	}
	var p classProblem
	if count == 0 || count == docs {
		// As of one document more of each kind.
		p.same, p.prior = true, log(float64(count+1)/float64(docs-count+1))
		return p
	}
	var scale []float64
	if c.config.NB != nil {
		p.ratio = logCountRatio(f.all, positive, c.config.NB.Alpha)
		scale = make([]float64, len(p.ratio))
		for j, v := range p.ratio {
			scale[j] = float64(v * v)
		}
	}
	p.problem = newProblem(f, scale, y, c.config.C)
	return p
}

// prune keeps the n most important columns of the vectorizer and returns
// their old numbers.
func (c *Classifier) prune(xt *CSR, n int) []int32 {
	importance := make([]float64, xt.Rows)
	width := c.weight.Shape()[1]
	for j := range importance {
		for _, w := range c.weight.Data()[j*width : (j+1)*width] {
			importance[j] = max(importance[j], math.Abs(float64(w)))
		}
		importance[j] *= math.Sqrt(float64(xt.Start[j+1] - xt.Start[j]))
	}
	order := make([]int32, xt.Rows)
	for j := range order {
		order[j] = int32(j)
	}
	slices.SortStableFunc(order, func(a, b int32) int {
		switch {
		case importance[a] > importance[b]:
			return -1
		case importance[a] < importance[b]:
			return 1
		}
		return 0
	})
	keep := make([]bool, xt.Rows)
	for _, j := range order[:n] {
		keep[j] = true
	}
	v := *c.vectorizer
	var kept []int32
	v.ngrams, kept = v.ngrams.prune(keep)
	if v.idf != nil {
		v.idf = make([]float32, len(kept))
		for i, j := range kept {
			v.idf[i] = c.vectorizer.idf[j]
		}
	}
	c.vectorizer = &v
	return kept
}
