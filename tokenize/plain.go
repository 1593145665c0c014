package tokenize

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"
)

// plainer turns a text into what a reader of it would see: without markup,
// entities decoded, valid UTF-8, one kind of quotation mark and apostrophe, every
// white space a blank. What it gives is not looked at again, so "&lt;b&gt;" becomes
// "<b>" and stays.
type plainer struct {
	src string
	i   int // what of src has been read
	m   markup
}

// fill appends about so many bytes, or what is left, to dst, whose last byte is the
// one given last unless that was white space. It ends early where p stops.
func (r *plainer) fill(dst []byte, size int, p *pace) []byte {
	src, i := r.src, r.i
	last := i
	defer func() {
		r.i = i
		p.stop(i - last)
	}()
	for full := len(dst) + size; i < len(src) && len(dst) < full; {
		if p.stop(i - last) {
			return dst
		}
		last = i
		start := i
		for end := min(len(src), start+size); i < end && !isOdd[src[i]]; i++ {
		}
		dst = append(dst, src[start:i]...)
		if i == len(src) {
			break
		}
		if i-start == size {
			continue
		}
		switch c := src[i]; {
		case c == '<':
			if n, space := r.m.match(src, i); n > 0 {
				if space {
					dst = append(dst, ' ')
				}
				i += n
				continue
			}
			dst = append(dst, c)
			i++
		case c == '&':
			if s, n := entity(src[i:]); n > 0 {
				for _, r := range s {
					dst = appendRune(dst, r)
				}
				i += n
				continue
			}
			dst = append(dst, c)
			i++
		case c == '`':
			dst = appendAccent(dst, '`', src[i+1:])
			i++
		default:
			r, size := utf8.DecodeRuneInString(src[i:])
			i += size
			if r == '´' {
				dst = appendAccent(dst, r, src[i:])
			} else {
				dst = appendRune(dst, r)
			}
		}
	}
	return dst
}

// isOdd marks the bytes that plainer does not simply copy.
var isOdd = func() (odd [256]bool) {
	odd['<'], odd['&'], odd['`'] = true, true, true
	for c := utf8.RuneSelf; c < len(odd); c++ {
		odd[c] = true
	}
	return odd
}()

// appendAccent appends a grave or acute accent that stands alone. Between
// letters it is somebody's apostrophe.
func appendAccent(dst []byte, r rune, next string) []byte {
	if len(dst) > 0 && isLetter[dst[len(dst)-1]] && next != "" && isLetter[next[0]] {
		r = '\''
	}
	return utf8.AppendRune(dst, r)
}

var isLetter = func() (letter [256]bool) {
	for c := 'a'; c <= 'z'; c++ {
		letter[c], letter[c-'a'+'A'] = true, true
	}
	return letter
}()

// windows1252 is what the control characters U+0080 to U+009F mean in texts
// that were converted as if they had been Latin-1; HTML decodes numeric
// references the same way. Blanks stand where Windows-1252 has nothing.
var windows1252 = [32]rune{
	'€', ' ', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', ' ', 'Ž', ' ',
	' ', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', ' ', 'ž', 'Ÿ',
}

// appendRune appends one character of plain text in its normal form.
func appendRune(dst []byte, r rune) []byte {
	if r >= 0x80 && r < 0xa0 {
		r = windows1252[r-0x80]
	}
	switch {
	case r < utf8.RuneSelf:
		return append(dst, byte(r))
	case r == '‘' || r == '’' || r == '‛':
		return append(dst, '\'')
	case r == '“' || r == '”' || r == '‟':
		return append(dst, '"')
	case r == '\u2010' || r == '\u2011': // hyphen, hyphen that does not break
		return append(dst, '-')
	case unicode.IsSpace(r),
		r == '\u200b', r == '\u2060', r == '\ufeff', r == '\u180e': // without width
		return append(dst, ' ')
	case r == '\u00ad', // a soft hyphen marks where a word may be broken
		r == '\u200e', r == '\u200f', // direction marks
		r >= '\u202a' && r <= '\u202e',
		r >= '\u2066' && r <= '\u2069':
		return dst
	}
	return utf8.AppendRune(dst, r) // U+FFFD for each byte of broken UTF-8
}

// entity decodes the character reference at the start of s and returns how
// many bytes it takes; 0 if there is none. References without a semicolon
// are left alone: "R&D" and "?a=1&copy=2" are text.
func entity(s string) (string, int) {
	const longest = len("&CounterClockwiseContourIntegral;")
	n := strings.IndexByte(s[:min(len(s), longest)], ';') + 1
	if n < len("&lt;") {
		return "", 0
	}
	for i := 1; i < n-1; i++ {
		if c := s[i]; !isLetter[c] && !isDigit(c) && (c != '#' || i > 1) {
			return "", 0
		}
	}
	decoded := html.UnescapeString(s[:n])
	// A semicolon left over means that only a part was a reference.
	if strings.HasSuffix(decoded, ";") && decoded != ";" {
		return "", 0
	}
	return decoded, n
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
