package datasets

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"
)

// decode returns the text of r, which begins with head, as UTF-8 without a
// byte-order mark. Whether text taken for UTF-8 is, shows row by row. UTF-16 is
// recognised, and then cfg says so.
func decode(r *bufio.Reader, head []byte, cfg *TableConfig) (io.Reader, error) {
	if cfg.Encoding == "" {
		cfg.Encoding = wide(head)
	}
	switch strings.ToLower(cfg.Encoding) {
	case "utf-32", "utf32", "utf-32le", "utf-32be":
		order := utf32.LittleEndian
		if strings.EqualFold(cfg.Encoding, "utf-32be") {
			order = utf32.BigEndian
		}
		return transform.NewReader(r, utf32.UTF32(order, utf32.UseBOM).NewDecoder()), nil
	case "utf-16", "utf16", "utf-16le", "utf-16be":
		order := unicode.LittleEndian
		if like := utf16Like(head); like == "utf-16be" || like == "" && strings.EqualFold(cfg.Encoding, "utf-16be") {
			order = unicode.BigEndian
		}
		return transform.NewReader(r, unicode.UTF16(order, unicode.UseBOM).NewDecoder()), nil
	case "", "utf-8", "utf8":
	default:
		e := encodingNamed(cfg.Encoding)
		if e == nil {
			return nil, sort{fmt.Errorf("encoding %q is not known, only those of the Web, such as utf-8, utf-16, windows-1252, iso-8859-2, gb18030, shift_jis and euc-kr; for another: iconv -f %s -t UTF-8 IN > OUT", cfg.Encoding, cfg.Encoding), ErrConfig}
		}
		return transform.NewReader(r, e.NewDecoder()), nil
	}
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		_, err := r.Discard(3)
		return r, err
	}
	if n := bytes.Count(head, []byte{0}); n > len(head)/10 {
		return nil, fmt.Errorf("is not text: %d of the first %d bytes are zero: %w", n, len(head), ErrEncoding)
	}
	return r, nil
}

// Decode returns text in an encoding of TableConfig.Encoding as UTF-8 without a
// byte-order mark; "" is what the first bytes show, which head holds as far as they are
// at hand. Whether text taken for UTF-8 is, remains to be seen.
func Decode(r *bufio.Reader, head []byte, encoding string) (io.Reader, error) {
	return decode(r, head, &TableConfig{Encoding: encoding})
}

// DescribeEncoding says of text that is not UTF-8 what it seems to be in.
func DescribeEncoding(text string) *EncodingError {
	if utf8.ValidString(text) {
		return &EncodingError{"utf-8", "the text is UTF-8"}
	}
	e, _ := notUTF8(text, false, nil).(*EncodingError)
	return e
}

// wide returns the encoding of text of two or four bytes a character by its byte-order
// mark or its zeros, "" for other text.
func wide(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe, 0, 0}), bytes.HasPrefix(head, []byte{0, 0, 0xfe, 0xff}):
		return "utf-32"
	case utf16Like(head) != "":
		return "utf-16"
	}
	return ""
}

// utf16Like tells UTF-16 by its byte-order mark or, without one, by the zeros
// in every second byte of Latin letters, or of the spaces, digits and line ends among
// others.
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
	for at, name := range []string{"utf-16be", "utf-16le"} {
		if half >= 2 && zeros[at] > half*7/10 && zeros[1-at] <= half/10 {
			return name
		}
		// No other text has zeros, and these only before or behind what ASCII has.
		if half < 16 || 20*zeros[at] < half || zeros[1-at] > 0 {
			continue
		}
		plain := true
		for i := at; i < 2*half; i += 2 {
			if other := head[i^1]; head[i] == 0 && (other >= utf8.RuneSelf && other < 0xa0 || other < ' ' && other != '\n' && other != '\r' && other != '\t') {
				plain = false
			}
		}
		if plain {
			return name
		}
	}
	return ""
}

// decodeHead decodes the first bytes of a file as decode does all of it.
func decodeHead(head []byte, cfg *TableConfig) ([]byte, error) {
	r, err := decode(bufio.NewReader(bytes.NewReader(head)), head, cfg)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(r)
	return text, err
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
	decoded string // the encoding that cells were decoded from, "" for UTF-8
	head    []byte // of the file, for guesses
	parquet bool   // whose texts are UTF-8 by the format
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
		if c.decoded != "" && strings.ContainsRune(cell, utf8.RuneError) {
			return fmt.Errorf("column %q: %w", c.columns[column], &EncodingError{"", fmt.Sprintf("bytes near %q mean nothing in %s; the file is in another encoding, or damaged", shortly(cell), c.decoded)})
		}
		c.foreign = true
		return nil
	}
	err := notUTF8(cell, c.foreign, c.head)
	if e := (*EncodingError)(nil); c.parquet && errors.As(err, &e) {
		return fmt.Errorf("column %q: %w", c.columns[column], &EncodingError{"", "texts in Parquet are UTF-8, and these are not: write the column anew as text, decoded; " + e.what})
	}
	return fmt.Errorf("column %q: %w", c.columns[column], err)
}

// shortly is the part of a text around its first replaced character.
func shortly(s string) string {
	at := strings.IndexRune(s, utf8.RuneError)
	return strings.ToValidUTF8(s[max(0, at-12):min(len(s), at+12)], "")
}

// notUTF8 says what text that is not UTF-8 seems to be, and what to do. head are the
// first bytes of the file, which tell more.
func notUTF8(s string, foreign bool, head []byte) error {
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
	raw := append(append([]byte{}, s...), '\n')
	if !utf8.Valid(head[:max(0, len(head)-4)]) {
		raw = append(raw, head...)
	}
	names, samples, doubt := guessEncoding(raw)
	if foreign && (len(names) == 0 || names[0] == "windows-1252") {
		return &EncodingError{"", fmt.Sprintf("byte 0x%02X near %q is not UTF-8, though text before it is: encodings are mixed, perhaps by joining files; convert the parts that are in Windows-1252 (also called ANSI) before they are joined: iconv -f WINDOWS-1252 -t UTF-8 PART > OUT", b, near)}
	}
	if len(names) == 0 {
		return &EncodingError{"", fmt.Sprintf("byte 0x%02X near %q is not UTF-8, and does not look like text of any encoding known here; find out what it was written in, and give that encoding", b, near)}
	}
	what := fmt.Sprintf("%s (%s)", names[0], languageOf(names[0]))
	if names[0] == "windows-1252" {
		what = "Windows-1252 (also called ANSI)"
		if b >= 0xa0 { // below, ISO-8859-1 has control characters alone
			what = "Latin-1 or " + what
		}
	} else if languageOf(names[0]) == "" {
		what = fmt.Sprintf("%s (%s)", names[0], map[string]string{"macintosh": "of old Macintoshes", "ibm850": "of DOS", "windows-1254": "Turkish"}[names[0]])
		if names[0] == "windows-1250" {
			what = names[0] + " (Central European)"
		}
	}
	what = fmt.Sprintf("%s, where it reads %q", what, samples[0])
	if len(names) > 1 {
		what += fmt.Sprintf("; in %s it reads %q", names[1], samples[1])
	}
	seems := names[0]
	advice := fmt.Sprintf("give its encoding, or convert it: iconv -f %s -t UTF-8 IN > OUT", strings.ToUpper(names[0]))
	if doubt {
		seems, advice = "", "give the encoding (--encoding) in which it reads right"
	}
	return &EncodingError{seems, fmt.Sprintf("byte 0x%02X near %q is not UTF-8; the file seems to be in %s: %s", b, near, what, advice)}
}
