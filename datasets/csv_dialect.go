package datasets

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// excelNote recognises a first line by which a file tells Excel its delimiter, such as
// sep=; and returns its length with the line end.
func excelNote(head []byte) (n int, comma rune) {
	line, _, found := bytes.Cut(head, []byte("\n"))
	text := strings.Trim(strings.TrimRight(string(line), "\r"), "\"")
	if !found || len(text) < 5 || !strings.EqualFold(text[:4], "sep=") {
		return 0, 0
	}
	comma, size := utf8.DecodeRuneInString(text[4:])
	if len(text) != 4+size || comma == utf8.RuneError || comma == '\r' || comma == '"' {
		return 0, 0
	}
	return len(line) + 1, comma
}

// spacedQuotes reports whether cells that are quoted have spaces before the quote.
func spacedQuotes(head []byte, comma rune) bool {
	if comma == '\t' || comma == ' ' {
		return false
	}
	spaced := false
	for i := bytes.IndexRune(head, comma); i >= 0 && i < len(head); {
		rest := head[i+utf8.RuneLen(comma):]
		cell := bytes.TrimLeft(rest, " ")
		if len(cell) > 0 && cell[0] == '"' {
			if len(cell) == len(rest) {
				return false
			}
			spaced = true
		}
		next := bytes.IndexRune(rest, comma)
		if next < 0 {
			break
		}
		i += utf8.RuneLen(comma) + next
	}
	return spaced
}

// doubled reads text in which a backslash escapes quotes within quotes, as MySQL and
// Spark write it, as text in which they are doubled. Another backslash stays, of two one.
type doubled struct {
	r        io.Reader
	quoted   bool
	escaping bool // the last byte was a backslash that is not written yet
	buf      []byte
	rest     []byte
	dropped  int64 // bytes read and not written
}

func (d *doubled) Read(p []byte) (int, error) {
	for len(d.rest) == 0 {
		if d.buf == nil {
			d.buf = make([]byte, 1<<14)
		}
		d.rest = d.rest[:0]
		n, err := d.r.Read(d.buf)
		for _, b := range d.buf[:n] {
			switch {
			case d.escaping && b == '"':
				d.rest = append(d.rest, '"', '"')
				d.escaping = false
			case d.escaping && b == '\\':
				d.rest = append(d.rest, '\\')
				d.escaping = false
				d.dropped++
			case d.escaping:
				d.rest = append(d.rest, '\\', b)
				d.escaping = false
			case b == '\\' && d.quoted:
				d.escaping = true
			default:
				if b == '"' {
					d.quoted = !d.quoted
				}
				d.rest = append(d.rest, b)
			}
		}
		if err != nil {
			if d.escaping {
				d.rest, d.escaping = append(d.rest, '\\'), false
			}
			if len(d.rest) == 0 {
				return 0, err
			}
			break
		}
	}
	n := copy(p, d.rest)
	d.rest = d.rest[n:]
	return n, nil
}

// backslashed reports whether the first rows of a file go wrong by RFC 4180, and all
// have as many cells as the header where backslashes escape quotes.
func backslashed(head []byte, comma rune) bool {
	if !bytes.Contains(head, []byte(`\"`)) || comma == utf8.RuneError {
		return false
	}
	if len(head) == 1<<16 { // the last row may be cut off
		head = head[:bytes.LastIndexByte(head, '\n')+1]
	}
	fine := func(r io.Reader) bool {
		c := csv.NewReader(r)
		c.Comma, c.FieldsPerRecord = comma, 0
		_, err := c.ReadAll()
		return err == nil
	}
	return !fine(bytes.NewReader(head)) && fine(&doubled{r: bytes.NewReader(head)})
}

// namesColumns reports whether a row may be a header: short names, and no numbers.
func namesColumns(row []string) bool {
	for _, cell := range row {
		if _, number := Number(cell); number || len(cell) > 60 || strings.Count(strings.TrimSpace(cell), " ") > 4 || strings.HasPrefix(cell, "'") {
			return false
		}
	}
	return true
}

// aboveHeader says what is wrong with a file whose table begins some lines below its
// first, as below a title or a comment; "" for a table that begins at once.
func aboveHeader(head []byte) string {
	for _, comma := range ",;\t|" {
		rows := headRows(head, byte(comma), 40)
		for at := 1; at+4 < len(rows) && at <= 20; at++ {
			n := len(rows[at])
			if n < 2 || len(rows[0]) >= n || !namesColumns(rows[at]) {
				continue
			}
			same := true
			for _, row := range rows[at:min(len(rows), at+10)] {
				same = same && len(row) == n
			}
			if same && len(rows[at-1]) != n {
				return fmt.Sprintf("the first line, %.60q, does not name the columns; the table seems to begin with the line %.80q: delete what stands above it",
					strings.TrimSpace(strings.Join(rows[0], string(comma))), strings.TrimSpace(strings.Join(rows[at], string(comma))))
			}
		}
	}
	return ""
}
