package datasets

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
)

// lineReader reads lines that are not blank, without their ends.
type lineReader struct {
	r     *bufio.Reader
	limit *rowLimit
	n     int   // of the line read last, from 1
	read  int64 // bytes
	long  []byte
}

func (l *lineReader) next() ([]byte, error) {
	for {
		l.limit.allow(l.read)
		l.n++
		line, err := l.r.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			l.long = append(l.long[:0], line...)
			for err == bufio.ErrBufferFull {
				line, err = l.r.ReadSlice('\n')
				l.long = append(l.long, line...)
			}
			line = l.long
		}
		l.read += int64(len(line))
		if err != nil && err != io.EOF {
			return nil, damage(err)
		}
		if err == io.EOF && len(line) == 0 {
			return nil, io.EOF
		}
		if line = bytes.TrimRight(line, "\r\n"); len(bytes.TrimSpace(line)) > 0 {
			return line, nil
		}
	}
}

// lineRows reads a text a line.
type lineRows struct {
	io.Closer
	lines lineReader
	row   Row
}

func (l *lineRows) header() []string { return []string{"text"} }

func (l *lineRows) next() (Row, error) {
	line, err := l.lines.next()
	l.row.Line = l.lines.n
	l.row.Cells = append(l.row.Cells[:0], string(line))
	return l.row, err
}

// jsonRows reads one JSON object a line.
type jsonRows struct {
	io.Closer
	lines   lineReader
	columns map[string]int // nil: every key counts, and grows names
	names   []string
	want    []bool // columns that must hold one value, not a list or an object
	given   []bool // columns of the row in hand
	row     Row
	nested  []bool         // columns with a list or an object in them, where all keys count
	firsts  []int          // the line that each column is first on, where all keys count
	late    map[string]int // keys that no column is of, and the lines that they are first on
}

// newJSONL reads rows of the columns given; with none, next finds them.
func newJSONL(f io.Closer, text io.Reader, columns []string, want []int) (rows, error) {
	limit := &rowLimit{r: text}
	j := &jsonRows{Closer: f, lines: lineReader{r: bufio.NewReaderSize(limit, 1<<16), limit: limit}}
	j.columns = map[string]int{}
	if columns != nil {
		j.names = columns
		for i, c := range columns {
			j.columns[c] = i
		}
		j.want = make([]bool, len(columns))
		for _, c := range want {
			j.want[c] = true
		}
	}
	j.given = make([]bool, len(columns))
	j.row.Cells, j.row.Bare, j.row.typed = make([]string, len(columns)), make([]bool, len(columns)), make([]bool, len(columns))
	return j, nil
}

