package datasets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/gorgonia-zoo/zoo/internal/exact"
)

// TableConfig says how to read a table. The zero value guesses everything.
type TableConfig struct {
	// Text, Label and Target name the columns of the texts, of their classes,
	// and of the number that a regression predicts. Empty ones are guessed
	// from the names and the first rows; Guesses says how.
	Text, Label, Target string

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
	// of day and month, "dmy" or "mdy", where both are numbers before the year.
	Decimal, Dates string
	// Rows draws so many rows at random, in their order; 0 means all.
	Rows int

	// Format is that of the file; empty means by its first bytes and its name.
	Format Format
	// Comma separates the cells of CSV; 0 means the tab for a .tsv whose
	// header has one, and otherwise that of comma, semicolon, tab and bar which
	// the header holds most.
	Comma rune
	// Quotes says what quotes mean in CSV; empty means QuotesStrict.
	Quotes Quotes
	// Encoding is "utf-8", "utf-16" or another of the WHATWG's list, such as
	// "windows-1252" or "gb18030"; empty means UTF-16 where the first bytes show it
	// and else UTF-8, and an error that says what the file seems to be instead.
	Encoding string
}

// Format is a file format.
type Format string

// The formats of tables. The first three may be packed by gzip. Of Parquet the
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
	return path.Ext(strings.TrimSuffix(strings.ToLower(name), ".gz")) == ".txt"
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
	name    string // for errors
	fsys    fs.FS
	path    string
	cfg     TableConfig // with Format and Comma decided
	columns []string
	text    role
	label   role
	target  role
	guesses []string
	head    []byte   // the first bytes of the file
	doubts  []string // of the guesses, those about the file
	guessed bool     // the delimiter was, and is not the usual one
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

// OpenTable opens a .csv, .tsv, .jsonl (.ndjson) or .parquet file, the first
// three packed by gzip or not. It reads the header and the first rows; what is
// wrong further on is found by Scan and by the readers.
func OpenTable(name string, cfg TableConfig) (*Table, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("datasets: table: %w", err)
	}
	if info.IsDir() {
		return nil, fmt.Errorf("datasets: table %s: is a directory; name a .csv, .tsv, .jsonl or .parquet file in it", name)
	}
	return openTable(name, os.DirFS(filepath.Dir(name)), filepath.Base(name), cfg)
}

// OpenTableFS is OpenTable in a file system.
func OpenTableFS(fsys fs.FS, name string, cfg TableConfig) (*Table, error) {
	return openTable(name, fsys, name, cfg)
}

func openTable(name string, fsys fs.FS, path string, cfg TableConfig) (*Table, error) {
	t := &Table{name: name, fsys: fsys, path: path, cfg: cfg}
	if t.cfg.MaxClasses <= 0 {
		t.cfg.MaxClasses = 1000
	}
	if err := cfg.check(); err != nil {
		return nil, t.fail(0, sort{err, ErrConfig})
	}
	r, err := t.open(nil)
	t.guessed = cfg.Comma == 0 && (t.cfg.Format == CSV && t.cfg.Comma != ',' || t.cfg.Format == TSV && t.cfg.Comma != '\t')
	if err != nil {
		return nil, t.fail(0, err)
	}
	if cfg.Encoding == "" && t.cfg.Encoding != "" {
		t.doubts = append(t.doubts, fmt.Sprintf("the text is in %s, by its first bytes (--encoding names another)", strings.ToUpper(t.cfg.Encoding)))
	}
	if c, ok := r.(*csvRows); ok && c.doubt {
		t.guessed = true
	}
	defer r.Close()
	sample, err := t.sample(r)
	if err != nil {
		return nil, err
	}
	switch r := r.(type) {
	case *parquetRows:
		t.problems = r.problems
	case *jsonRows:
		t.problems = make([]string, len(t.columns))
		for i, nested := range r.nested {
			if nested && i < len(t.problems) {
				t.problems[i] = "holds lists or objects"
			}
		}
	}
	err = t.choose(sample)
	if j, ok := r.(*jsonRows); ok && t.lacks(err) {
		known := len(t.columns)
		if more := j.rest(); more != nil {
			return nil, t.fail(j.row.Line, more)
		}
		if len(j.names) > known {
			t.columns, t.guesses = slices.Clone(j.names), nil
			for i, name := range t.columns[known:] {
				t.doubts = append(t.doubts, fmt.Sprintf("the key %.60q is seen first on line %d", name, j.firsts[known+i]))
			}
			t.text, t.label, t.target = role{}, role{}, role{}
			err = t.choose(sample)
		}
	}
	if err != nil {
		return nil, t.fail(0, err)
	}
	if p, ok := r.(*parquetRows); ok && t.label.err == nil {
		if names := p.classes(t.columns[t.label.column]); len(names) > 1 {
			if t.described = names; t.cfg.Classes == nil {
				t.cfg.Classes = names
			}
			t.guesses = append(t.guesses, "the classes are named "+quoteAll(names)+", by the file's own description of the numbers from 0 on")
		}
	}
	return t, nil
}

// lacks reports whether a column that is wanted was not found among the keys of the
// first rows.
func (t *Table) lacks(err error) bool {
	if err != nil {
		return errors.Is(err, ErrNoColumn)
	}
	if t.text.err == nil {
		return t.label.err != nil && !t.cfg.Unlabelled
	}
	return t.target.err != nil
}

