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

	habits  rowHabits
	doubt   bool     // the delimiter might be another
	before  int      // lines before the header
	escaped *doubled // nil where quotes are doubled
	above   string   // what stands above the header, "" for nothing
	strict  bool

	headers, trailing int // rows that repeat the header, and that end in empty cells beyond it
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
	before, doubt := 0, false
	var escaped *doubled
	if n, comma := excelNote(head); n > 0 {
		if before = 1; cfg.Comma == 0 {
			cfg.Comma = comma
		}
		if _, err := buf.Discard(n); err != nil {
			return nil, damage(err)
		}
		if head, err = buf.Peek(1 << 16); err != nil && err != io.EOF {
			return nil, damage(err)
		}
	}
	if cfg.Comma == 0 {
		cfg.Comma, doubt = guessComma(head, cfg.Format)
	}
	if cfg.Quotes == "" && backslashed(head, cfg.Comma) {
		cfg.Quotes = QuotesBackslash
	}
	switch cfg.Quotes {
	case "", QuotesStrict, QuotesLazy:
	case QuotesBackslash:
		head = bytes.Clone(head)
		escaped = &doubled{r: buf}
		buf = bufio.NewReaderSize(escaped, 1<<16)
	case QuotesNone:
		return newPlain(f, buf, limit, string(cfg.Comma), before)
	default:
		return nil, sort{fmt.Errorf("quotes cannot be %q, only strict, lazy, backslash or none", cfg.Quotes), ErrConfig}
	}
	c := &csvRows{Closer: f, limit: limit, r: csv.NewReader(buf), habits: learnRows(head, cfg.Comma), before: before, above: aboveHeader(head), strict: cfg.Strict, escaped: escaped}
	c.r.TrimLeadingSpace = spacedQuotes(head, cfg.Comma)
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
	if len(names) == 1 && c.above != "" {
		return nil, sort{errors.New(c.above), ErrHeader}
	}
	if c.names, err = checkHeader(names); err != nil {
		return nil, fmt.Errorf("line %d: %w", 1+before, err)
	}
	return c, nil
}

// remarks says which rows were passed over, and what of others.
func (c *csvRows) remarks() (notes []string) {
	if c.headers > 0 {
		notes = append(notes, fmt.Sprintf("%s the header, as where files were joined, and%s passed over", plural(c.headers, "row")+repeat(c.headers), are(c.headers)))
	}
	if c.trailing > 0 {
		notes = append(notes, fmt.Sprintf("%s in more delimiters than the header, with nothing between them", plural(c.trailing, "row")+map[bool]string{true: " ends", false: " end"}[c.trailing == 1]))
	}
	return notes
}

func repeat(n int) string {
	if n == 1 {
		return " repeats"
	}
	return " repeat"
}

// isHeader reports whether a row is the header again.
func (c *csvRows) isHeader(cells []string) bool {
	if len(cells) != len(c.names) || len(cells) < 2 {
		return false
	}
	for i, cell := range cells {
		if columnName(cell) != c.names[i] {
			return false
		}
	}
	return true
}

func (c *csvRows) header() []string { return c.names }

func (c *csvRows) next() (Row, error) {
	read := c.r.InputOffset()
	if c.escaped != nil {
		read += c.escaped.dropped
	}
	c.limit.allow(read)
	cells, err := c.r.Read()
	if err == io.EOF {
		return Row{}, err
	}
	if err != nil {
		line, err := c.explain(err)
		return Row{Line: line}, err
	}
	c.row.Line, _ = c.r.FieldPos(0)
	c.row.Line += c.before
	c.row.Cells = cells
	if last, _ := c.r.FieldPos(len(cells) - 1); len(cells) > 0 && (last+c.before > c.row.Line || strings.IndexByte(cells[len(cells)-1], '\n') >= 0) {
		if n := c.habits.swallowed(cells, c.r.Comma); n > 0 {
			return c.row, sort{fmt.Errorf("a quote opened here takes in %s that look like rows of their own: close it or double it, or have quotes taken for plain text, which lazy does not", plural(n, "line")), ErrQuotes}
		}
	}
	if len(cells) == 1 && len(c.names) > 1 && strings.Trim(cells[0], " \t\r\x1a") == "" { // a line of spaces, or the end by DOS's mark
		return c.next()
	}
	if len(cells) > len(c.names) && strings.TrimSpace(strings.Join(cells[len(c.names):], "")) == "" {
		c.trailing++
		c.row.Cells = cells[:len(c.names)]
	} else if len(cells) != len(c.names) {
		if c.above != "" {
			return c.row, errors.New(c.above)
		}
		if strings.HasPrefix(cells[0], "'") || strings.HasPrefix(cells[len(cells)-1], "'") {
			return c.row, fmt.Errorf("%w; quotes are double here: of single ones around cells make double ones", ragged(len(cells), c.names))
		}
		return c.row, ragged(len(cells), c.names)
	}
	if c.isHeader(c.row.Cells) {
		if c.strict {
			return c.row, sort{errors.New("repeats the header, as where files were joined: delete it, or have such rows passed over"), ErrEmptyCell}
		}
		c.headers++
		return c.next()
	}
	return c.row, nil
}

func ragged(n int, names []string) error {
	if n < len(names) {
		return fmt.Errorf("has %s, and the header %d (%s): cells are missing at its end, or a line end in a text has no quotes around it", plural(n, "cell"), len(names), quoteAll(names))
	}
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
		return p.Line + c.before, sort{fmt.Errorf("column %d has a quote inside a cell that does not begin with one; %s", p.Column, advice), ErrQuotes}
	case errors.Is(p.Err, csv.ErrQuote):
		return p.StartLine + c.before, sort{fmt.Errorf("a quoted cell goes wrong at line %d, column %d: text follows its closing quote, or there is none; %s", p.Line+c.before, p.Column, advice), ErrQuotes}
	}
	return p.Line + c.before, p.Err
}

// plainRows reads lines cut at a delimiter, without any quoting.
type plainRows struct {
	io.Closer
	lines lineReader
	comma string
	names []string
	row   Row
}

func newPlain(f io.Closer, buf *bufio.Reader, limit *rowLimit, comma string, before int) (rows, error) {
	p := &plainRows{Closer: f, lines: lineReader{r: buf, limit: limit, n: before}, comma: comma}
	line, err := p.lines.next()
	if err != nil {
		return nil, err
	}
	if p.names, err = checkHeader(strings.Split(string(line), comma)); err != nil {
		return nil, fmt.Errorf("line %d: %w", p.lines.n, err)
	}
	return p, nil
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
	for len(p.row.Cells) > len(p.names) && strings.TrimSpace(p.row.Cells[len(p.row.Cells)-1]) == "" {
		p.row.Cells = p.row.Cells[:len(p.row.Cells)-1]
	}
	if len(p.row.Cells) != len(p.names) {
		return p.row, ragged(len(p.row.Cells), p.names)
	}
	return p.row, nil
}