// rest reads on to the end for more keys.
func (j *jsonRows) rest() error {
	for {
		if _, err := j.next(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// remarks says which keys were seen too late to be columns.
func (j *jsonRows) remarks() (notes []string) {
	for _, name := range slices.Sorted(maps.Keys(j.late)) {
		notes = append(notes, fmt.Sprintf("the key %.60q is seen first on line %d, after the rows that the columns are taken from, and is not read unless it is named", name, j.late[name]))
	}
	return notes
}

// header returns nil: the keys may differ from row to row.
func (j *jsonRows) header() []string { return nil }

func (j *jsonRows) next() (Row, error) {
	line, err := j.lines.next()
	j.row.Line = j.lines.n
	if err != nil {
		return j.row, err
	}
	clear(j.row.Cells)
	clear(j.row.typed)
	clear(j.given)
	for i := range j.row.Bare {
		j.row.Bare[i] = true // also where the key is missing
	}
	err = j.parse(bytes.TrimSpace(line))
	return j.row, err // after parse, which may have added cells
}

// parse fills the row's cells from one object.
func (j *jsonRows) parse(line []byte) error {
	if !utf8.Valid(line) {
		return notUTF8(string(line), false, nil) // JSON would take it for U+FFFD in silence
	}
	switch {
	case line[0] == '[':
		return errors.New("is a JSON array; expected one object a line: jq -c '.[]' IN > OUT")
	case line[0] != '{':
		return fmt.Errorf("begins with %q; expected a JSON object, such as {\"text\": \"...\", \"label\": \"...\"}", rune(line[0]))
	case bytes.HasPrefix(line, []byte("{'")):
		return errors.New("has names in single quotes, as Python prints a dictionary: that is no JSON; write the rows by json.dumps")
	case !json.Valid(line):
		var into any
		err := json.Unmarshal(line, &into)
		if word := bareWord(line); word != "" {
			return fmt.Errorf("%s is no JSON, though Python writes it: write null for a missing number", word)
		}
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return fmt.Errorf("column %d: %w; expected one whole JSON object a line: jq -c . IN > OUT", syntax.Offset, err)
		}
		return fmt.Errorf("%w; expected one whole JSON object a line", err)
	}
	// The line is valid, which the cutting below relies on.
	rest := skipSpace(line[1:])
	for rest[0] != '}' {
		key := cutValue(rest)
		name, err := unquote(key)
		if err != nil {
			return err
		}
		rest = skipSpace(rest[len(key):])
		name = columnName(name)
		rest = skipSpace(rest[1:]) // the colon
		value := cutValue(rest)
		if err := j.set(name, value); err != nil {
			return err
		}
		if rest = skipSpace(rest[len(value):]); rest[0] == ',' {
			rest = skipSpace(rest[1:])
		}
	}
	return nil
}

// bareWord returns the first of the words for numbers that JSON does not have, NaN
// and infinities, that stands in a line as a value, or "".
func bareWord(line []byte) string {
	quoted := false
	for i := 0; i < len(line); i++ {
		switch b := line[i]; {
		case b == '\\' && quoted:
			i++
		case b == '"':
			quoted = !quoted
		case quoted:
		default:
			for _, word := range []string{"NaN", "-Infinity", "Infinity", "nan", "None", "inf", "-inf"} {
				if bytes.HasPrefix(line[i:], []byte(word)) {
					return word
				}
			}
		}
	}
	return ""
}

// set puts a value in its column.
func (j *jsonRows) set(name string, value []byte) error {
	i, ok := j.columns[name]
	if !ok {
		if j.want != nil {
			if _, seen := j.late[name]; !seen && len(j.late) < 100 { // a key that the first rows did not have
				if j.late == nil {
					j.late = map[string]int{}
				}
				j.late[name] = j.row.Line
			}
			return nil
		}
		if i = len(j.names); i == maxColumns {
			return errColumns
		}
		j.columns[name] = i
		j.names = append(j.names, name)
		j.row.Cells, j.row.Bare, j.given = append(j.row.Cells, ""), append(j.row.Bare, true), append(j.given, false)
		j.row.typed, j.nested = append(j.row.typed, false), append(j.nested, false)
		j.firsts = append(j.firsts, j.row.Line)
	}
	if j.given[i] {
		return fmt.Errorf("has the key %q twice", name)
	}
	j.given[i] = true
	switch value[0] {
	case '"':
		s, err := unquote(value)
		j.row.Cells[i], j.row.Bare[i] = s, false
		return err
	case 'n':
		return nil
	case '[', '{':
		if j.want != nil && j.want[i] {
			return fmt.Errorf("column %q holds a list or an object; expected a string, a number or true or false (several labels of a text are read by --multi list)", name)
		}
		if j.want == nil {
			j.nested[i] = true
		}
	case 't', 'f':
	default:
		j.row.typed[i] = true
	}
	j.row.Cells[i] = string(value)
	return nil
}

func skipSpace(b []byte) []byte { return bytes.TrimLeft(b, " \t\r\n") }

// cutValue returns the JSON value that valid JSON begins with.
func cutValue(b []byte) []byte {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			for i++; b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return b[:i+1]
			}
		case '[', '{':
			depth++
		case ']', '}':
			if depth == 0 {
				return b[:i]
			}
			if depth--; depth == 0 {
				return b[:i+1]
			}
		case ',', ':', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return b[:i]
			}
		}
	}
	return b
}

// unquote reads a JSON string.
func unquote(b []byte) (string, error) {
	if bytes.IndexByte(b, '\\') < 0 {
		return string(b[1 : len(b)-1]), nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return "", fmt.Errorf("string %s: %w", strconv.Quote(string(b[:min(len(b), 40)])), err)
	}
	return s, nil
}
