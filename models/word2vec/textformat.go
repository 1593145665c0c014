package word2vec

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// header parses "V D".
func header(line string) (words, dim int, ok bool) {
	first, second, found := strings.Cut(strings.TrimRight(line, " \r\n"), " ")
	if !found || !digits(first) || !digits(second) {
		return 0, 0, false
	}
	words, err1 := strconv.Atoi(first)
	dim, err2 := strconv.Atoi(second)
	if err1 != nil || err2 != nil {
		return math.MaxInt, math.MaxInt, true // absurd, and refused as such
	}
	return words, dim, true
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func checkSize(words, dim int) error {
	if words > MaxVocab || dim < 1 || dim > MaxDim || words*dim > maxNumbers {
		return fmt.Errorf("%w: line 1: %d words of %d dimensions, want at most %d of 1 to %d, and %d numbers",
			ErrFormat, words, dim, MaxVocab, MaxDim, maxNumbers)
	}
	return nil
}

// dimensions returns in how many numbers most of the first lines end: the words of a
// few may have spaces in them.
func dimensions(r *bufio.Reader) int {
	start, _ := r.Peek(peek)
	counts := map[int]int{}
	best := 0
	for range 100 {
		line, rest, ended := bytes.Cut(start, []byte("\n"))
		if !ended && len(start) == peek { // cut off
			break
		}
		if n := bytes.Count(trimLine(line), []byte(" ")); n > 0 {
			if counts[n]++; counts[n] > counts[best] {
				best = n
			}
		}
		if start = rest; !ended {
			break
		}
	}
	return best
}

// trimLine drops what is no part of a line's word and numbers: a byte-order mark, the
// line's end, and tabs for spaces.
func trimLine(line []byte) []byte {
	line = bytes.TrimRight(bytes.TrimPrefix(line, []byte("\ufeff")), " \r\t")
	if bytes.IndexByte(line, '\t') >= 0 {
		line = bytes.ReplaceAll(line, []byte("\t"), []byte(" "))
	}
	return line
}

// allNumbers reports whether every field is a number.
func allNumbers(fields []byte) bool {
	for _, f := range bytes.Fields(fields) {
		if _, err := strconv.ParseFloat(string(f), 32); err != nil {
			return false
		}
	}
	return true
}

// cutWord cuts a line before its last dim fields.
func cutWord(line []byte, dim int) (word, numbers []byte) {
	at := len(line)
	for range dim {
		at = bytes.LastIndexByte(line[:at], ' ')
	}
	return line[:at], line[at+1:]
}

// readText reads Text or GloVe.
func readText(r *bufio.Reader, format Format) (*Vectors, error) {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, 1<<16), maxLine)
	b := &builder{at: map[string]int{}}
	promised, line := -1, 0
	if format == Text {
		s.Scan()
		line = 1
		var dim int
		promised, dim, _ = header(s.Text())
		if err := checkSize(promised, dim); err != nil {
			return nil, err
		}
		b.dim = dim
	}
	where := func(place int) string { return fmt.Sprintf("line %d", place) }
	if format == GloVe {
		if b.dim = dimensions(r); b.dim > MaxDim {
			return nil, fmt.Errorf("%w: line 1: %d numbers behind the word, want 1 to %d", ErrFormat, b.dim, MaxDim)
		}
	}
	for s.Scan() {
		line++
		text := trimLine(s.Bytes())
		if len(bytes.TrimSpace(text)) == 0 {
			if len(b.words) > 0 {
				if b.passed.blank++; b.passed.blank == 1 {
					b.passed.firstBlank = where(line)
				}
			}
			continue
		}
		if b.dim == 0 {
			if comma := bytes.IndexAny(text, ",;"); comma >= 0 && bytes.Count(text, text[comma:comma+1]) > 1 {
				return nil, fmt.Errorf("%w: line %d: cells are separated by %q, want a word and its numbers with spaces between them", ErrFormat, line, text[comma])
			}
			return nil, fmt.Errorf("%w: line %d: 0 numbers behind the word, want 1 to %d", ErrFormat, line, MaxDim)
		}
		if promised >= 0 && line-1 > promised+1 {
			return nil, fmt.Errorf("%w: line %d: line 1 promises %d words, this is one more", ErrFormat, line, promised)
		}
		if n := bytes.Count(text, []byte(" ")); n < b.dim {
			return nil, fmt.Errorf("%w: line %d: %d numbers behind the word, want %d", ErrFormat, line, n, b.dim)
		}
		word, rest := cutWord(text, b.dim)
		if _, more, _ := bytes.Cut(word, []byte(" ")); len(more) > 0 && allNumbers(more) { // no token, but a line gone wrong
			return nil, fmt.Errorf("%w: line %d: %d numbers behind the word, want %d", ErrFormat, line, bytes.Count(text, []byte(" ")), b.dim)
		}
		if skip, err := b.add(word, line, where); err != nil {
			return nil, err
		} else if skip {
			continue
		}
		for column := 2; column <= b.dim+1; column++ {
			var field []byte
			field, rest, _ = bytes.Cut(rest, []byte(" "))
			x, err := strconv.ParseFloat(string(field), 32)
			// Go's own forms, 0x1p-2 and 1_000, are no other program's.
			if err != nil || x-x != 0 || bytes.ContainsAny(field, "xX_") {
				return nil, fmt.Errorf("%w: line %d, column %d: %.50q, want a finite number", ErrFormat, line, column, field)
			}
			b.data = append(b.data, float32(x))
		}
	}
	if err := s.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fmt.Errorf("%w: line %d: longer than %d bytes", ErrFormat, line+1, maxLine)
	} else if err != nil {
		return nil, fmt.Errorf("line %d: %w", line+1, err)
	}
	if promised >= 0 {
		b.passed.promised, b.passed.found = promised, line-1
		if line-1 < promised-1 {
			return nil, fmt.Errorf("%w: the file ends after %d words, line 1 promises %d", ErrFormat, line-1, promised)
		}
	}
	return b.vectors()
}

