package tokenize

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A vocabulary file is UTF-8 text, every line ended by one newline:
//
//	zoo-vocab 1 COUNT SPECIALS
//	TOKEN 0
//	...
//	TOKEN COUNT-1
//
// COUNT is the number of tokens and SPECIALS how many of the first are
// special, both in decimal without sign or leading zeros. A token is written
// as it is, except that a backslash becomes \\ and every byte of a space, a
// control, an invisible character or of broken UTF-8 becomes \x and two
// lower-case hexadecimal digits. Each vocabulary thus has exactly one form,
// and any other is refused.
const vocabMagic, vocabFormat = "zoo-vocab", "1"

// maxVocabLine bounds a line of a vocabulary file, newline included: a token
// of 16 KiB, every byte escaped, fits.
const maxVocabLine = 1 << 16

// WriteTo writes the vocabulary in the form that ReadVocab reads.
func (v *Vocab) WriteTo(w io.Writer) (int64, error) {
	c := &counter{w: w}
	b := bufio.NewWriterSize(c, 1<<16)
	line := fmt.Appendf(nil, "%s %s %d %d\n", vocabMagic, vocabFormat, len(v.tokens), v.specials)
	b.Write(line) // an error stays with b until Flush
	for i, token := range v.tokens {
		line = append(appendEscaped(line[:0], token), '\n')
		if len(line) > maxVocabLine {
			return c.n, fmt.Errorf("tokenize: write vocabulary: %w: token %d takes %d bytes escaped, at most %d are allowed", ErrVocab, i, len(line)-1, maxVocabLine-1)
		}
		b.Write(line)
	}
	if err := b.Flush(); err != nil {
		return c.n, fmt.Errorf("tokenize: write vocabulary: %w", err)
	}
	return c.n, nil
}

// counter counts the bytes that w has taken.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// ReadVocab reads what WriteTo wrote, up to the end of r. Anything that
// WriteTo would not have written is an error that names the line.
func ReadVocab(r io.Reader) (*Vocab, error) {
	b := bufio.NewReaderSize(r, maxVocabLine)
	header, err := readLine(b)
	if err != nil {
		return nil, lineError(1, err)
	}
	count, specials, err := parseHeader(header)
	if err != nil {
		return nil, lineError(1, err)
	}
	// The count is only a claim until as many lines have been read, of two
	// bytes at least.
	room := min(count, 1<<10)
	if l, ok := r.(interface{ Len() int }); ok {
		room = min(count, (len(header)+b.Buffered()+l.Len())/2)
	}
	tokens := make([]string, 0, room)
	seen := make(map[string]int, room)
	for i := range count {
		line, err := readLine(b)
		if err != nil {
			return nil, lineError(i+2, err)
		}
		token, err := unescape(line)
		if err != nil {
			return nil, lineError(i+2, err)
		}
		if first, ok := seen[token]; ok {
			return nil, lineError(i+2, fmt.Errorf("%w: token %q is already on line %d", ErrVocab, token, first))
		}
		seen[token] = i + 2
		tokens = append(tokens, token)
	}
	switch _, err := b.ReadByte(); {
	case err == nil:
		return nil, lineError(count+2, fmt.Errorf("%w: data after the %d tokens that the header announces", ErrVocab, count))
	case err != io.EOF:
		return nil, lineError(count+2, err)
	}
	v, err := newVocab(tokens, specials)
	if err != nil {
		return nil, fmt.Errorf("tokenize: read vocabulary: %w", err)
	}
	return v, nil
}

func lineError(line int, err error) error {
	return fmt.Errorf("tokenize: read vocabulary: line %d: %w", line, err)
}

// readLine returns the next line without its newline.
func readLine(b *bufio.Reader) (string, error) {
	line, err := b.ReadSlice('\n')
	switch {
	case err == nil:
		return string(line[:len(line)-1]), nil
	case errors.Is(err, bufio.ErrBufferFull):
		return "", fmt.Errorf("%w: longer than %d bytes", ErrVocab, maxVocabLine-1)
	case err == io.EOF && len(line) == 0:
		return "", fmt.Errorf("%w: %w where a line was expected", ErrVocab, io.ErrUnexpectedEOF)
	case err == io.EOF:
		return "", fmt.Errorf("%w: %w: no newline at the end", ErrVocab, io.ErrUnexpectedEOF)
	}
	return "", err
}

