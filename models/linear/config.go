package linear

import (
	"fmt"
	"math"
)

// Weighting says what a Vectorizer's rows hold.
type Weighting string

const (
	Counts Weighting = "counts" // how often the n-gram occurs in the document
	Binary Weighting = "binary" // 1 where it occurs
	// TFIDF is the count times ln((1+n)/(1+df)) + 1 for n documents of which
	// df hold the n-gram, each row divided by its norm: scikit-learn's
	// TfidfVectorizer.
	TFIDF Weighting = "tfidf"
)

// Frequency is a limit on the number of documents that hold an n-gram, as a
// count or as a fraction of all documents. Both zero: no limit.
type Frequency struct {
	Count    int     `json:"count,omitempty"`
	Fraction float64 `json:"fraction,omitempty"`
}

// VectorizerConfig says which features documents have. Its zero value counts
// words.
type VectorizerConfig struct {
	Weighting Weighting `json:"weighting,omitempty"` // empty: Counts

	// MinN and MaxN are the lengths of the n-grams in words. 0: 1 for MinN,
	// MinN for MaxN.
	MinN int `json:"min_n,omitempty"`
	MaxN int `json:"max_n,omitempty"`

	MinDF Frequency `json:"min_df,omitzero"` // n-grams in fewer documents are left out
	MaxDF Frequency `json:"max_df,omitzero"` // and those in more

	// MaxFeatures keeps only as many n-grams, those that occur most often in
	// all (in most documents for Binary); among equals the shorter, then the
	// first in order. 0: all.
	MaxFeatures int `json:"max_features,omitempty"`

	// Hash is the number of columns that n-grams are hashed to, instead of
	// having a vocabulary: scikit-learn's HashingVectorizer with
	// alternate_sign as Signed says. MinDF, MaxDF and MaxFeatures must be
	// zero. 0: a vocabulary.
	Hash   int  `json:"hash,omitempty"`
	Signed bool `json:"signed,omitempty"` // half of the n-grams count negative

	// MinChars and MaxChars add to hashed n-grams of words those of so many
	// characters of each word, whose beginning and end are marked (Bojanowski et
	// al. 2017, arXiv:1607.04606): words that are written or inflected otherwise
	// have most of them in common. Both 0: none.
	MinChars int `json:"min_chars,omitempty"`
	MaxChars int `json:"max_chars,omitempty"`

	// The rest is about TFIDF alone.
	Norm       Norm `json:"norm,omitempty"`       // empty: L2
	NoIDF      bool `json:"no_idf,omitempty"`     // counts, normalised
	Unsmoothed bool `json:"unsmoothed,omitempty"` // ln(n/df) + 1
	Sublinear  bool `json:"sublinear,omitempty"`  // 1 + ln(count) in place of the count
}

// Norm names the norm that rows are divided by.
type Norm string

const (
	L2   Norm = "l2"
	L1   Norm = "l1"
	None Norm = "none"
)

// MaxN is the longest n-gram that a Vectorizer accepts, in words.
const MaxN = 16

// filled returns the config with zeros replaced by what they mean, or says
// what is wrong with it.
func (c VectorizerConfig) filled() (VectorizerConfig, error) {
	if c.Weighting == "" {
		c.Weighting = Counts
	}
	if c.MinN == 0 {
		c.MinN = 1
	}
	if c.MaxN == 0 {
		c.MaxN = c.MinN
	}
	if c.Norm == "" && c.Weighting == TFIDF {
		c.Norm = L2
	}
	fail := func(format string, args ...any) (VectorizerConfig, error) {
		return c, fmt.Errorf("linear: vectorizer: "+format, args...)
	}
	tfidf := c.Weighting == TFIDF
	switch {
	case c.Weighting != Counts && c.Weighting != Binary && !tfidf:
		return fail("weighting %q, want %q, %q or %q", c.Weighting, Counts, Binary, TFIDF)
	case c.MinN < 1 || c.MaxN < c.MinN || c.MaxN > MaxN:
		return fail("n-grams of %d to %d words, want 1 to %d", c.MinN, c.MaxN, MaxN)
	case c.MaxFeatures < 0 || c.MaxFeatures > math.MaxInt32:
		return fail("max_features is %d, want 0 or more", c.MaxFeatures)
	case c.Hash < 0 || c.Hash > 1<<30:
		return fail("hash is %d, want 0 to %d columns", c.Hash, 1<<30)
	case c.Hash > 0 && (c.MinDF != Frequency{} || c.MaxDF != Frequency{} || c.MaxFeatures != 0):
		return fail("hashed features have no document frequencies to limit, nor a number of features other than hash")
	case (c.MinChars != 0 || c.MaxChars != 0) && (c.MinChars < 1 || c.MaxChars < c.MinChars || c.MaxChars > MaxN):
		return fail("n-grams of %d to %d characters, want 1 to %d, or 0 and 0 for none", c.MinChars, c.MaxChars, MaxN)
	case c.MaxChars > 0 && c.Hash == 0:
		return fail("n-grams of characters are for hashed features")
	case c.Signed && (c.Hash == 0 || c.Weighting == Binary):
		return fail("signed is for hashed counts and TF-IDF")
	case tfidf && c.Norm != L2 && c.Norm != L1 && c.Norm != None:
		return fail("norm %q, want %q, %q or %q", c.Norm, L2, L1, None)
	case !tfidf && (c.Norm != "" || c.NoIDF || c.Unsmoothed || c.Sublinear):
		return fail("norm, no_idf, unsmoothed and sublinear are for %q, not for %q", TFIDF, c.Weighting)
	}
	for _, f := range []struct {
		name string
		Frequency
	}{{"min_df", c.MinDF}, {"max_df", c.MaxDF}} {
		if f.Count < 0 || !(f.Fraction >= 0 && f.Fraction <= 1) || f.Count > 0 && f.Fraction > 0 {
			return fail("%s is %d or %v, want a count of 0 or more or a fraction of 0 to 1, not both", f.name, f.Count, f.Fraction)
		}
	}
	return c, nil
}

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

	// Several tells that a text may have any number of the classes: each has a
	// logit and a probability of its own, of two classes too.
	Several bool `json:"several,omitempty"`
}

// NB is the scaling of Wang and Manning (2012).
type NB struct {
	Alpha float64 `json:"alpha,omitempty"` // added to each count; 0 means 1
	// Beta mixes the coefficients with their mean magnitude, which leaves
	// naive Bayes: (1-beta) mean + beta w. 0 means 1: the coefficients alone.
	Beta float64 `json:"beta,omitempty"`
}

// Check says what is wrong with the config, nil where nothing is.
func (c Config) Check() error {
	_, err := c.filled()
	return err
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
