// Package sentences reads sentences whose words have tags: CoNLL-U (Universal
// Dependencies), the column files of the CoNLL shared tasks with a word a line, and
// JSONL with lists of tokens and tags or with a text and the places of its spans. It
// says what is unusual about them.
package sentences

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/tagging"
	"github.com/klauspost/compress/gzip" // as in package datasets
)

// Limits of what is read.
const (
	maxBytes = 1 << 30 // of a file, unpacked
	maxRatio = 400     // unpacked to packed, where that is more than 64 MiB
	maxWord  = 1 << 12 // bytes of a word

	// MaxWords is how many words a sentence may have. More in one sentence mean as a
	// rule that the blank lines between sentences are missing.
	MaxWords = 5000
)

// ErrColumn is wrapped by errors about a column of tags that is not there or that must
// be named.
var ErrColumn = errors.New("no such column")

// Format is how a file has its sentences.
type Format string

// The formats that Open recognises.
const (
	CoNLLU     Format = "CoNLL-U"
	Columns    Format = "columns"     // a word a line, its tags beside it
	TokensJSON Format = "JSON tokens" // {"tokens": [...], "tags": [...]}
	SpansJSON  Format = "JSON spans"  // {"text": ..., "spans": [{"start":, "end":, "label":}]}
)

// Sentence is words and their tags.
type Sentence struct {
	Line  int        // of the file, counted from 1, where it begins
	Words []string   // none empty
	Tags  [][]string // by column of the set, then by word; spans as in IOB2
}

// Set is the sentences of a file.
type Set struct {
	path      string
	format    Format
	columns   []tagging.Column // Tags sorted
	schemes   []tagging.Scheme // in which the file has them
	sentences []Sentence
	guesses   []string
	notes     []string
}

// Source says how sentences are read for a recipe or a model that wants the columns of
// these names, none: the one that suits the file.
func Source(columns []string) *recipe.Source {
	return &recipe.Source{
		Open: func(path string, c recipe.DataConfig) (recipe.Data, error) {
			s, err := Open(path, Config{Columns: columns, Strict: c.Strict})
			if err != nil {
				return nil, err
			}
			return s, nil
		},
		Refuse: func(subject, flag string) string {
			if flag != "data" && flag != "strict" && flag != "skip-empty" && flag != "cache" {
				return subject + " reads sentences of tagged words"
			}
			return ""
		},
		Missing: func(subject string) string {
			return subject + " needs --data FILE, sentences of tagged words: .conllu, .conll or .jsonl"
		},
	}
}

// Config says how to read a file.
type Config struct {
	// Columns are the columns of tags: of CoNLL-U upos, xpos, feats, deprel or lemma;
	// of other columns their number, counted from 1, or last; of JSON the key of the
	// tags. None: upos of CoNLL-U, the last of other columns, the one list beside the
	// tokens.
	Columns []string
	// Strict makes an error of a span that cuts a word, which is widened to the word's
	// ends and counted otherwise.
	Strict bool
}

// Open reads a file whole. It may be packed by gzip.
func Open(path string, c Config) (*Set, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("sentences: no file %s: %w", path, recipe.ErrUsage)
	}
	if err != nil {
		return nil, fmt.Errorf("sentences: %w", err)
	}
	defer f.Close()
	return Read(f, path, c)
}

// Read reads sentences from r; name stands for the file in errors.
func Read(r io.Reader, name string, c Config) (*Set, error) {
	s := &Set{path: name}
	if err := s.read(r, c); err != nil {
		return nil, fmt.Errorf("sentences: %s: %w", name, err)
	}
	return s, nil
}

func (s *Set) read(r io.Reader, c Config) error {
	data, err := unpack(r)
	if err != nil {
		return err
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if len(bytes.TrimSpace(data)) == 0 {
		return errors.New("the file is empty")
	}
	if bytes.IndexByte(data[:min(len(data), 512)], 0) >= 0 {
		return errors.New("the file holds bytes of 0: it is UTF-16 or no text; want UTF-8")
	}
	if bytes.TrimSpace(data)[0] == '{' {
		err = s.readJSON(data, c)
	} else {
		err = s.readColumns(data, c)
	}
	if err != nil {
		return err
	}
	if len(s.sentences) == 0 {
		return errors.New("the file has no sentences")
	}
	return s.settle()
}

// unpack reads all of r, unpacked where it is packed by gzip.
func unpack(r io.Reader) ([]byte, error) {
	buf := bufio.NewReader(r)
	if head, _ := buf.Peek(2); len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		packed, err := io.ReadAll(io.LimitReader(buf, maxBytes+1))
		if err != nil {
			return nil, err
		}
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			return nil, fmt.Errorf("gzip: %w", err)
		}
		data, err := io.ReadAll(io.LimitReader(z, min(maxBytes, max(64<<20, int64(len(packed))*maxRatio))+1))
		if err != nil {
			return nil, fmt.Errorf("gzip: %w", err)
		}
		if len(data) > maxBytes || len(data) > 64<<20 && len(data) > len(packed)*maxRatio {
			return nil, fmt.Errorf("gzip: %d bytes inflate to %d and more, which is more than is believable", len(packed), len(data))
		}
		return data, nil
	}
	data, err := io.ReadAll(io.LimitReader(buf, maxBytes+1))
	if err == nil && len(data) > maxBytes {
		err = fmt.Errorf("more than %d bytes", maxBytes)
	}
	return data, err
}

