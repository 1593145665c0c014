// Package pairs is pairs of texts as data, such as sentences and their translations:
// read from a table, from two files of lines, or from a directory as corpora of
// translations have them, and reported on.
package pairs

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/lines"
	"github.com/gorgonia-zoo/zoo/recipe"
)

// Pair is a text and what it is to become.
type Pair struct{ Source, Target string }

// Config says which two sides to read.
type Config struct {
	// Source and Target name the columns of a table, or the languages of a directory
	// whose files are called train.LANGUAGE, val.LANGUAGE and so on. Of a table with
	// two columns the first is the source where neither is given.
	Source string `json:"source,omitempty"`
	Target string `json:"target,omitempty"`
	// SourceFile and TargetFile are two files of lines that belong together, in place
	// of a table or directory.
	SourceFile string `json:"source_file,omitempty"`
	TargetFile string `json:"target_file,omitempty"`
}

// Files tells whether two files of lines are given.
func (c Config) Files() bool { return c.SourceFile != "" && c.TargetFile != "" }

// Check reports a file whose other side is missing.
func (c Config) Check() error {
	if (c.SourceFile == "") != (c.TargetFile == "") {
		return fmt.Errorf("zoo: pairs: one file of lines without the other: have source %q and target %q: %w", c.SourceFile, c.TargetFile, recipe.ErrUsage)
	}
	return nil
}

// Part is a part of a corpus.
type Part string

// The parts, and what their files are called: validation is val, valid or dev.
const (
	Train      Part = "train"
	Validation Part = "validation"
	Test       Part = "test"
)

// Set is pairs of texts.
type Set struct {
	path    string // of a table or a directory
	columns Config
	table   *datasets.Table
	dir     map[Part][2]string // files of a directory; nil for other data
	guesses []string
	part    Part // to measure on; "" where nothing was said
}

var _ recipe.Owned = (*Set)(nil)

// maxLine is the longest line of a file, and maxBytes all that is held in memory.
const (
	maxLine  = 16 << 20
	maxBytes = 1 << 30
)

// Open opens a directory, a table that package datasets reads or, where path is empty,
// the two files of columns.
func Open(path string, columns Config, table datasets.TableConfig) (*Set, error) {
	if err := columns.Check(); err != nil {
		return nil, err
	}
	s := &Set{path: path, columns: columns}
	if columns.Files() {
		if path != "" {
			return nil, fmt.Errorf("zoo: pairs: both data %s and two files of lines are given: %w", path, recipe.ErrUsage)
		}
		return s, nil
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("zoo: pairs: no file or directory %s: %w", path, recipe.ErrUsage)
	} else if err != nil {
		return nil, fmt.Errorf("zoo: pairs: %w", err)
	}
	if info.IsDir() {
		return s, s.openDir()
	}
	if info.Size() > maxBytes {
		return nil, fmt.Errorf("zoo: pairs: %s has %.1f GB; pairs are held in memory, at most %.1f GB of them: %w",
			path, float64(info.Size())/1e9, float64(maxBytes)/1e9, recipe.ErrUsage)
	}
	table.Unlabelled = true
	if table.Text = columns.Source; table.Text == "" {
		table.Text = columns.Target // some column that is there
	}
	if s.table, err = datasets.OpenTable(path, table); err != nil {
		return nil, err
	}
	return s, s.choose()
}

// choose finds the two columns of a table.
func (s *Set) choose() error {
	names := s.table.Columns()
	for _, usual := range [][2]string{{"source", "target"}, {"src", "tgt"}} {
		if s.columns.Source == "" && s.columns.Target == "" && slices.Contains(names, usual[0]) && slices.Contains(names, usual[1]) {
			s.columns.Source, s.columns.Target = usual[0], usual[1]
		}
	}
	if s.columns.Source == "" && s.columns.Target == "" && len(names) == 2 {
		s.columns.Source, s.columns.Target = names[0], names[1]
		s.guesses = append(s.guesses, fmt.Sprintf("column %q is the source, %q the target (--source and --target name others)", names[0], names[1]))
	}
	for _, side := range []struct{ flag, name string }{{"--source", s.columns.Source}, {"--target", s.columns.Target}} {
		if !slices.Contains(names, side.name) || side.name == "" {
			return fmt.Errorf("zoo: pairs: %s: %s names the column, one of %s: have %q: %w",
				s.path, side.flag, strings.Join(names, ", "), side.name, recipe.ErrUsage)
		}
	}
	if s.columns.Source == s.columns.Target {
		return fmt.Errorf("zoo: pairs: %s: column %q is both source and target: %w", s.path, s.columns.Source, recipe.ErrUsage)
	}
	return nil
}

// Columns returns which sides are read.
func (s *Set) Columns() Config { return s.columns }

// Guesses implements recipe.Data.
func (s *Set) Guesses() []string {
	if s.table == nil {
		return s.guesses
	}
	return append(slices.Clone(s.guesses), s.table.Doubts()...)
}

// Owned implements recipe.Owned: all pairs may be somebody's own.
func (s *Set) Owned() bool { return true }

