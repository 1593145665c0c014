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
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/lines"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

const (
	// chunkLines is how many lines are predicted at once: enough to keep all
	// cores busy, few enough to stream.
	chunkLines = 256
	// chunkBytes ends a chunk early, so that long lines do not pile up.
	chunkBytes = 8 << 20
	// maxLine is the longest line that is read.
	maxLine = 64 << 20
)

// inputs yields the texts to predict from in chunks: the arguments, or the
// lines of a file or of standard input.
func inputs(c *cobra.Command, args []string, file, encoding string) (iter.Seq2[[]string, error], error) {
	if len(args) > 0 {
		return func(yield func([]string, error) bool) {
			for i, a := range args {
				if rest, ok := strings.CutPrefix(a, " "); ok && negative(rest) {
					args[i] = rest
				}
			}
			for chunk := range slices.Chunk(args, chunkLines) {
				if !yield(chunk, nil) {
					return
				}
			}
		}, nil
	}
	if file != "" && file != "-" {
		f, err := os.Open(file)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("zoo: predict: no file %s: %w", file, zoo.ErrUsage)
		}
		if err != nil {
			return nil, fmt.Errorf("zoo: predict: %w", err)
		}
		return chunks(c.Context(), f, file, encoding), nil
	}
	if f, ok := c.InOrStdin().(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprintln(c.ErrOrStderr(), "one input a line; Ctrl-D ends")
	}
	return chunks(c.Context(), io.NopCloser(c.InOrStdin()), "standard input", encoding), nil
}

// queue holds lines that were read and not yet taken.
type queue struct {
	ready, space chan struct{} // at most one signal each

	mu    sync.Mutex
	lines []string
	bytes int
	err   error // io.EOF at the end
}

// add appends a line or the error that ends them. It waits while the queue is
// full, and reports whether to go on.
func (q *queue) add(ctx context.Context, line string, err error) bool {
	q.mu.Lock()
	if q.err = err; err == nil {
		q.lines = append(q.lines, line)
		q.bytes += len(line)
	}
	full := len(q.lines) >= chunkLines || q.bytes >= chunkBytes
	if full {
		select {
		case <-q.space: // left over
		default:
		}
	}
	q.mu.Unlock()
	select {
	case q.ready <- struct{}{}:
	default:
	}
	if !full {
		return ctx.Err() == nil
	}
	select {
	case <-q.space:
		return true
	case <-ctx.Done():
		return false
	}
}

// take returns all lines that are there.
func (q *queue) take() (lines []string, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	lines, err, q.lines, q.bytes = q.lines, q.err, nil, 0
	select {
	case q.space <- struct{}{}:
	default:
	}
	return lines, err
}

// chunks groups the lines of from as they come: many where they come fast, one
// where they are typed, so that every answer comes at once. A read from a
// terminal cannot be interrupted, so it waits in a goroutine of its own, which
// outlives a cancelled ctx until the read ends.
func chunks(ctx context.Context, from io.ReadCloser, name, encoding string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		q := &queue{ready: make(chan struct{}, 1), space: make(chan struct{}, 1)}
		go func() {
			defer from.Close()
			scan(ctx, q, from, name, encoding)
		}()
		for {
			select {
			case <-q.ready:
			case <-ctx.Done():
				yield(nil, ctx.Err())
				return
			}
			lines, err := q.take()
			if len(lines) > 0 && !yield(lines, nil) || err == io.EOF {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
		}
	}
}

// foreign says of input that is no lines of text, by its first bytes, what it is and
// what to do.
func foreign(head []byte) string {
	for _, f := range []struct{ magic, what string }{
		{"\x1f\x8b", "is packed by gzip; unpack it first: gunzip -c IN > OUT"},
		{"PK\x03\x04", "is a zip file or an Excel workbook; save the sheet as CSV UTF-8"},
		{"PAR1", "is a Parquet file; name it .parquet"},
		{"\x28\xb5\x2f\xfd", "is packed by Zstandard; unpack it first: zstd -dc IN > OUT"},
		{"BZh", "is packed by bzip2; unpack it first: bunzip2 -c IN > OUT"},
		{"\xfd7zXZ", "is packed by xz; unpack it first: xz -dc IN > OUT"},
	} {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return f.what
		}
	}
	return ""
}

// tableLine says of a first line that is one of a table and no text what to do;
// source.recognise has taken the tables that can be read.
func tableLine(line string) string {
	if start := strings.TrimSpace(line); strings.HasPrefix(start, "[{") || start == "[" {
		return "is a JSON array and no texts, one a line: make a row a line of it (jq -c '.[]' IN > OUT.jsonl) and give that by --file"
	}
	return ""
}

// decoded returns the text of input in an encoding, or in that which its first bytes
// show, and these. No more is waited for than two bytes, which are typed slowly; of what
// came with them all are looked at.
func decoded(from io.Reader, encoding string) (text io.Reader, head []byte, err error) {
	b := bufio.NewReader(from)
	if head, err = b.Peek(2); err == nil {
		head, err = b.Peek(b.Buffered())
	}
	if err != nil && err != io.EOF {
		return b, head, nil // who reads on is told
	}
	head = bytes.Clone(head)
	text, err = datasets.Decode(b, head, encoding)
	return text, head, err
}

// brokenTexts are those that are not UTF-8.
type brokenTexts struct {
	n    int
	some []byte // of them, by which their encoding is guessed
}

func (b *brokenTexts) add(text string) {
	if utf8.ValidString(text) {
		return
	}
	if b.n++; len(b.some) < 64<<10 {
		b.some = append(append(b.some, text[:min(len(text), 16<<10)]...), '\n')
	}
}

// say says what they seem to be in.
func (b *brokenTexts) say(w io.Writer, read int) {
	if b.n == 0 {
		return
	}
	e := datasets.DescribeEncoding(string(b.some))
	advice := ""
	if e.Seems != "" {
		advice = fmt.Sprintf(" (--encoding %s reads it)", e.Seems)
	}
	fmt.Fprintf(w, "%d of %d texts are not UTF-8, and the other bytes in them are not understood: %v%s\n", b.n, read, e, advice)
}

// scan adds the lines of from, without line ends and the mark that some
// editors put at the beginning of a file.
func scan(ctx context.Context, q *queue, from io.Reader, name, encoding string) {
	input, head, err := decoded(from, encoding)
	if what := foreign(head); what != "" {
		q.add(ctx, "", fmt.Errorf("zoo: predict: %s %s", name, what))
		return
	}
	if err != nil {
		q.add(ctx, "", fmt.Errorf("zoo: predict: %s %w", name, err))
		return
	}
	s := bufio.NewScanner(input)
	s.Buffer(make([]byte, 0, 64<<10), maxLine)
	s.Split(lines.Split())
	n := 0
	for s.Scan() {
		text := strings.TrimPrefix(s.Text(), "\ufeff")
		if n++; n == 1 {
			if what := tableLine(text); what != "" {
				q.add(ctx, "", fmt.Errorf("zoo: predict: %s %s", name, what))
				return
			}
		}
		if !q.add(ctx, text, nil) {
			return
		}
	}
	err = s.Err()
	var path *fs.PathError
	switch {
	case err == nil:
		q.add(ctx, "", io.EOF)
		return
	case errors.Is(err, bufio.ErrTooLong):
		err = fmt.Errorf("line %d: longer than %d MiB", n+1, maxLine>>20)
	case errors.As(err, &path):
		err = path.Err // it repeats the name
	}
	q.add(ctx, "", fmt.Errorf("zoo: predict: %s: %w", name, err))
}
