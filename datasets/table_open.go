package datasets

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// open starts a pass over the rows. The first call decides the format.
func (t *Table) open(want []int) (rows, error) {
	r, err := t.start(want)
	if err != nil {
		return nil, err
	}
	if t.columns == nil {
		return r, nil
	}
	if h := r.header(); h != nil && !slices.Equal(h, t.columns) {
		r.Close()
		return nil, errors.New("the columns changed since the file was opened")
	}
	return r, nil
}

// start opens the file, or the first part.
func (t *Table) start(want []int) (rows, error) {
	if len(t.parts) > 0 {
		p, err := newParts(t, want)
		if err != nil {
			return nil, err
		}
		return p, nil
	}
	f, err := t.fsys.Open(t.path)
	if err != nil {
		return nil, err
	}
	r, err := t.reader(f, want)
	if err != nil {
		f.Close()
		return nil, err
	}
	return r, nil
}

func (t *Table) reader(f fs.File, want []int) (rows, error) {
	packed := bufio.NewReader(f)
	magic, err := packed.Peek(4)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if len(magic) == 0 {
		return nil, errNoBytes
	}
	if t.cfg.Format == "" && string(magic) == "PAR1" || t.cfg.Format == Parquet {
		t.cfg.Format = Parquet
		p, err := newParquet(f, want, t.columns == nil)
		if err != nil {
			return nil, err
		}
		return p, nil
	}
	plain, err := inflate(packed, maxTableRatio, 0)
	if err != nil {
		return nil, err
	}
	buf := bufio.NewReaderSize(plain, 1<<16)
	head, err := buf.Peek(4096)
	if err != nil && err != io.EOF {
		return nil, damage(err)
	}
	if t.cfg.Format == "" && t.cfg.Unlabelled && IsLines(t.path) {
		t.cfg.Format = Lines
	}
	if t.cfg.Format == "" {
		if t.cfg.Format, err = recognise(t.path, head); err != nil {
			return nil, err
		}
	}
	if t.head == nil {
		t.head = bytes.Clone(head)
	}
	text, err := decode(buf, head, &t.cfg)
	if err != nil {
		return nil, err
	}
	if text, err = lineEnds(text); err != nil {
		return nil, err
	}
	switch t.cfg.Format {
	case CSV, TSV:
		return newCSV(f, text, &t.cfg)
	case Lines:
		limit := &rowLimit{r: text}
		return &lineRows{Closer: f, lines: lineReader{r: bufio.NewReaderSize(limit, 1<<16), limit: limit}}, nil
	case JSONL:
		if t.cfg.Multi != "" && t.columns != nil && t.label.err == nil { // a list is welcome there
			want = slices.DeleteFunc(slices.Clone(want), func(c int) bool { return c == t.label.column })
		}
		return newJSONL(f, text, t.columns, want)
	}
	return nil, fmt.Errorf("there is no format %q, only csv, tsv, jsonl and parquet", t.cfg.Format)
}