func parseHeader(line string) (count, specials int, err error) {
	f := strings.Split(line, " ")
	if len(f) != 4 || f[0] != vocabMagic {
		return 0, 0, fmt.Errorf("%w: header is %.80q, want %q, a format version and two counts", ErrVocab, line, vocabMagic)
	}
	if f[1] != vocabFormat {
		return 0, 0, fmt.Errorf("%w: format version is %.20q, want %q", ErrVocab, f[1], vocabFormat)
	}
	if count, err = parseCount(f[2], MaxVocab); err != nil {
		return 0, 0, fmt.Errorf("%w: number of tokens: %w", ErrVocab, err)
	}
	if specials, err = parseCount(f[3], count); err != nil {
		return 0, 0, fmt.Errorf("%w: number of specials: %w", ErrVocab, err)
	}
	return count, specials, nil
}

// parseCount reads a number in 1..limit as strconv.Itoa writes it.
func parseCount(s string, limit int) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || strconv.Itoa(n) != s || n < 1 || n > limit {
		return 0, fmt.Errorf("%.20q, want 1 to %d", s, limit)
	}
	return n, nil
}

// escaped tells whether a character is written as escapes. The set is fixed
// here rather than taken from package unicode, whose tables grow with each
// release of Go and with them the one permitted form of a file.
func escaped(r rune, size int) bool {
	switch {
	case r == utf8.RuneError && size == 1, // broken UTF-8
		r <= ' ', r >= 0x7f && r <= 0xa0, // controls, space, no-break space
		r == 0xad, r == 0x1680, r == 0x3000, r == 0xfeff,
		r >= 0x2000 && r <= 0x200f, r >= 0x2028 && r <= 0x202f, r >= 0x205f && r <= 0x206f:
		return true
	}
	return false
}

func appendEscaped(dst []byte, token string) []byte {
	const hex = "0123456789abcdef"
	for i := 0; i < len(token); {
		r, size := utf8.DecodeRuneInString(token[i:])
		switch {
		case r == '\\':
			dst = append(dst, `\\`...)
		case escaped(r, size):
			for _, c := range []byte(token[i : i+size]) {
				dst = append(dst, '\\', 'x', hex[c>>4], hex[c&15])
			}
		default:
			dst = append(dst, token[i:i+size]...)
		}
		i += size
	}
	return dst
}

// unescape undoes appendEscaped and refuses any other spelling.
func unescape(line string) (string, error) {
	if line == "" {
		return "", fmt.Errorf("%w: empty token", ErrVocab)
	}
	token := line
	if strings.Contains(line, `\`) {
		out := make([]byte, 0, len(line))
		for i := 0; i < len(line); i++ {
			if line[i] != '\\' {
				out = append(out, line[i])
				continue
			}
			rest := line[i+1:]
			if strings.HasPrefix(rest, `\`) {
				out, i = append(out, '\\'), i+1
				continue
			}
			if len(rest) < 3 || rest[0] != 'x' {
				return "", fmt.Errorf("%w: column %d: unknown escape, want \\\\ or \\x and two digits", ErrVocab, i+1)
			}
			c, err := strconv.ParseUint(rest[1:3], 16, 8)
			if err != nil {
				return "", fmt.Errorf("%w: column %d: %.4q are not two hexadecimal digits", ErrVocab, i+1, rest[1:3])
			}
			out, i = append(out, byte(c)), i+3
		}
		token = string(out)
	}
	if canonical := string(appendEscaped(nil, token)); canonical != line {
		return "", fmt.Errorf("%w: token must be written %.80q, not %.80q", ErrVocab, canonical, line)
	}
	return token, nil
}
