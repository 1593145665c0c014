package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// source says where predict reads from: arguments, a file or standard input, of
// lines or of rows of a table.
type source struct {
	file, format string
	table        tableFlags
}

func (s *source) add(c *cobra.Command) {
	s.table.add(c)
	c.Flags().StringVar(&s.table.pair, "pair", "", "of a model of pairs: column of the second texts (default: that of its training)")
	c.Flags().StringVarP(&s.file, "file", "f", "", "read texts from this file, one a line, or the rows of a table, by its name ('-' for standard input)")
	c.Flags().StringVar(&s.format, "format", "", "of the input: csv, tsv, jsonl or lines (default: by the file's name, else by its first line)")
}

// stdinName is what errors call it.
const stdinName = "standard input"

// formats are the values of --format.
var formats = []string{"csv", "tsv", "jsonl", "lines"}

// check checks --format.
func (s *source) check(c *cobra.Command, args []string) error {
	switch {
	case s.format == "":
		return nil
	case !slices.Contains(formats, s.format):
		return usage(c, "--format %q, want csv, tsv, jsonl or lines", s.format)
	case len(args) > 0:
		return unwanted(c, "the input is given as arguments", "format")
	}
	return nil
}

// standardInput tells that no file is named.
func (s *source) standardInput() bool { return s.file == "" || s.file == "-" }

// openFile opens a file as a table; one that can be read once, such as a pipe of
// the shell's, as a stream.
func (s *source) openFile(c *cobra.Command, format datasets.Format) (*datasets.Table, error) {
	info, err := os.Stat(s.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("zoo: predict: no file %s: %w", s.file, zoo.ErrUsage)
	}
	if err == nil && info.Mode()&(fs.ModeNamedPipe|fs.ModeDevice|fs.ModeSocket) != 0 {
		f, err := os.Open(s.file)
		if err != nil {
			return nil, fmt.Errorf("zoo: predict: %w", err)
		}
		return s.openStream(c, interruptible(c.Context(), f), s.file, format)
	}
	table, err := datasets.OpenTable(s.file, s.table.config(format))
	if err != nil {
		return nil, s.table.failed(c, err)
	}
	return table, nil
}

// openStream opens what is read once as a table. Its rows can be read once.
func (s *source) openStream(c *cobra.Command, from io.Reader, name string, format datasets.Format) (*datasets.Table, error) {
	again := &replay{from: from}
	table, err := datasets.OpenTableFS(again, name, s.table.config(format))
	if err != nil {
		return nil, s.table.failed(c, err)
	}
	again.last = true
	return table, nil
}

// recognise opens the input as a table if it is one: by --format, by the file's
// name, or where its first line plainly is no text. Otherwise it returns the
// input's lines.
func (s *source) recognise(c *cobra.Command) (*datasets.Table, iter.Seq2[[]string, error], error) {
	format := datasets.Format(s.format)
	switch {
	case s.format == "lines":
		lines, err := inputs(c, nil, s.file, s.table.encoding)
		return nil, lines, err
	case !s.standardInput() && (s.format != "" || s.table.named(s.file)):
		table, err := s.openFile(c, format)
		return table, nil, err
	case s.format != "":
		table, err := s.openStream(c, interruptible(c.Context(), c.InOrStdin()), stdinName, format)
		return table, nil, err
	}
	name, again := stdinName, false
	var from io.ReadCloser
	if s.standardInput() {
		if f, ok := c.InOrStdin().(*os.File); ok && term.IsTerminal(int(f.Fd())) {
			lines, err := inputs(c, nil, s.file, s.table.encoding)
			return nil, lines, err
		}
		from = interruptible(c.Context(), c.InOrStdin())
	} else {
		f, err := os.Open(s.file)
		if err != nil {
			lines, err := inputs(c, nil, s.file, s.table.encoding) // which says why
			return nil, lines, err
		}
		info, err := f.Stat()
		name, from, again = s.file, f, err == nil && info.Mode().IsRegular()
	}
	head := firstLine(from)
	rest := struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), from), from}
	format, why := plainTable(plainHead(head, s.table.encoding))
	if format == "" {
		return nil, chunks(c.Context(), rest, name, s.table.encoding), nil
	}
	fmt.Fprintf(c.ErrOrStderr(), "%s is read as a table in %s, for its first line %s; --format lines reads lines as texts\n", name, format, why)
	if !again { // what was read of a pipe is not there any more
		table, err := s.openStream(c, rest, name, format)
		return table, nil, err
	}
	from.Close()
	table, err := s.openFile(c, format)
	return table, nil, err
}

