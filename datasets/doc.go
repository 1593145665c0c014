// Package datasets reads the examples that models learn from: the Large Movie
// Review Dataset (IMDB), tables of the user's own (CSV, TSV, JSON lines), and
// the line y = 3x + 2; it splits them and deals them into batches of like
// length.
//
// Files are taken as they are published: IMDB from its .tar.gz in one pass or
// from the unpacked directory, with the same examples in the same order from
// both. Sequences are restartable: ranging over one a second time reads the
// file again. Every file is treated as if it came from a stranger; what is
// wrong with it is said in an error that names the file, the member, the line
// or the column, and what was expected there.
//
// What the columns of a table of numbers are is decided by all of their cells: see
// Reading and Frame. A cell that may be read in two ways is read as the file's others
// are; what remains in doubt is told in the notes, with the setting that says
// otherwise.
//
// Nothing here tokenises, prints or keeps state between calls, and every
// random choice depends on the seed alone.
package datasets

import "errors"

// Example is one labelled text.
type Example struct {
	Text string
	// Label is an index into the classes of the set, or -1 for an example
	// without a label.
	Label int
	// ID names the example within its set: "train/neg/0_3" in IMDB, the line
	// number ("12") in a table.
	ID string
	// Rating is the number of stars from 1 to 10 that an IMDB reviewer gave,
	// 0 where there is none.
	Rating int
}

var (
	// ErrNoPart is wrapped by errors that say a wanted part of a data set, or
	// one of its class folders, is not there.
	ErrNoPart = errors.New("not in the data set")
	// ErrDamaged is wrapped by errors that say a file is cut off or corrupt;
	// fetching it again may help.
	ErrDamaged = errors.New("file is damaged")
)

// Mark is what an example has where a TableConfig asks for more than a label.
type Mark struct {
	// Labels are those of a text that may have several, ascending, and not nil;
	// Example.Label is -1 then. They are nil where a text has one.
	Labels []int
	// Value is the number that a text is given where TableConfig.Score names its
	// column; Example.Label is -1 then.
	Value float64
	// Pair is the text that Example.Text is read together with, "" where
	// TableConfig.Pair names no column.
	Pair string
}

// Marked is an example with its mark.
type Marked struct {
	Example
	Mark
}
