package recipe

import (
	"context"
	"errors"
	"fmt"
)

// Regressor answers lines of numbers, safely for many goroutines.
type Regressor interface {
	// Inputs returns how many numbers a line has.
	Inputs() int
	// Predict returns the outputs of rows of inputs, both row-major.
	Predict(ctx context.Context, x []float32) ([]float32, error)
}

// RowAnswerer answers rows of a table, safely for many goroutines.
type RowAnswerer interface {
	// Columns returns the names of the columns that a row needs, in the order
	// in which AnswerRows takes them.
	Columns() []string
	// AnswerRows answers rows of cells; an empty cell is a missing value. An
	// error that one row has is a RowError.
	AnswerRows(ctx context.Context, rows [][]string) ([]RowAnswer, error)
}

// RowClassifier is a RowAnswerer whose answers are classes.
type RowClassifier interface {
	RowAnswerer
	Classes() []string
}

// RowAnswer is the answer to a row, how the row was understood, and what was
// unusual about it.
type RowAnswer struct {
	Input      map[string]any // by column: a number, a text or nil for a missing value
	Prediction float64        // of a RowClassifier the number of the class
	// Label is the class of a RowClassifier, and Probabilities are those of all its
	// classes; else empty.
	Label         string
	Probabilities []float64
	Missing       []string // columns without a value
	Unknown       []string // columns of categories whose value training did not see
	Far           []string // columns of numbers or times far outside what training saw
}

// Surprises says of each column that was unusual what was.
func (a RowAnswer) Surprises() (what []string) {
	for _, kind := range []struct {
		columns []string
		what    string
	}{{a.Missing, "no value"}, {a.Unknown, "a category that training did not see"},
		{a.Far, "a number far outside those of training (is it in another unit?)"}} {
		for _, name := range kind.columns {
			what = append(what, fmt.Sprintf("column %q: %s", name, kind.what))
		}
	}
	return what
}

// RowError is an error about one of several rows.
type RowError struct {
	Row int // counted from 0
	Err error
}

func (e *RowError) Error() string { return fmt.Sprintf("row %d: %v", e.Row, e.Err) }
func (e *RowError) Unwrap() error { return e.Err }

// Vectors has a vector for each of its words, safely for many goroutines.
type Vectors interface {
	Len() int // words
	Dim() int // numbers in a vector
	// Words returns the words, the most frequent first, and Vector that of a
	// word.
	Words() []string
	Vector(word string) ([]float32, bool)
	// Find returns the word by which a text is looked up.
	Find(text string) (word string, ok bool)
	// Nearest returns the n words whose vectors have the largest cosine with a
	// word's, Analogy those nearest to b - a + c, Similarity a cosine.
	Nearest(word string, n int) ([]Neighbour, error)
	Analogy(a, b, c string, n int) ([]Neighbour, error)
	Similarity(a, b string) (float64, error)
}

// Neighbour is a word and the cosine of its vector with another.
type Neighbour struct {
	Word       string  `json:"word"`
	Similarity float64 `json:"similarity"`
}

// Embedder has a vector for any text, safely for many goroutines.
type Embedder interface {
	Dim() int // numbers in a vector
	// EmbedTexts returns the vectors of texts, in their order and the same as
	// one by one.
	EmbedTexts(ctx context.Context, texts []string) ([]Embedding, error)
}

// Int8er can predict by products of bytes: faster, and a little less exactly.
type Int8er interface {
	// Int8 returns the model that predicts so; the weights are shared.
	Int8() any
}

// Embedding is the vector of a text.
type Embedding struct {
	Vector    []float32
	Tokens    int  // tokens that were read
	Truncated bool // whether the text was cut at the model's limit
}

// Measurer can be measured on data of its own kind. Classifiers of texts are
// measured by package texts.
type Measurer interface {
	// MeasureSource says how the data is read.
	MeasureSource() *Source
	// Measure measures on data that MeasureSource opened, nil where the model
	// draws its own.
	Measure(ctx context.Context, data Data) (*Measurement, error)
}

// Measurement is how well a model does on data.
type Measurement struct {
	Examples int
	Text     string // for people, as in "MODEL on TEXT"
	// Accuracy and Loss are nil for what has none. A model without either is
	// measured in no time, and then nothing is said of that.
	Accuracy, Loss *float64
	Figures        any // a struct: what else eval --json prints
}

// Exporter can be written in formats of other programs.
type Exporter interface {
	// ExportFile writes the file, or the directory where the format is one, or
	// returns ErrFormat where the path names no format that the model knows.
	ExportFile(path string) error
}

// ErrFormat is returned for a path that names no format a model knows.
var ErrFormat = errors.New("unknown format")

// Translator turns texts into others, safely for many goroutines.
type Translator interface {
	// TranslateTexts translates texts, in their order and the same as one by one.
	TranslateTexts(ctx context.Context, texts []string, o TranslateOptions) ([]Translation, error)
}

// TranslateOptions are how a call differs from what the model does by itself.
type TranslateOptions struct {
	Beam      int  // hypotheses that the search keeps; 0 for the model's own number
	Attention bool // tell where the model looked
}

// Translation is what a text became.
type Translation struct {
	Text      string
	Score     float64       // of the search, the higher the surer
	Tokens    int           // of the source that were read
	Truncated bool          // whether the source was cut, or the translation ended by a limit
	Others    []Alternative // further translations, the best first
	Attention *Attention    // nil unless asked for
}

// Alternative is a translation of a lower score.
type Alternative struct {
	Text  string
	Score float64
}

// Attention says where a translator looked while it wrote.
type Attention struct {
	Source, Target []string    // tokens
	Weights        [][]float32 // by target token: probabilities of the source's tokens
}