// check refuses settings that mean nothing.
func (c *TableConfig) check() error {
	switch {
	case c.Comma == utf8.RuneError || c.Comma == '"' || c.Comma == '\r' || c.Comma == '\n' || c.Comma < 0 || c.Comma > utf8.MaxRune:
		return errors.New("the delimiter must be one character, and neither a quote nor a line end")
	case c.Decimal != "" && c.Decimal != "point" && c.Decimal != "comma":
		return fmt.Errorf("the decimal mark cannot be %.20q, only point or comma", c.Decimal)
	case c.Dates != "" && c.Dates != "dmy" && c.Dates != "mdy":
		return fmt.Errorf("the order of dates cannot be %.20q, only dmy or mdy", c.Dates)
	}
	return nil
}

// remark adds what a reader noticed in a complete pass.
func (t *Table) remark(notes ...string) {
	t.passed.Lock()
	defer t.passed.Unlock()
	for _, n := range notes {
		if !slices.Contains(t.remarks, n) {
			t.remarks = append(t.remarks, n)
		}
	}
}

// notes returns what readers noticed.
func (t *Table) notes() []string {
	t.passed.Lock()
	defer t.passed.Unlock()
	return slices.Clone(t.remarks)
}

// fail wraps an error with the table's name and, where it is known, the line.
func (t *Table) fail(line int, err error) error {
	if line > 0 {
		noun := "line"
		if t.cfg.Format == Parquet {
			noun = "row"
		}
		return fmt.Errorf("datasets: table %s: %s %d: %w", t.name, noun, line, err)
	}
	return fmt.Errorf("datasets: table %s: %w", t.name, err)
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

// Row is one row as it stands in the file.
type Row struct {
	// Line is the number of the line it begins on, counted from 1; in Parquet
	// the number of the row.
	Line int
	// Cells holds a string for each column; empty for JSON's null and for
	// keys that are missing. It is valid until the next row is read.
	Cells []string
	// Bare tells, of JSON lines, which cells are no strings there: they hold a
	// number, true, false, null (empty), a list or an object as JSON. It is nil
	// in other formats, and valid as long as Cells.
	Bare []bool

	typed []bool // of each cell: a number that the format writes plainly; nil for none
}

func (r Row) isTyped(column int) bool { return r.typed != nil && r.typed[column] }

// Rows yields all rows of the table. The sequence ends after the first error.
func (t *Table) Rows(ctx context.Context) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		if err := t.each(ctx, nil, func(r Row) (bool, error) { return yield(r, nil), nil }); err != nil {
			yield(Row{}, err)
		}
	}
}

// each calls f for every row until it returns false, or for those drawn at random
// where TableConfig.Rows asks for some. want lists the columns whose cells are read;
// nil means all.
func (t *Table) each(ctx context.Context, want []int, f func(Row) (bool, error)) error {
	return t.draw(ctx, want, false, f)
}

// draw is each; with binary, cells of Parquet may be no text.
func (t *Table) draw(ctx context.Context, want []int, binary bool, f func(Row) (bool, error)) error {
	if t.cfg.Rows <= 0 {
		return t.every(ctx, want, binary, f)
	}
	left, err := t.count(ctx)
	if err != nil {
		return err
	}
	// Knuth, The Art of Computer Programming 3.4.2, algorithm S.
	rng, need := exact.Stream(0, "datasets.rows", 0), t.cfg.Rows
	return t.every(ctx, want, binary, func(r Row) (bool, error) {
		chosen := rng.IntN(max(1, left)) < need
		if left--; !chosen {
			return true, nil
		}
		need--
		more, err := f(r)
		return more && need > 0, err
	})
}

// count returns the number of rows.
func (t *Table) count(ctx context.Context) (n int, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.total == 0 {
		err = t.every(ctx, []int{}, false, func(Row) (bool, error) { n++; return true, nil })
		t.total = n
	}
	return t.total, err
}

// every calls f for every row until it returns false.
func (t *Table) every(ctx context.Context, want []int, binary bool, f func(Row) (bool, error)) error {
	r, err := t.open(want)
	if err != nil {
		return t.fail(0, err)
	}
	defer r.Close()
	check := encodingCheck{columns: t.columns, off: binary && t.cfg.Format == Parquet, decoded: t.decodedFrom(), head: t.head}
	for n := 0; ; n++ {
		if err := ctx.Err(); err != nil {
			return t.fail(0, err)
		}
		row, err := r.next()
		if err == io.EOF {
			if n == 0 {
				return t.fail(0, t.noRows())
			}
			if p, ok := r.(interface{ remarks() []string }); ok {
				t.remark(p.remarks()...)
			}
			return nil
		} else if err != nil {
			return t.fail(row.Line, err)
		}
		if err := check.row(row, want); err != nil {
			return t.fail(row.Line, err)
		}
		more, err := f(row)
		if err != nil {
			return t.fail(row.Line, err)
		}
		if !more {
			return nil
		}
	}
}

// decodedFrom returns the encoding that cells are decoded from, "" for UTF-8.
func (t *Table) decodedFrom() string {
	switch strings.ToLower(t.cfg.Encoding) {
	case "utf-8", "utf8":
		return ""
	}
	return t.cfg.Encoding
}

// noRows is the error of a table without any.
func (t *Table) noRows() error {
	if t.cfg.Format == Parquet {
		return errors.New("has no rows; expected one for each example")
	}
	return errors.New("has a header but no rows; expected a row below it for each example")
}

// rows is a reader of one format. next returns io.EOF after the last row, and
// with other errors the line they are on, if it is known.
type rows interface {
	header() []string
	next() (Row, error)
	Close() error
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
