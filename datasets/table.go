package datasets

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// TableConfig says how to read a table. The zero value guesses everything.
type TableConfig struct {
	// Text, Label and Target name the columns of the texts, of their classes,
	// and of the number that a regression predicts. Empty ones are guessed
	// from the names and the first rows; Guesses says how.
	Text, Label, Target string

	// Multi reads several labels of a text from a cell: what stands between its
	// separators, such as ";", or the elements of a list, which MultiList demands.
	// An empty cell, and an empty list, is a text that no label is given to.
	Multi string
	// Score names a column of numbers that texts are given, in place of labels.
	Score string
	// Pair names the column of a second text, which each is read together with.
	Pair string

	// Classes are the labels allowed, in order; nil means whatever the file
	// holds, sorted. A label that is no class by name, whatever its case, may
	// be a class by number (0 for the first) unless the names are numbers
	// themselves, and false and true stand for the two classes of two.
	Classes []string
	// MaxClasses bounds the labels of a file where Classes is nil; 0 means
	// 1000. A column with more was hardly meant.
	MaxClasses int
	// Unlabelled reads texts alone, with Label -1.
	Unlabelled bool
	// Strict makes errors of rows that have no text or no label, which are
	// passed over and counted otherwise.
	Strict bool
	// Missing are the cells that stand for no value, whatever their case; nil
	// means the usual ones, see func Missing. An empty cell always does.
	Missing []string

	// Decimal is the decimal mark of numbers that may be read either way, "point"
	// or "comma"; empty means what the file's other numbers say. Dates is the order
	// of day and month, "dmy" or "mdy", where both are numbers before the year, or "ymd" for a year of two
	// digits before them.
	Decimal, Dates string
	// Rows draws so many rows at random, in their order; 0 means all.
	Rows int

	// Format is that of the file; empty means by its first bytes and its name.
	Format Format
	// Comma separates the cells of CSV; 0 means the tab for a .tsv whose
	// header has one, and otherwise that of comma, semicolon, tab and bar which
	// the header holds most.
	Comma rune
	// Quotes says what quotes mean in CSV; empty means QuotesStrict, or QuotesBackslash
	// where the first rows show it.
	Quotes Quotes
	// Encoding is "utf-8", "utf-16" or another of the WHATWG's list, such as
	// "windows-1252" or "gb18030"; empty means UTF-16 where the first bytes show it
	// and else UTF-8, and an error that says what the file seems to be instead.
	Encoding string
}

// Format is a file format.
type Format string

// The formats of tables. The first three may be packed by gzip, Zstandard or bzip2. Of Parquet the
// flat columns are read; cells of other columns are an error for those who ask
// for them. Classes that Hugging Face's library described in the file are
// those of the table unless others are given.
const (
	CSV     Format = "csv"
	TSV     Format = "tsv"
	JSONL   Format = "jsonl"
	Parquet Format = "parquet"
)

// Lines is text with a text on each line, in a column "text": what a .txt file is
// where labels are not asked for.
const Lines Format = "txt"

// IsLines tells such a file by its name.
func IsLines(name string) bool {
	return path.Ext(UnpackedName(name)) == ".txt"
}

// IMDBFormat is no table's, but that of what OpenIMDB reads.
const IMDBFormat Format = "imdb"

// Quotes says what the double quote means in CSV and TSV.
type Quotes string

const (
	// QuotesStrict follows RFC 4180: a cell with quotes in it is quoted as a
	// whole, and they are doubled.
	QuotesStrict Quotes = "strict"
	// QuotesLazy takes misplaced quotes for text.
	QuotesLazy Quotes = "lazy"
	// QuotesBackslash takes \\" for a quote within quotes, as MySQL and Spark write it. It
	// is what empty means where the first rows are well-formed by it alone.
	QuotesBackslash Quotes = "backslash"
	// QuotesNone takes all quotes for text; no cell holds a line end.
	QuotesNone Quotes = "none"
)

// MaxRow is the largest row of a table read, in bytes.
const MaxRow = 16 << 20

