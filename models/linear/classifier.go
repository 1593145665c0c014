package linear

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// Config is how a Classifier is trained, and what it does to a text before it
// predicts. Zeros mean scikit-learn's defaults.
type Config struct {
	Vectorizer VectorizerConfig `json:"vectorizer"`

	// NB scales each column by its log-count ratio before training, which
	// makes the classifier an NB-weighted one. nil: no scaling.
	NB *NB `json:"nb,omitempty"`

	C         float64 `json:"c,omitempty"`         // weight of the losses against the norm; 0 means 1
	Tolerance float64 `json:"tolerance,omitempty"` // of the gradient's norm, relative to that at the start; 0 means 1e-4
	MaxSteps  int     `json:"max_steps,omitempty"` // of Newton's method; 0 means 100

	// MaxTerms drops all but the MaxTerms most important columns after a first
	// training and trains again on those. Important is what changes
	// predictions most: the magnitude of the coefficient times the root of the
	// number of documents that have the column. 0 keeps all.
	MaxTerms int `json:"max_terms,omitempty"`
}

// NB is the scaling of Wang and Manning (2012).
type NB struct {
	Alpha float64 `json:"alpha,omitempty"` // added to each count; 0 means 1
	// Beta mixes the coefficients with their mean magnitude, which leaves
	// naive Bayes: (1-beta) mean + beta w. 0 means 1: the coefficients alone.
	Beta float64 `json:"beta,omitempty"`
}

// filled returns the config with zeros replaced by what they mean, or says
// what is wrong with it.
func (c Config) filled() (Config, error) {
	var err error
	if c.Vectorizer, err = c.Vectorizer.filled(); err != nil {
		return c, err
	}
	if c.C == 0 {
		c.C = 1
	}
	if c.Tolerance == 0 {
		c.Tolerance = 1e-4
	}
	if c.MaxSteps == 0 {
		c.MaxSteps = 100
	}
	if c.NB != nil {
		nb := *c.NB
		if nb.Alpha == 0 {
			nb.Alpha = 1
		}
		if nb.Beta == 0 {
			nb.Beta = 1
		}
		c.NB = &nb
		switch {
		case !(nb.Alpha > 0 && nb.Alpha <= 1e9):
			return c, fmt.Errorf("linear: alpha is %v, want a positive number", nb.Alpha)
		case !(nb.Beta > 0 && nb.Beta <= 1):
			return c, fmt.Errorf("linear: beta is %v, want 0 to 1", nb.Beta)
		case c.Vectorizer.Signed:
			return c, fmt.Errorf("linear: log-count ratios need counts that are not negative: signed hashing has none")
		}
	}
	switch {
	case !(c.C > 0 && c.C <= 1e9):
		return c, fmt.Errorf("linear: C is %v, want a positive number", c.C)
	case !(c.Tolerance > 0 && c.Tolerance < 1):
		return c, fmt.Errorf("linear: tolerance is %v, want 0 to 1", c.Tolerance)
	case c.MaxSteps < 0 || c.MaxTerms < 0:
		return c, fmt.Errorf("linear: max_steps is %d and max_terms %d, want 0 or more", c.MaxSteps, c.MaxTerms)
	case c.MaxTerms > 0 && c.Vectorizer.Hash > 0:
		return c, fmt.Errorf("linear: hashed columns cannot be dropped by max_terms")
	}
	return c, nil
}

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
}

// logits is C, the number of logits: two classes have one, that of class 1.
func logits(classes int) int {
	if classes == 2 {
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
	labels := make([]int, xt.Cols)
	counts := make([]int, len(classes))
	for i := range labels {
		if labels[i] = label(i); labels[i] < 0 || labels[i] >= len(classes) {
			return nil, Report{}, fmt.Errorf("linear: example %d has label %d, want 0 to %d", i, labels[i], len(classes)-1)
		}
		counts[labels[i]]++
	}
	for k, n := range counts {
		if n == 0 {
			return nil, Report{}, fmt.Errorf("linear: none of %d examples is of class %q: %w", len(labels), classes[k], ErrEmpty)
		}
	}
	c := &Classifier{config: cfg, tokenizer: tokenize.New(tok), vectorizer: v, classes: slices.Clone(classes)}
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
func (c *Classifier) train(ctx context.Context, xt *CSR, labels []int) (Report, error) {
	n := logits(len(c.classes))
	c.weight, c.bias = ops.NewParam("linear.weight", xt.Rows, n), ops.NewParam("linear.bias", n)
	f := newFeatures(xt)
	report := Report{Examples: xt.Cols, Features: xt.Rows, Elements: xt.NNZ()}
	y, positive := make([]float64, len(labels)), make([]bool, len(labels))
	for k := range n {
		class := classOf(k, n)
		for i, l := range labels {
			if positive[i], y[i] = l == class, -1; positive[i] {
				y[i] = 1
			}
		}
		var r, scale []float64
		if c.config.NB != nil {
			r = logCountRatio(f.xt, positive, c.config.NB.Alpha)
			scale = make([]float64, len(r))
			for j, v := range r {
				scale[j] = float64(v * v)
			}
		}
		p := newProblem(f, scale, y, c.config.C)
		s, err := p.solve(ctx, c.config.Tolerance, c.config.MaxSteps)
		if err != nil {
			return report, fmt.Errorf("%w (class %q)", err, c.classes[class])
		}
		if r != nil {
			interpolate(s.w, r, c.config.NB.Beta)
		}
		for j, w := range s.w {
			c.weight.Data()[int(f.order[j])*n+k] = float32(w)
		}
		c.bias.Data()[k] = float32(s.b)
		report.Classes = append(report.Classes, ClassReport{s.objective, s.gradient, s.steps, s.products, s.gradient <= c.config.Tolerance})
	}
	return report, nil
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
