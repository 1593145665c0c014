package datasets

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// decode returns the text of r, which begins with head, as UTF-8 without a
// byte-order mark. Whether text taken for UTF-8 is, shows row by row.
func decode(r *bufio.Reader, head []byte, encoding string) (io.Reader, error) {
	switch strings.ToLower(encoding) {
	case "windows-1252", "cp1252":
		return transform.NewReader(r, charmap.Windows1252.NewDecoder()), nil
	case "iso-8859-1", "latin-1", "latin1":
		return transform.NewReader(r, charmap.ISO8859_1.NewDecoder()), nil
	case "utf-16", "utf16":
		order := unicode.LittleEndian
		if utf16Like(head) == "utf-16be" {
			order = unicode.BigEndian
		}
		return transform.NewReader(r, unicode.UTF16(order, unicode.UseBOM).NewDecoder()), nil
	case "", "utf-8", "utf8":
	default:
		return nil, sort{fmt.Errorf("encoding %q is not known, only utf-8, windows-1252, iso-8859-1 and utf-16; for another: iconv -f %s -t UTF-8 IN > OUT", encoding, encoding), ErrConfig}
	}
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		_, err := r.Discard(3)
		return r, err
	}
	if utf16Like(head) != "" {
		return nil, &EncodingError{"utf-16", "is in UTF-16, as Excel saves Unicode text; give the encoding utf-16, or convert it: iconv -f UTF-16 -t UTF-8 IN > OUT"}
	}
	if n := bytes.Count(head, []byte{0}); n > len(head)/10 {
		return nil, fmt.Errorf("is not text: %d of the first %d bytes are zero: %w", n, len(head), ErrEncoding)
	}
	return r, nil
}

// utf16Like tells UTF-16 by its byte-order mark or, without one, by the zeros
// in every second byte of Latin letters.
func utf16Like(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return "utf-16le"
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return "utf-16be"
	}
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	half := len(head) / 2
	switch {
	case half < 2:
	case zeros[1] > half*7/10 && zeros[0] <= half/10:
		return "utf-16le"
	case zeros[0] > half*7/10 && zeros[1] <= half/10:
		return "utf-16be"
	}
	return ""
}

// EncodingError is text that is not in the encoding expected; it wraps
// ErrEncoding.
type EncodingError struct {
	// Seems is the TableConfig.Encoding that would read the whole file; empty
	// where none would, as of a file of several encodings.
	Seems string
	what  string
}

func (e *EncodingError) Error() string { return e.what + ": " + ErrEncoding.Error() }
func (e *EncodingError) Unwrap() error { return ErrEncoding }

// encodingCheck finds cells that are not UTF-8.
type encodingCheck struct {
	columns []string
	foreign bool // valid letters beyond ASCII were seen
	off     bool
}

func (c *encodingCheck) row(r Row, want []int) error {
	if c.off {
		return nil
	}
	if want != nil {
		for _, i := range want {
			if err := c.cell(r.Cells[i], i); err != nil {
				return err
			}
		}
		return nil
	}
	for i, cell := range r.Cells {
		if err := c.cell(cell, i); err != nil {
			return err
		}
	}
	return nil
}

func (c *encodingCheck) cell(cell string, column int) error {
	at := 0
	for at < len(cell) && cell[at] < utf8.RuneSelf {
		at++
	}
	if at == len(cell) {
		return nil
	}
	if utf8.ValidString(cell[at:]) {
		c.foreign = true
		return nil
	}
	return fmt.Errorf("column %q: %w", c.columns[column], notUTF8(cell, c.foreign))
}

// notUTF8 says what text that is not UTF-8 seems to be, and what to do.
func notUTF8(s string, foreign bool) error {
	at := 0
	for at < len(s) {
		r, n := utf8.DecodeRuneInString(s[at:])
		if r == utf8.RuneError && n <= 1 {
			break
		}
		foreign = foreign || n > 1
		at += n
	}
	b := s[at]
	near := s[max(0, at-12):min(len(s), at+12)]
	what := "Windows-1252 (also called ANSI)"
	if foreign {
		return &EncodingError{"", fmt.Sprintf("byte 0x%02X near %q is not UTF-8, though text before it is: encodings are mixed, perhaps by joining files; convert the parts that are in %s before they are joined: iconv -f WINDOWS-1252 -t UTF-8 PART > OUT", b, near, what)}
	}
	if b >= 0xa0 { // below, ISO-8859-1 has control characters alone
		what = "Latin-1 or " + what
	}
	return &EncodingError{"windows-1252", fmt.Sprintf("byte 0x%02X near %q is not UTF-8; the file seems to be in %s: give its encoding, or convert it: iconv -f WINDOWS-1252 -t UTF-8 IN > OUT", b, near, what)}
}