// plainHead decodes the first bytes of an input.
func plainHead(head []byte, encoding string) []byte {
	text, err := datasets.Decode(bufio.NewReader(bytes.NewReader(head)), head, encoding)
	if err != nil {
		return head
	}
	plain, err := io.ReadAll(text)
	if err != nil {
		return head
	}
	return plain
}

// maxHead is how much of an input is looked at to recognise it.
const maxHead = 64 << 10

// firstLine reads the first line, or as much of it as is looked at. An error is
// left to who reads on.
func firstLine(from io.Reader) []byte {
	var head []byte
	buf := make([]byte, 4096)
	for len(head) < maxHead && !bytes.ContainsRune(head, '\n') {
		n, err := from.Read(buf)
		head = append(head, buf[:n]...)
		if err != nil {
			break
		}
	}
	return head
}

var (
	objectLine = regexp.MustCompile(`^\{\s*"(?:[^"\\]|\\.)*"\s*:`)
	columnName = regexp.MustCompile(`^"?[\pL_][\pL\pN_.-]{0,39}"?$`)
)

// plainTable returns the format of a table whose first line is no text: a JSON
// object with a key, or two or more words without a space between commas, tabs
// or semicolons, of which one is what columns of texts are called; and why.
func plainTable(head []byte) (format datasets.Format, why string) {
	line, _, _ := bytes.Cut(bytes.TrimPrefix(head, []byte("\ufeff")), []byte("\n"))
	line = bytes.TrimSuffix(line, []byte("\r"))
	if objectLine.Match(line) {
		return datasets.JSONL, "is a JSON object"
	}
	for _, comma := range []string{",", "\t", ";"} {
		names := strings.Split(string(line), comma)
		if len(names) < 2 || slices.ContainsFunc(names, func(n string) bool { return !columnName.MatchString(n) }) {
			continue
		}
		if slices.ContainsFunc(names, func(n string) bool { return datasets.NamesTexts(strings.Trim(n, `"`)) }) {
			if format = datasets.CSV; comma == "\t" {
				format = datasets.TSV
			}
			return format, "names columns"
		}
	}
	return "", ""
}

// interruptible reads from a reader whose reads cannot be interrupted, in a
// goroutine that outlives a cancelled ctx until its read ends.
func interruptible(ctx context.Context, from io.Reader) io.ReadCloser {
	r, w := io.Pipe()
	context.AfterFunc(ctx, func() { w.CloseWithError(context.Cause(ctx)) })
	go func() {
		_, err := io.Copy(w, from)
		w.CloseWithError(err)
	}()
	return r
}

// replay is a file system of one file, which is read from a stream: what was
// read of it is kept and read again, until the last time.
type replay struct {
	from io.Reader
	head []byte // what was read
	last bool   // no more is kept
}

// Open implements fs.FS.
func (r *replay) Open(string) (fs.File, error) { return &replayed{stream: r}, nil }

// replayed is one reading.
type replayed struct {
	stream *replay
	at     int // in head
}

// Read implements fs.File.
func (f *replayed) Read(p []byte) (int, error) {
	r := f.stream
	if f.at < len(r.head) {
		n := copy(p, r.head[f.at:])
		f.at += n
		return n, nil
	}
	n, err := r.from.Read(p)
	if !r.last {
		r.head = append(r.head, p[:n]...)
		f.at = len(r.head)
	}
	return n, err
}

// Close implements fs.File.
func (f *replayed) Close() error { return nil }

// Stat implements fs.File. A stream has no size, which Parquet alone asks for.
func (f *replayed) Stat() (fs.FileInfo, error) {
	return nil, errors.New("a Parquet file is read from its end; save it as a file first")
}