var (
	// ErrNoColumn is wrapped by errors about a column that a table lacks, or
	// that could not be guessed.
	ErrNoColumn = errors.New("no such column")
	// ErrHeader is what errors about a first line are that names no columns, or
	// too few: no setting helps, as it does where ErrNoColumn stands alone.
	ErrHeader = errors.New("unusable header")
	// ErrConfig is what errors about a TableConfig are that no file could be
	// read by.
	ErrConfig = errors.New("impossible setting")
	// ErrLabel is wrapped by errors about labels: neither class, too many
	// classes, or one only.
	ErrLabel = errors.New("unusable label")
	// ErrEncoding is wrapped by errors about text that is not in the encoding
	// expected.
	ErrEncoding = errors.New("wrong encoding")
	// ErrEmptyCell is what errors about rows without a text or a label are,
	// and ErrQuotes those about misplaced quotes: settings of a TableConfig
	// read such files.
	ErrEmptyCell = errors.New("empty cell")
	ErrQuotes    = errors.New("misplaced quote")
)

// sort is an error of a sort that its text does not repeat.
type sort struct {
	error
	of error
}

func (s sort) Is(target error) bool { return target == s.of }
func (s sort) Unwrap() error        { return s.error }

// Table is a file of rows. Reading streams: memory does not grow with the
// file but in Load and Frame, which return it. A Table is safe for use
// by many goroutines.
type Table struct {
	name  string // for errors
	fsys  fs.FS
	path  string
	parts []part // of a directory
	// partKeys are the columns that the names of directories hold.
	partKeys []string
	cfg      TableConfig // with Format and Comma decided
	columns  []string
	text     role
	label    role
	target   role
	pair     role // where TableConfig.Pair names it
	guesses  []string
	head     []byte   // the first bytes of the file
	doubts   []string // of the guesses, those about the file
	guessed  bool     // the delimiter was, and is not the usual one
	recurs   string   // a name in the header that is a value of its column
	// described are the names that a file's own description gives to the numbers
	// in the column of labels; nil for none.
	described []string

	mu      sync.Mutex
	summary *Summary // of the first complete pass
	total   int      // rows, 0 until they were counted

	// problems say of each column why it cannot be read, "" where it can; nil for none.
	problems []string

	passed  sync.Mutex
	remarks []string // of complete passes
}

// role is a column chosen for a purpose, or why there is none.
type role struct {
	column int
	err    error
}

// fail wraps an error with the table's name and, where it is known, the line.
func (t *Table) fail(line int, err error) error {
	if line > 0 {
		return fmt.Errorf("datasets: table %s: %s %d: %w", t.name, t.noun(), line, err)
	}
	return fmt.Errorf("datasets: table %s: %w", t.name, err)
}

// noun is what Row.Line counts.
func (t *Table) noun() string {
	if t.cfg.Format == Parquet {
		return "row"
	}
	return "line"
}

// Name returns the path that the table was opened from.
func (t *Table) Name() string { return t.name }

// Format returns the format of the file.
func (t *Table) Format() Format { return t.cfg.Format }

// Columns returns the names of the columns in the file's order. Those of JSON
// lines are the keys of the first thousand rows.
func (t *Table) Columns() []string { return slices.Clone(t.columns) }

// Guesses says in sentences what was not given and how it was guessed.
func (t *Table) Guesses() []string { return slices.Clone(t.guesses) }

// Doubts are those of Guesses that are about the file and not about its columns:
// its encoding and its delimiter.
func (t *Table) Doubts() []string { return slices.Clone(t.doubts) }

// TextColumn returns the name of the column of texts.
func (t *Table) TextColumn() (string, error) { return t.column(t.text) }

// PairColumn returns the name of the column of second texts, "" for none.
func (t *Table) PairColumn() string { return t.cfg.Pair }

// LabelColumn returns the name of the column of labels.
func (t *Table) LabelColumn() (string, error) { return t.column(t.label) }

// TargetColumn returns the name of the column that a regression predicts.
func (t *Table) TargetColumn() (string, error) { return t.column(t.target) }

func (t *Table) column(r role) (string, error) {
	if r.err != nil {
		return "", t.fail(0, r.err)
	}
	return t.columns[r.column], nil
}

// quoteAll lists names for an error, the first twenty of them.
func quoteAll(names []string) string {
	var b strings.Builder
	for i, n := range names {
		if i == 20 {
			fmt.Fprintf(&b, ", and %d more", len(names)-i)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		if len(n) > 60 {
			n = strings.ToValidUTF8(n[:60], "") + "..."
		}
		b.WriteString(strconv.Quote(n))
	}
	return b.String()
}
