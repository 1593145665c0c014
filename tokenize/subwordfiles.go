package tokenize

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/gorgonia-zoo/zoo/internal/strict"
)

// SubwordFiles are the contents of the files that Hugging Face keeps a
// tokenizer in, nil for one that is not there. Needed are Tokenizer, or Vocab,
// or VocabJSON and Merges; the first of these that is there counts.
type SubwordFiles struct {
	Tokenizer []byte // tokenizer.json: everything
	Vocab     []byte // vocab.txt: the pieces of a WordPiece, one a line
	VocabJSON []byte // vocab.json: the pieces of a BytePair and their ids
	Merges    []byte // merges.txt: its merges, one a line

	// What these settle beside the pieces goes before tokenizer.json, as it
	// does in transformers.
	Config  []byte // tokenizer_config.json
	Special []byte // special_tokens_map.json
	Added   []byte // added_tokens.json: tokens and their ids
}

// ReadSubword returns the tokenizer that files hold. What it would not follow
// to the letter is refused: other kinds of tokenizers, and settings that would
// change the ids and that it does not know.
func ReadSubword(files SubwordFiles) (Subword, error) {
	s, err := readSubword(files)
	if err != nil {
		return nil, fmt.Errorf("tokenize: %w", err)
	}
	return s, nil
}

func readSubword(files SubwordFiles) (Subword, error) {
	settings, err := readSettings(files)
	if err != nil {
		return nil, err
	}
	switch {
	case files.Tokenizer != nil:
		return readTokenizerJSON(files.Tokenizer, settings)
	case files.Vocab != nil:
		vocab, err := readVocabText(files.Vocab)
		if err != nil {
			return nil, fmt.Errorf("vocab.txt: %w", err)
		}
		cfg := BERT(true)
		if err := settings.wordPiece(&cfg); err != nil {
			return nil, err
		}
		if err := settings.special(&cfg.SubwordConfig, vocab, true); err != nil {
			return nil, err
		}
		return newWordPiece(vocab, cfg)
	case files.VocabJSON != nil && files.Merges != nil:
		vocab, err := readVocabJSON(files.VocabJSON)
		if err != nil {
			return nil, fmt.Errorf("vocab.json: %w", err)
		}
		merges, err := readMerges(files.Merges)
		if err != nil {
			return nil, fmt.Errorf("merges.txt: %w", err)
		}
		cfg := RoBERTa()
		if err := settings.bytePair(&cfg); err != nil {
			return nil, err
		}
		if err := settings.special(&cfg.SubwordConfig, vocab, true); err != nil {
			return nil, err
		}
		return newBytePair(vocab, merges, cfg)
	}
	return nil, fmt.Errorf("%w: no tokenizer.json, no vocab.txt, and not both vocab.json and merges.txt", ErrSubword)
}

// readVocabText reads vocab.txt: a piece a line, the first line with id 0.
func readVocabText(data []byte) ([]string, error) {
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("%w: not UTF-8", ErrSubword)
	}
	if n := bytes.Count(data, []byte("\n")); n > MaxSubwords {
		return nil, fmt.Errorf("%w: %d lines, want at most %d", ErrSubword, n, MaxSubwords)
	}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	for i, line := range lines {
		if lines[i] = strings.TrimSuffix(line, "\r"); lines[i] == "" {
			return nil, fmt.Errorf("%w: line %d is empty", ErrSubword, i+1)
		}
	}
	return lines, nil
}

// readVocabJSON reads an object of pieces and their ids, which must be 0, 1
// and so on.
func readVocabJSON(data []byte) ([]string, error) {
	var ids map[string]int32
	if err := strict.UnmarshalForeign(data, &ids); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSubword, err)
	}
	return inOrder(ids)
}

func inOrder(ids map[string]int32) ([]string, error) {
	if len(ids) > MaxSubwords {
		return nil, fmt.Errorf("%w: %d tokens, want at most %d", ErrSubword, len(ids), MaxSubwords)
	}
	vocab := make([]string, len(ids))
	for token, id := range ids {
		switch {
		case token == "":
			return nil, fmt.Errorf("%w: the token with the id %d is empty", ErrSubword, id)
		case id < 0 || int(id) >= len(vocab):
			return nil, fmt.Errorf("%w: token %.80q has the id %d, want 0 to %d without a hole", ErrSubword, token, id, len(vocab)-1)
		case vocab[id] != "":
			a, b := min(token, vocab[id]), max(token, vocab[id])
			return nil, fmt.Errorf("%w: tokens %.80q and %.80q both have the id %d", ErrSubword, a, b, id)
		}
		vocab[id] = token
	}
	return vocab, nil
}

// readMerges reads merges.txt: a line with the version, then a pair a line.
func readMerges(data []byte) ([][2]string, error) {
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("%w: not UTF-8", ErrSubword)
	}
	var merges [][2]string
	for i, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if strings.HasPrefix(line, "#version") || line == "" && i == 0 {
			continue
		}
		pair, err := splitPair(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		merges = append(merges, pair)
	}
	return merges, nil
}

func splitPair(line string) ([2]string, error) {
	a, b, ok := strings.Cut(line, " ")
	if !ok || a == "" || b == "" || strings.Contains(b, " ") {
		return [2]string{}, fmt.Errorf("%w: %.80q, want two pieces and a blank between them", ErrSubword, line)
	}
	return [2]string{a, b}, nil
}
