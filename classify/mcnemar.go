package classify

import (
	"fmt"
	"math"

	"github.com/gorgonia-zoo/zoo/internal/exact"
)

// Methods of a comparison.
const (
	ExactBinomial = "McNemar's test, exact binomial"
	ChiSquared    = "McNemar's test, chi-squared with continuity correction"
)

// Comparison is how two classifiers do on the same texts. Only those count that
// one answers right and the other wrong.
type Comparison struct {
	Examples   int     `json:"examples"`
	Both       int     `json:"both_right"`
	OnlyFirst  int     `json:"only_first_right"`
	OnlySecond int     `json:"only_second_right"`
	Neither    int     `json:"neither_right"`
	Method     string  `json:"method"`
	Statistic  float64 `json:"statistic"` // chi-squared; of the exact test, the smaller of the two counts
	// P is how probable so large a difference, or a larger one, is between two
	// classifiers that are equally good.
	P float64 `json:"p_value"`
}

// Significant tells whether the difference is more than chance: five of a
// hundred pairs of classifiers that are equally good differ as much.
func (c *Comparison) Significant() bool { return c.P < 0.05 }

// Compare compares two evaluations of the same texts by McNemar's test (McNemar
// 1947, "Note on the sampling error of the difference between correlated
// proportions or percentages", Psychometrika 12:153-157), which Dietterich 1998
// (Neural Computation 10:1895-1923) recommends for classifiers that are trained
// once. Below 25 texts that they differ on it is the exact binomial test, both
// sides; from there on the chi-squared one with Edwards' (1948) continuity
// correction.
func Compare(first, second *Evaluation) (*Comparison, error) {
	if first.Examples != second.Examples {
		return nil, fmt.Errorf("classify: one classifier is measured on %d texts and the other on %d, want the same texts", first.Examples, second.Examples)
	}
	c := &Comparison{Examples: first.Examples}
	for i := range first.Examples {
		switch a, b := first.Right(i), second.Right(i); {
		case a && b:
			c.Both++
		case a:
			c.OnlyFirst++
		case b:
			c.OnlySecond++
		default:
			c.Neither++
		}
	}
	c.test()
	return c, nil
}

// test fills in the outcome of the test.
func (c *Comparison) test() {
	n, less := c.OnlyFirst+c.OnlySecond, min(c.OnlyFirst, c.OnlySecond)
	if n < 25 {
		c.Method, c.Statistic, c.P = ExactBinomial, float64(less), binomial(less, n)
		return
	}
	apart := float64(max(c.OnlyFirst, c.OnlySecond)-less) - 1 // the correction
	apart = max(apart, 0)
	c.Method, c.Statistic = ChiSquared, float64(apart*apart)/float64(n)
	c.P = complement(math.Sqrt(c.Statistic / 2))
}

// binomial is twice the probability of k heads or fewer among n, at most 1.
func binomial(k, n int) float64 {
	ways, sum := 1.0, 0.0 // whole numbers, exact for n < 54
	for i := 0; i <= k; i++ {
		sum += ways
		ways = ways * float64(n-i) / float64(i+1)
	}
	return min(1, math.Ldexp(sum, 1-n))
}

// complement is the complementary error function of x, 0 or more, to about
// 1e-14: below 2 by the series of Abramowitz and Stegun 7.1.6, which has no
// negative term, from there on by the continued fraction 7.1.14.
func complement(x float64) float64 {
	square := float64(x * x)
	if x < 2 {
		term, sum := x, x
		for k := 1; term > 1e-18*sum; k++ {
			term = float64(term * 2 * square / float64(2*k+1))
			sum += term
		}
		return 1 - float64(2/math.SqrtPi*exact.Exp(-square)*sum)
	}
	fraction := x
	for k := 60; k >= 1; k-- {
		fraction = x + float64(k)/2/fraction
	}
	return exact.Exp(-square) / math.SqrtPi / fraction
}