// Recognise tells the format of a file or directory by its first bytes and its
// name, whether it can be read or not: IMDBFormat for a directory without Parquet files
// or an archive, a table's format otherwise.
func Recognise(name string) (Format, error) {
	fail := func(err error) (Format, error) { return "", fmt.Errorf("datasets: %s: %w", name, err) }
	f, err := os.Open(name)
	if err != nil {
		return fail(err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return fail(err)
	} else if info.IsDir() {
		if parts, _, err := findParts(os.DirFS(name), "."); err != nil && len(parts) > 0 {
			return fail(err)
		} else if len(parts) > 0 {
			return Parquet, nil
		}
		return IMDBFormat, nil
	} else if info.Mode().IsRegular() && info.Size() == 0 {
		return fail(errNoBytes)
	}
	plain, err := inflate(f, maxTableRatio, 0)
	if err != nil {
		return fail(err)
	}
	buf := bufio.NewReaderSize(plain, 4096)
	head, err := buf.Peek(4096)
	if err != nil && err != io.EOF {
		return fail(damage(err))
	}
	switch {
	case isTar(head):
		return IMDBFormat, nil
	case bytes.HasPrefix(head, []byte("PAR1")):
		return Parquet, nil
	}
	format, err := recognise(name, head)
	if err == errFormat {
		return fail(fmt.Errorf("%w, or IMDB's directory or archive", err))
	}
	if err != nil {
		return fail(err)
	}
	return format, nil
}

// damage marks the errors of unpacking.
func damage(err error) error {
	if errors.Is(err, errTooLarge) || errors.Is(err, ErrDamaged) || errors.Is(err, fs.ErrPermission) {
		return err
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: %w, or was not copied or downloaded to its end", err, ErrDamaged)
	}
	return fmt.Errorf("%w: %w", err, ErrDamaged)
}

// recognise tells the format of a table from its first bytes, where other
// programs' formats give themselves away, and its name.
func recognise(name string, head []byte) (Format, error) {
	trimmed := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(trimmed) == 0 {
		return "", errNoBytes
	}
	if what := foreign(head); what != "" {
		return "", errors.New(what)
	}
	switch ext := path.Ext(UnpackedName(name)); ext {
	case ".csv", ".tsv", ".tab":
		if bytes.HasPrefix(trimmed, []byte(`{"`)) || bytes.HasPrefix(trimmed, []byte(`[{`)) {
			return "", errors.New("holds JSON, by its first bytes; rename it to .jsonl")
		}
		if ext == ".csv" {
			return CSV, nil
		}
		return TSV, nil
	case ".parquet":
		return "", errors.New("is named .parquet and does not begin as Parquet does; rename it to what it is, such as .csv")
	case ".jsonl", ".ndjson", ".json":
		return JSONL, nil
	}
	if trimmed[0] == '{' {
		return JSONL, nil
	}
	if format := sniff(head); format != "" {
		return format, nil
	}
	return "", errFormat
}

var errFormat = errors.New("the format cannot be told from the name; expected .csv, .tsv, .jsonl or .parquet, the first three with or without .gz, .zst or .bz2")

var errNoBytes = errors.New("file is empty; expected a first line that names the columns, such as text,label, and a row for each text")

func hasPrefixFold(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && strings.EqualFold(string(b[:len(prefix)]), prefix)
}

// rowLimit fails when a row passes MaxRow, so that a quote which is never
// closed does not read the rest of the file into memory. allow is called
// before each row.
type rowLimit struct {
	r       io.Reader
	n, most int64
}

func (l *rowLimit) allow(read int64) { l.most = read + MaxRow + 1<<16 }

func (l *rowLimit) Read(p []byte) (int, error) {
	if l.n >= l.most {
		return 0, errRow
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.most-l.n)])
	l.n += int64(n)
	return n, err
}

var errRow = fmt.Errorf("a row has over %d bytes (is a quote opened and never closed?): %w", MaxRow, errTooLarge)

// maxColumns bounds the columns of a table.
const maxColumns = 100_000

var errColumns = fmt.Errorf("has over %d columns: %w", maxColumns, errTooLarge)

// columnName is the name of a column without the spaces around it and what nobody sees,
// with accents in one encoding.
func columnName(name string) string {
	name = strings.TrimSpace(name)
	for i := range len(name) {
		if name[i] >= utf8.RuneSelf {
			return strings.TrimSpace(norm.NFC.String(unseen.Replace(name)))
		}
	}
	return name
}

// checkHeader names nameless columns and refuses those of one name.
func checkHeader(names []string) ([]string, error) {
	if len(names) > maxColumns {
		return nil, errColumns
	}
	out := make([]string, len(names))
	seen := make(map[string]int, len(names))
	for i, n := range names {
		n = columnName(n)
		if n == "" {
			n = fmt.Sprintf("column %d", i+1) // pandas leaves its index nameless
		}
		if j, ok := seen[n]; ok {
			return nil, fmt.Errorf("columns %d and %d are both named %q; rename one of them", j+1, i+1, n)
		}
		seen[n] = i
		out[i] = n
	}
	return out, nil
}
