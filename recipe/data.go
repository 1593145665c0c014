package recipe

import (
	"context"
	"fmt"

	"github.com/gorgonia-zoo/zoo/datasets"
)

// Data is what a model is trained or measured on.
type Data interface {
	// Guesses says what of it was guessed, for people.
	Guesses() []string
}

// Table is Data of rows of columns, one of which is predicted from the others.
type Table interface {
	Data
	// Load returns the same rows in memory, which all that follows needs.
	Load(ctx context.Context) (Table, error)
	// Rows returns the data restricted to rows of it, counted from 0, in that order.
	Rows(rows []int) (Data, error)
	// Targets returns what is predicted: a number of each row, or where classes is
	// not nil an index into it.
	Targets() (y []float64, classes []string)
	// Same returns of each row the first that equals it in every column.
	Same() []int
	// Report says in sentences what the columns are.
	Report() []string
	// Fingerprint names the rows by their cells.
	Fingerprint() (string, error)
	// Doubt is an error that wraps ErrUsage where only its owner can say what is
	// predicted, as whether 1, 2 and 3 are numbers or classes.
	Doubt() error
}

// TableModel answers rows of a Table.
type TableModel interface {
	// AnswerTable returns a number for each row of a Table of the same columns, or
	// the probabilities of the classes.
	AnswerTable(ctx context.Context, t Table) (numbers []float64, probabilities [][]float64, err error)
}

// Owned is data that may be somebody's own. What is trained on such data has no
// licence until its owner gives one, while the zoo's own models are its to
// license.
type Owned interface {
	Data
	Owned() bool
}

// Noter is Data that knows what a reader of it should be told once it is read
// through. Training and commands tell it.
type Noter interface {
	// Notes reads the data unless that was done, and returns nothing where it
	// cannot be read, which the next reader says.
	Notes(ctx context.Context) []string
}

// DataAs returns data as the pointer that a family's Source opens. Other data,
// and none, is an error that wraps ErrUsage.
func DataAs[D interface {
	comparable
	Data
}](data Data) (D, error) {
	var none D
	d, ok := data.(D)
	if ok && d != none {
		return d, nil
	}
	have := fmt.Sprintf("%T", data)
	if ok {
		have = "nil"
	}
	return none, fmt.Errorf("zoo: data: have %s, want a %T, which the recipe's family opens: %w", have, none, ErrUsage)
}

// DataConfig says how to read data.
type DataConfig struct {
	// Text and Label name the columns of a table; empty ones are guessed.
	Text, Label string
	// Multi reads several labels of a text from a cell, Score names a column of
	// numbers in place of labels, and Pair that of a second text which each is read
	// together with; see datasets.TableConfig.
	Multi, Score, Pair string
	// Classes are the names that labels may have, in order; none: those
	// found.
	Classes []string
	// Unlabelled reads texts alone: no column of labels is looked for, and a .txt
	// file has a text a line.
	Unlabelled bool
	// Encoding is that of a table's text, where it is not UTF-8, and Quotes
	// says what quotes in CSV mean; see datasets.TableConfig.
	Encoding string
	Quotes   datasets.Quotes
	// Strict makes errors of rows without a text or a label, which are passed
	// over and counted otherwise, and Missing are the cells that stand for no
	// value; see datasets.TableConfig.
	Strict  bool
	Missing []string
	// Comma separates the cells of CSV, Decimal and Dates say how numbers and dates
	// of rows are written where that is in doubt; see datasets.TableConfig.
	Comma          rune
	Decimal, Dates string
	// Rows draws at random so many rows of a table; 0 means all.
	Rows int

	// Part is the part to measure on, of data that has parts: train, validation or
	// test; "" means test.
	Part string

	// Cache is a directory that keeps tokenised texts and a teacher's answers, so
	// that they are not computed again; "" and "none" keep nothing on disk.
	// texts.CacheDir is where the command line keeps them.
	Cache string

	// Format is that of data that a program hands over, where neither its name nor
	// its first bytes tell; "" for these. Name is what cards and errors call it.
	Format datasets.Format
	Name   string
}

// Table is the configuration of a table, without its columns.
func (c DataConfig) Table() datasets.TableConfig {
	return datasets.TableConfig{Format: c.Format, Encoding: c.Encoding, Quotes: c.Quotes, Comma: c.Comma, Unlabelled: c.Unlabelled, Strict: c.Strict, Missing: c.Missing, Decimal: c.Decimal, Dates: c.Dates}
}

// Source says how the data of the recipe is read.
func (r Recipe) Source() *Source {
	if r.Family.Source == nil {
		return &Source{Refuse: func(subject, _ string) string { return subject + " draws its own data" }}
	}
	return r.Family.Source(r.Body)
}

// Source says how the data of a recipe or of a model is read.
type Source struct {
	// Open opens the data; nil: it is drawn, and there is none to open.
	Open func(path string, c DataConfig) (Data, error)
	// Refuse says why a flag about the data does not apply to what subject
	// names, "" where it does; nil: all apply.
	Refuse func(subject, flag string) string
	// Missing says what is wrong where no path is given; nil: IMDB is
	// downloaded.
	Missing func(subject string) string
	// Rows says that the data is rows with named columns and not texts.
	Rows bool
}