// readBinary reads Binary.
func readBinary(r *bufio.Reader) (*Vectors, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return nil, err // not reached: recognise has seen the line
	}
	words, dim, _ := header(line)
	if err := checkSize(words, dim); err != nil {
		return nil, err
	}
	b := &builder{dim: dim, at: map[string]int{}}
	where := func(place int) string { return fmt.Sprintf("word %d", place) }
	raw := make([]byte, 4*dim)
	var word []byte
	for i := range words {
		word = word[:0]
		for {
			c, err := r.ReadByte()
			if err != nil {
				return nil, cut(where(i+1), err)
			}
			if c == ' ' {
				break
			}
			if c == '\n' && len(word) == 0 { // behind the word before
				continue
			}
			if word = append(word, c); len(word) > maxWord {
				break
			}
		}
		if len(word) == 0 { // the numbers are out of step
			return nil, fmt.Errorf("%w: %s: the word is empty", ErrFormat, where(i+1))
		}
		skip, err := b.add(word, i+1, where)
		if err != nil {
			return nil, err
		}
		if _, err := io.ReadFull(r, raw); err != nil {
			return nil, cut(where(i+1), err)
		}
		if skip {
			continue
		}
		for k := range dim {
			x := math.Float32frombits(binary.LittleEndian.Uint32(raw[4*k:]))
			if x-x != 0 {
				return nil, fmt.Errorf("%w: %s (%.100q), number %d: %v, want a finite number", ErrFormat, where(i+1), word, k+1, x)
			}
			b.data = append(b.data, x)
		}
	}
	rest, err := io.ReadAll(io.LimitReader(r, 2))
	if err != nil {
		return nil, err
	}
	if len(rest) > 1 || len(rest) == 1 && rest[0] != '\n' {
		return nil, fmt.Errorf("%w: more bytes behind the %d words that line 1 promises", ErrFormat, words)
	}
	return b.vectors()
}

func cut(where string, err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("%w: the file ends in %s", ErrFormat, where)
	}
	return fmt.Errorf("%s: %w", where, err)
}

// Write writes vectors. Numbers in text are as short as gives the same float32
// again. A word that the format would split is an error.
func (v *Vectors) Write(w io.Writer, format Format) error {
	b := bufio.NewWriterSize(w, 1<<16)
	switch format {
	case Text, Binary:
		fmt.Fprintf(b, "%d %d\n", v.Len(), v.dim) // an error stays with b until Flush
	case GloVe:
		// A first line of two whole numbers alone is a header to every reader.
		if v.dim == 1 && v.Len() > 0 && digits(v.words[0]) {
			return fmt.Errorf("word2vec: write: the word %.100q and one number make a line that is a header elsewhere: %s cannot begin so", v.words[0], format)
		}
	default:
		return fmt.Errorf("word2vec: no format %q", format)
	}
	var line []byte
	for i, word := range v.words {
		if strings.ContainsAny(word, " \r\n") || len(word) > maxWord {
			return fmt.Errorf("word2vec: write: word %d, %.100q, holds a space or a line end or is longer than %d bytes: %s cannot hold it", i, word, maxWord, format)
		}
		line = append(line[:0], word...)
		for k, x := range v.row(v.data, int32(i)) {
			if format == Binary {
				if k == 0 {
					line = append(line, ' ')
				}
				line = binary.LittleEndian.AppendUint32(line, math.Float32bits(x))
			} else {
				line = strconv.AppendFloat(append(line, ' '), float64(x), 'g', -1, 32)
			}
		}
		b.Write(append(line, '\n'))
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("word2vec: write: %w", err)
	}
	return nil
}
