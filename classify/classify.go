// Package classify is what every classifier of texts answers, whatever its
// model: a [Prediction], what each word contributed to it, and an [Evaluation]
// of answers whose truth is known.
package classify

import (
	"context"
	"fmt"

	"github.com/gorgonia-zoo/zoo/tokenize"
)

// Classifier is what classifiers of texts have in common. Its methods are safe
// for many goroutines.
type Classifier interface {
	// Classes returns the class names in the order of the labels.
	Classes() []string
	// Temperature returns what logits are divided by before they become
	// probabilities.
	Temperature() float64
	// Predict classifies one text.
	Predict(ctx context.Context, text string) (Prediction, error)
	// PredictAll classifies texts; answers come in their order and are the
	// same as one by one, but for Terms, which only Predict fills in.
	PredictAll(ctx context.Context, texts []string) ([]Prediction, error)
}

// Prediction is a classifier's answer for one text.
type Prediction struct {
	Label         string    // the most probable class
	Class         int       // its index
	Probability   float64   // of Label
	Probabilities []float64 // of every class, in their order
	Tokens        int       // tokens that were read
	Truncated     bool      // whether the text was cut at the model's limit

	// Logits are what the model gave before the temperature: one of each class,
	// or, by models that have one for two classes, that of class 1; nil where a
	// model has none.
	Logits []float64
	// Terms are, of a model that is a sum over n-grams, those of the text that it
	// knows: what says most for or against Label first, equals by their text.
	Terms []Term
}

// Term is what an n-gram of a text adds to an answer.
type Term struct {
	Text         string
	Count        int     // how often it occurs in the text
	Contribution float64 // to the logit of the predicted class: positive speaks for it
}

// Reader is a classifier that takes texts which its tokenizer has read already:
// texts that are read more than once are tokenised once.
type Reader interface {
	Classifier
	// Tokenizer returns the tokenizer's settings.
	Tokenizer() tokenize.Config
	// EvaluateTokens measures the classifier on texts, each a list of indices
	// into words. labels are indices into Classes.
	EvaluateTokens(ctx context.Context, words []string, texts [][]int32, labels []int32) (*Evaluation, error)
}

// Scorer is a classifier whose answers for texts can be had at any temperature.
type Scorer interface {
	Classifier
	// Score answers texts, whose labels are not known: Answers.Labels is nil.
	Score(ctx context.Context, texts []string) (Answers, error)
}

// Knower is a classifier that says how much of a text it knows.
type Knower interface {
	Classifier
	// Known returns the share of the words of a text, or of the pieces of words,
	// that the classifier's vocabulary has, of as much of the text as is read; 0
	// for a text without a word. It is not ok where there is no vocabulary that
	// could lack a word.
	Known(text string) (share float64, ok bool)
}

// KnowsWords is what a Knower and an Answerer with a vocabulary have in common.
type KnowsWords interface {
	Known(text string) (share float64, ok bool)
}

// Explainer is a classifier that says what decided.
type Explainer interface {
	Classifier
	// Explain classifies a text and says what each of its words contributes to
	// the answer.
	Explain(ctx context.Context, text string) (Prediction, Explanation, error)
}

// Explanation is what each word of a text contributes to the logit of a class:
// the logit is Baseline plus the contributions, up to Error.
type Explanation struct {
	Of       string  `json:"of"`     // the class: the second of two, else the predicted one
	Method   string  `json:"method"` // how the contributions are found, and what Baseline is
	Logit    float64 `json:"logit"`  // before the temperature
	Baseline float64 `json:"baseline"`
	Sum      float64 `json:"sum"`             // of the contributions of Words
	Error    float64 `json:"error"`           // Sum - (Logit - Baseline)
	Steps    int     `json:"steps,omitempty"` // points at which gradients were taken

	Words []Contribution `json:"words"`             // the tokens that were read, in their order
	Terms []Contribution `json:"n_grams,omitempty"` // of a linear model: what Words share out, each once however often it occurs
}

// Contribution is what a token or an n-gram contributes to a logit.
type Contribution struct {
	Token        string  `json:"token"`
	Contribution float64 `json:"contribution"`
}

// One returns the only one of predictions.
func One(all []Prediction, err error) (Prediction, error) {
	if err == nil && len(all) != 1 {
		err = fmt.Errorf("classify: %d predictions, want one", len(all))
	}
	if err != nil {
		return Prediction{}, err
	}
	return all[0], nil
}
