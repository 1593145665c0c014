package weights

import (
	"fmt"
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// cursor reads the JSON of a header. The header's grammar has a fixed depth
// and few kinds of value, so the reader is written for it: it refuses what
// encoding/json would let pass (keys given twice, lone surrogates, names in
// another case, fields nobody asked for) and names the byte at fault.
type cursor struct {
	b []byte
	i int
}

func (c *cursor) errorf(format string, args ...any) error {
	return fmt.Errorf("%w: header byte %d: %s", ErrFormat, c.i, fmt.Sprintf(format, args...))
}

func (c *cursor) space() {
	for c.i < len(c.b) {
		switch c.b[c.i] {
		case ' ', '\t', '\n', '\r':
			c.i++
		default:
			return
		}
	}
}

// accept skips white space and takes ch if it comes next.
func (c *cursor) accept(ch byte) bool {
	c.space()
	if c.i < len(c.b) && c.b[c.i] == ch {
		c.i++
		return true
	}
	return false
}

func (c *cursor) expect(ch byte) error {
	if c.accept(ch) {
		return nil
	}
	return c.errorf("expected %q, found %s", ch, c.found())
}

func (c *cursor) found() string {
	if c.i >= len(c.b) {
		return "the end of the header"
	}
	r, _ := utf8.DecodeRune(c.b[c.i:])
	return strconv.QuoteRune(r)
}

// object calls member for each key; member reads the value.
func (c *cursor) object(member func(key string) error) error {
	if err := c.expect('{'); err != nil {
		return err
	}
	if c.accept('}') {
		return nil
	}
	for {
		key, err := c.string()
		if err != nil {
			return err
		}
		if err := c.expect(':'); err != nil {
			return err
		}
		if err := member(key); err != nil {
			return err
		}
		if c.accept('}') {
			return nil
		}
		if !c.accept(',') {
			return c.errorf("expected ',' or '}', found %s", c.found())
		}
	}
}

// array calls element for each element.
func (c *cursor) array(element func() error) error {
	if err := c.expect('['); err != nil {
		return err
	}
	if c.accept(']') {
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		if c.accept(']') {
			return nil
		}
		if !c.accept(',') {
			return c.errorf("expected ',' or ']', found %s", c.found())
		}
	}
}

// integer reads a number that is not negative and fits an int.
func (c *cursor) integer() (int, error) {
	c.space()
	if c.i < len(c.b) && c.b[c.i] == '-' {
		return 0, c.errorf("negative number, expected one that is zero or above")
	}
	start := c.i
	var n uint64
	for c.i < len(c.b) && '0' <= c.b[c.i] && c.b[c.i] <= '9' {
		d := uint64(c.b[c.i] - '0')
		if n > (math.MaxInt-d)/10 {
			return 0, c.errorf("number is too large")
		}
		n = n*10 + d
		c.i++
	}
	switch {
	case c.i == start:
		return 0, c.errorf("expected a whole number, found %s", c.found())
	case c.b[start] == '0' && c.i > start+1:
		return 0, c.errorf("number with a leading zero")
	case c.i < len(c.b) && (c.b[c.i] == '.' || c.b[c.i] == 'e' || c.b[c.i] == 'E'):
		return 0, c.errorf("expected a whole number")
	}
	return int(n), nil
}

// string reads a JSON string. The header is already known to be UTF-8.
func (c *cursor) string() (string, error) {
	if err := c.expect('"'); err != nil {
		return "", err
	}
	start := c.i
	for c.i < len(c.b) {
		switch ch := c.b[c.i]; {
		case ch == '"':
			c.i++
			return string(c.b[start : c.i-1]), nil
		case ch == '\\':
			return c.escaped(append([]byte(nil), c.b[start:c.i]...))
		case ch < 0x20:
			return "", c.errorf("control character in a string")
		}
		c.i++
	}
	return "", c.errorf("string without an end")
}

// escaped reads the rest of a string that holds escapes, after its beginning s.
func (c *cursor) escaped(s []byte) (string, error) {
	for c.i < len(c.b) {
		ch := c.b[c.i]
		switch {
		case ch == '"':
			c.i++
			return string(s), nil
		case ch < 0x20:
			return "", c.errorf("control character in a string")
		case ch != '\\':
			s = append(s, ch)
			c.i++
			continue
		}
		if c.i+1 >= len(c.b) {
			break
		}
		e := c.b[c.i+1]
		if e == 'u' {
			r, err := c.unicode()
			if err != nil {
				return "", err
			}
			s = utf8.AppendRune(s, r)
			continue
		}
		const from, to = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
		k := 0
		for k < len(from) && from[k] != e {
			k++
		}
		if k == len(from) {
			return "", c.errorf("unknown escape in a string")
		}
		s = append(s, to[k])
		c.i += 2
	}
	return "", c.errorf("string without an end")
}

// unicode reads \uXXXX, or two of them that make a surrogate pair.
func (c *cursor) unicode() (rune, error) {
	r, ok := c.hex4(c.i)
	if !ok {
		return 0, c.errorf(`expected four hexadecimal digits after \u`)
	}
	if !utf16.IsSurrogate(r) {
		c.i += 6
		return r, nil
	}
	low, ok := c.hex4(c.i + 6)
	if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
		return 0, c.errorf("half of a surrogate pair in a string")
	}
	c.i += 12
	return r, nil
}

func (c *cursor) hex4(at int) (rune, bool) {
	if at+6 > len(c.b) || c.b[at] != '\\' || c.b[at+1] != 'u' {
		return 0, false
	}
	var r rune
	for _, ch := range c.b[at+2 : at+6] {
		switch {
		case '0' <= ch && ch <= '9':
			ch -= '0'
		case 'a' <= ch && ch <= 'f':
			ch -= 'a' - 10
		case 'A' <= ch && ch <= 'F':
			ch -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(ch)
	}
	return r, true
}

// appendString appends s as a JSON string, escaped as the reference
// implementation escapes it.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		switch ch := s[i]; ch {
		case '"', '\\':
			b = append(b, '\\', ch)
		case '\b':
			b = append(b, `\b`...)
		case '\f':
			b = append(b, `\f`...)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			if ch < 0x20 {
				b = fmt.Appendf(b, `\u%04x`, ch)
			} else {
				b = append(b, ch)
			}
		}
	}
	return append(b, '"')
}