// Name is the name of the data.
func (s *Set) Name() string {
	if s.columns.Files() {
		return filepath.Base(s.columns.SourceFile) + " and " + filepath.Base(s.columns.TargetFile)
	}
	return filepath.Base(s.path)
}

// Has tells whether the data has a part of its own; a table and two files are one part,
// Train, whatever they are used for.
func (s *Set) Has(p Part) bool {
	if s.dir == nil {
		return p == Train
	}
	_, ok := s.dir[p]
	return ok
}

// Choose says which part Measured is: train, validation (or val, valid, dev) or test.
func (s *Set) Choose(part string) error {
	p, ok := partOf(part)
	if !ok || strings.Contains(part, "_") {
		return fmt.Errorf("zoo: pairs: part %q, want train, validation or test: %w", part, recipe.ErrUsage)
	}
	if s.dir == nil {
		return fmt.Errorf("zoo: pairs: %s has no parts and is measured as a whole: %w", s.Name(), recipe.ErrUsage)
	}
	s.part = p
	return nil
}

// Measured is the part to measure on: the one that was chosen, else test where there is
// one, else all pairs.
func (s *Set) Measured() Part {
	switch {
	case s.part != "":
		return s.part
	case s.dir != nil:
		return Test
	}
	return Train
}

// Read reads a part, blanks around texts left out, and reports on it. Pairs of which a
// side is empty are passed over and counted.
func (s *Set) Read(ctx context.Context, p Part) ([]Pair, *Report, error) {
	var all []Pair
	var err error
	switch {
	case s.table != nil:
		all, err = s.readTable(ctx)
	case s.dir != nil:
		files, ok := s.dir[p]
		if !ok {
			return nil, nil, fmt.Errorf("zoo: pairs: %s has no part %s: %w", s.path, p, recipe.ErrUsage)
		}
		all, err = readFiles(ctx, files[0], files[1])
	default:
		all, err = readFiles(ctx, s.columns.SourceFile, s.columns.TargetFile)
	}
	if err != nil {
		return nil, nil, err
	}
	r := inspect(all)
	all = slices.DeleteFunc(all, func(p Pair) bool { return p.Source == "" || p.Target == "" })
	if len(all) == 0 {
		return nil, nil, fmt.Errorf("zoo: pairs: %s has no pair of two texts", s.Name())
	}
	return all, r, nil
}

func (s *Set) readTable(ctx context.Context) (all []Pair, err error) {
	for row, err := range s.table.SelectRows(ctx, s.columns.Source, s.columns.Target) {
		if err != nil {
			return nil, err
		}
		all = append(all, Pair{strings.TrimSpace(strings.Clone(row.Cells[0])), strings.TrimSpace(strings.Clone(row.Cells[1]))})
	}
	return all, nil
}

// readFiles reads two files whose lines belong together.
func readFiles(ctx context.Context, source, target string) ([]Pair, error) {
	a, err := readLines(ctx, source)
	if err != nil {
		return nil, err
	}
	b, err := readLines(ctx, target)
	if err != nil {
		return nil, err
	}
	if len(a) != len(b) {
		return nil, fmt.Errorf("zoo: pairs: %s has %d lines, %s has %d: want as many, each the translation of the other's", source, len(a), target, len(b))
	}
	all := make([]Pair, len(a))
	for i := range a {
		all[i] = Pair{a[i], b[i]}
	}
	return all, nil
}

// readLines reads the lines of a file, packed by gzip or not.
func readLines(ctx context.Context, name string) (all []string, err error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("zoo: pairs: no file %s: %w", name, recipe.ErrUsage)
	} else if err != nil {
		return nil, fmt.Errorf("zoo: pairs: %w", err)
	}
	defer f.Close()
	buffered := bufio.NewReader(f)
	var from io.Reader = buffered
	if head, _ := buffered.Peek(2); string(head) == "\x1f\x8b" {
		if from, err = gzip.NewReader(buffered); err != nil {
			return nil, fmt.Errorf("zoo: pairs: %s: %w", name, err)
		}
	}
	scan := bufio.NewScanner(from)
	scan.Buffer(nil, maxLine)
	scan.Split(lines.Split())
	size := 0
	for scan.Scan() {
		if len(all)%1024 == 0 && ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		line := strings.TrimPrefix(scan.Text(), "\ufeff")
		if size += len(line); size > maxBytes {
			return nil, fmt.Errorf("zoo: pairs: %s: line %d: more than %.1f GB of texts, which are held in memory: %w", name, len(all)+1, float64(maxBytes)/1e9, recipe.ErrUsage)
		}
		all = append(all, strings.TrimSpace(strings.ToValidUTF8(line, "\uFFFD")))
	}
	if err := scan.Err(); err != nil {
		return nil, fmt.Errorf("zoo: pairs: %s: line %d: %w", name, len(all)+1, err)
	}
	return all, nil
}

// Fingerprint returns a SHA-256 of pairs, in hexadecimal.
func Fingerprint(parts ...[]Pair) string {
	h := sha256.New()
	for _, all := range parts {
		fmt.Fprintf(h, "%d\n", len(all))
		for _, p := range all {
			fmt.Fprintf(h, "%d %d\n%s%s", len(p.Source), len(p.Target), p.Source, p.Target)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
