package datasets

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// csvRows reads CSV and TSV by RFC 4180.
type csvRows struct {
	io.Closer
	limit *rowLimit
	r     *csv.Reader
	names []string
	row   Row

	habits rowHabits
	doubt  bool // the delimiter might be another
}

// newCSV reads the header; cfg receives the delimiter that was guessed.
func newCSV(f io.Closer, text io.Reader, cfg *TableConfig) (rows, error) {
	limit := &rowLimit{r: text}
	limit.allow(0)
	buf := bufio.NewReaderSize(limit, 1<<16)
	head, err := buf.Peek(1 << 16)
	if err != nil && err != io.EOF {
		return nil, damage(err)
	}
	if len(bytes.TrimSpace(head)) == 0 {
		return nil, errNoBytes
	}
	if hasPrefixFold(head, "sep=") {
		line, _, _ := bytes.Cut(head, []byte("\n"))
		if len(bytes.TrimSpace(line)) <= len("sep=;") {
			return nil, fmt.Errorf("line 1: %q is a note to Excel and no header; delete this line", bytes.TrimSpace(line))
		}
	}
	doubt := false
	if cfg.Comma == 0 {
		cfg.Comma, doubt = guessComma(head, cfg.Format)
	}
	switch cfg.Quotes {
	case "", QuotesStrict, QuotesLazy:
	case QuotesNone:
		return newPlain(f, buf, limit, string(cfg.Comma))
	default:
		return nil, sort{fmt.Errorf("quotes cannot be %q, only strict, lazy or none", cfg.Quotes), ErrConfig}
	}
	c := &csvRows{Closer: f, limit: limit, r: csv.NewReader(buf), habits: learnRows(head, cfg.Comma)}
	c.r.Comma = cfg.Comma
	c.r.LazyQuotes = cfg.Quotes == QuotesLazy
	c.r.ReuseRecord = true
	c.r.FieldsPerRecord = -1
	names, err := c.r.Read()
	if err != nil {
		line, err := c.explain(err)
		return nil, fmt.Errorf("line %d: %w", max(line, 1), err)
	}
	for _, n := range names {
		check := encodingCheck{columns: []string{"(header)"}, head: head}
		if err := check.cell(n, 0); err != nil {
			return nil, fmt.Errorf("line 1: %w", err)
		}
	}
	c.row.Line, c.doubt = 1, doubt
	c.names, err = checkHeader(names)
	return c, err
}

func (c *csvRows) header() []string { return c.names }

func (c *csvRows) next() (Row, error) {
	c.limit.allow(c.r.InputOffset())
	cells, err := c.r.Read()
	if err == io.EOF {
		return Row{}, err
	}
	if err != nil {
		line, err := c.explain(err)
		return Row{Line: line}, err
	}
	c.row.Line, _ = c.r.FieldPos(0)
	c.row.Cells = cells
	if last, _ := c.r.FieldPos(len(cells) - 1); len(cells) > 0 && (last > c.row.Line || strings.IndexByte(cells[len(cells)-1], '\n') >= 0) {
		if n := c.habits.swallowed(cells, c.r.Comma); n > 0 {
			return c.row, sort{fmt.Errorf("a quote opened here takes in %s that look like rows of their own: close it or double it, or have quotes taken for plain text, which lazy does not", plural(n, "line")), ErrQuotes}
		}
	}
	if len(cells) == 1 && len(c.names) > 1 && strings.TrimSpace(cells[0]) == "" { // a line of spaces
		return c.next()
	}
	if len(cells) != len(c.names) {
		return c.row, ragged(len(cells), c.names)
	}
	return c.row, nil
}

func ragged(n int, names []string) error {
	return fmt.Errorf("has %s, and the header %d (%s); a text with the delimiter, a quote or a line end in it needs quotes around it",
		plural(n, "cell"), len(names), quoteAll(names))
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// explain says what to do about an error of the parser.
func (c *csvRows) explain(err error) (line int, _ error) {
	var p *csv.ParseError
	if !errors.As(err, &p) {
		if errors.Is(err, errRow) {
			return c.row.Line, fmt.Errorf("after it: %w", err) // the parser keeps the line to itself
		}
		return 0, damage(err)
	}
	advice := "quotes inside quotes are doubled (\"\"), and a cell with quotes in it is quoted as a whole; or have quotes taken lazily or for plain text"
	switch {
	case errors.Is(p.Err, csv.ErrBareQuote):
		return p.Line, sort{fmt.Errorf("column %d has a quote inside a cell that does not begin with one; %s", p.Column, advice), ErrQuotes}
	case errors.Is(p.Err, csv.ErrQuote):
		return p.StartLine, sort{fmt.Errorf("a quoted cell goes wrong at line %d, column %d: text follows its closing quote, or there is none; %s", p.Line, p.Column, advice), ErrQuotes}
	}
	return p.Line, p.Err
}

// plainRows reads lines cut at a delimiter, without any quoting.
type plainRows struct {
	io.Closer
	lines lineReader
	comma string
	names []string
	row   Row
}

func newPlain(f io.Closer, buf *bufio.Reader, limit *rowLimit, comma string) (rows, error) {
	p := &plainRows{Closer: f, lines: lineReader{r: buf, limit: limit}, comma: comma}
	line, err := p.lines.next()
	if err != nil {
		return nil, err
	}
	p.names, err = checkHeader(strings.Split(string(line), comma))
	return p, err
}

func (p *plainRows) header() []string { return p.names }

func (p *plainRows) next() (Row, error) {
	line, err := p.lines.next()
	p.row.Line = p.lines.n
	if err != nil {
		return p.row, err
	}
	p.row.Cells = p.row.Cells[:0]
	for cell := range strings.SplitSeq(string(line), p.comma) {
		p.row.Cells = append(p.row.Cells, cell)
	}
	if len(p.row.Cells) != len(p.names) {
		return p.row, ragged(len(p.row.Cells), p.names)
	}
	return p.row, nil
}
