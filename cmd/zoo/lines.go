package main

import (
	"bufio"
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

	"github.com/gorgonia-zoo/zoo"
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
func inputs(c *cobra.Command, args []string, file string) (iter.Seq2[[]string, error], error) {
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
		return chunks(c.Context(), f, file), nil
	}
	if f, ok := c.InOrStdin().(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprintln(c.ErrOrStderr(), "one input a line; Ctrl-D ends")
	}
	return chunks(c.Context(), io.NopCloser(c.InOrStdin()), "standard input"), nil
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
func chunks(ctx context.Context, from io.ReadCloser, name string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		q := &queue{ready: make(chan struct{}, 1), space: make(chan struct{}, 1)}
		go func() {
			defer from.Close()
			scan(ctx, q, from, name)
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

// foreign says of a first line that is no text what it is, and what to do.
func foreign(line string) string {
	for magic, what := range map[string]string{
		"\x1f\x8b":   "is packed by gzip; unpack it first: gunzip -c IN > OUT",
		"PK\x03\x04": "is a zip file or an Excel workbook; save the sheet as CSV UTF-8",
		"\xff\xfe":   "is in UTF-16; convert it: iconv -f UTF-16 -t UTF-8 IN > OUT",
		"\xfe\xff":   "is in UTF-16; convert it: iconv -f UTF-16 -t UTF-8 IN > OUT",
		"PAR1":       "is a Parquet file; name it .parquet",
	} {
		if strings.HasPrefix(line, magic) {
			return what
		}
	}
	return ""
}

// scan adds the lines of from, without line ends and the mark that some
// editors put at the beginning of a file.
func scan(ctx context.Context, q *queue, from io.Reader, name string) {
	s := bufio.NewScanner(from)
	s.Buffer(make([]byte, 0, 64<<10), maxLine)
	n := 0
	for s.Scan() {
		text := s.Text()
		if n++; n == 1 {
			text = strings.TrimPrefix(text, "\ufeff")
			if what := foreign(text); what != "" {
				q.add(ctx, "", fmt.Errorf("zoo: predict: %s %s", name, what))
				return
			}
		}
		if !q.add(ctx, text, nil) {
			return
		}
	}
	err := s.Err()
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