// add takes a sentence, tags by column.
func (s *Set) add(line int, words []string, tags [][]string) error {
	if len(words) == 0 {
		return nil
	}
	if len(words) > MaxWords {
		return fmt.Errorf("line %d: a sentence of %d words, want at most %d: are the blank lines between sentences missing?", line, len(words), MaxWords)
	}
	s.sentences = append(s.sentences, Sentence{Line: line, Words: words, Tags: tags})
	return nil
}

// settle recognises the schemes of the columns, brings spans to IOB2 and lists the tags.
func (s *Set) settle() error {
	for c := range s.columns {
		var r tagging.Recogniser
		for _, of := range s.sentences {
			r.Add(of.Tags[c])
		}
		scheme := r.Scheme()
		s.schemes = append(s.schemes, scheme)
		illegal, line := 0, 0
		seen := map[string]bool{}
		for i := range s.sentences {
			of := &s.sentences[i]
			if scheme != tagging.NoScheme {
				if n := scheme.Illegal(of.Tags[c]); n > 0 {
					if illegal += n; line == 0 {
						line = of.Line
					}
				}
				of.Tags[c] = tagging.IOB2(len(of.Words), tagging.Runs(of.Tags[c]))
			}
			for _, tag := range of.Tags[c] {
				seen[tag] = true
			}
		}
		if scheme != tagging.NoScheme {
			s.columns[c].Spans = true
			s.guesses = append(s.guesses, fmt.Sprintf("%s: spans marked as in %s", s.columns[c].Name, scheme))
			// Every kind has both of its tags, whether or not a span has two words.
			for tag := range maps.Clone(seen) {
				if _, kind, ok := strings.Cut(tag, "-"); ok {
					seen["B-"+kind], seen["I-"+kind] = true, true
				}
			}
			seen["O"] = true
		}
		if illegal > 0 {
			s.notes = append(s.notes, fmt.Sprintf("%s: %d tags that %s does not allow where they stand, the first in the sentence of line %d: a span begins there", s.columns[c].Name, illegal, scheme, line))
		}
		for tag := range seen {
			s.columns[c].Tags = append(s.columns[c].Tags, tag)
		}
		slices.Sort(s.columns[c].Tags)
	}
	return nil
}

// Path returns where the file is, Format what it is.
func (s *Set) Path() string   { return s.path }
func (s *Set) Format() Format { return s.format }

// Columns returns the columns of tags that were read, the tags sorted.
func (s *Set) Columns() []tagging.Column { return s.columns }

// Sentences returns the sentences. They are not to be changed.
func (s *Set) Sentences() []Sentence { return s.sentences }

// Words counts the words.
func (s *Set) Words() (n int) {
	for _, of := range s.sentences {
		n += len(of.Words)
	}
	return n
}

// Guesses implements recipe.Data.
func (s *Set) Guesses() []string { return s.guesses }

// Notes implements recipe.Noter.
func (s *Set) Notes(context.Context) []string { return s.notes }

// Owned implements recipe.Owned: a file is the user's.
func (s *Set) Owned() bool { return true }

// Describe says for a card what the data is.
func (s *Set) Describe() string {
	return fmt.Sprintf("%s: %d sentences of %d words", filepath.Base(s.path), len(s.sentences), s.Words())
}

// Fingerprint is the SHA-256 of the words and tags.
func (s *Set) Fingerprint() string {
	h := sha256.New()
	write := func(texts []string) {
		fmt.Fprintf(h, "%d\n", len(texts))
		for _, t := range texts {
			io.WriteString(h, strconv.Quote(t)+"\n")
		}
	}
	for _, c := range s.columns {
		write([]string{c.Name})
	}
	for _, of := range s.sentences {
		write(of.Words)
		for _, tags := range of.Tags {
			write(tags)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
