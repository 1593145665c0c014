package tokenize

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// WordPieceConfig is what decides the pieces of a text, together with the
// vocabulary. [BERT] returns the usual one.
type WordPieceConfig struct {
	CleanText       bool `json:"clean_text"`           // drop controls, white space becomes blanks
	SpaceIdeographs bool `json:"handle_chinese_chars"` // each Chinese character is a word
	Lowercase       bool `json:"lowercase"`
	// StripAccents drops combining marks, those of letters such as é
	// included. Nil means as Lowercase says.
	StripAccents *bool `json:"strip_accents"`

	Prefix   string `json:"continuing_subword_prefix"` // of pieces within a word
	MaxChars int    `json:"max_input_chars_per_word"`  // longer words are unknown

	SubwordConfig
}

func (c WordPieceConfig) stripsAccents() bool {
	if c.StripAccents != nil {
		return *c.StripAccents
	}
	return c.Lowercase
}

// BERT returns the settings of BERT's tokenizers.
func BERT(lowercase bool) WordPieceConfig {
	return WordPieceConfig{
		CleanText: true, SpaceIdeographs: true, Lowercase: lowercase, Prefix: "##", MaxChars: 100,
		SubwordConfig: SubwordConfig{CLS: "[CLS]", SEP: "[SEP]", PAD: "[PAD]", UNK: "[UNK]", Mask: "[MASK]"},
	}
}

// WordPiece is the tokenizer of BERT (Devlin et al. 2019, arXiv:1810.04805;
// Wu et al. 2016, arXiv:1609.08144, section 4.1): a text is normalised, broken
// at white space and punctuation, and each word cut into the longest pieces
// that the vocabulary has, from its beginning on. A word that cannot be cut so
// is unknown as a whole.
type WordPiece struct {
	subword
	cfg        WordPieceConfig
	normalizer *normalizer
	normalized *addedTokens // found in the normalised text
	ascii      [utf8.RuneSelf]uint8
	whole      *trie // pieces that begin a word
	rest       *trie // and those within one
}

var _ Subword = (*WordPiece)(nil)

// What a byte of normalised text is to the word breaker.
const (
	inWord uint8 = iota
	between
	alone
)

// NewWordPiece returns a tokenizer whose pieces are vocab, in the order of
// their ids.
func NewWordPiece(vocab []string, cfg WordPieceConfig) (*WordPiece, error) {
	p, err := newWordPiece(vocab, cfg)
	if err != nil {
		return nil, fmt.Errorf("tokenize: %w", err)
	}
	return p, nil
}

func newWordPiece(vocab []string, cfg WordPieceConfig) (*WordPiece, error) {
	if cfg.MaxChars < 1 || cfg.MaxChars > 1<<16 {
		return nil, fmt.Errorf("%w: words of at most %d characters, want 1 to %d", ErrSubword, cfg.MaxChars, 1<<16)
	}
	p := &WordPiece{cfg: cfg, normalizer: newNormalizer(cfg)}
	if err := p.frame(vocab, &p.cfg.SubwordConfig, bertFrame); err != nil {
		return nil, err
	}
	if p.special.UNK < 0 || int(p.special.UNK) >= len(vocab) {
		return nil, fmt.Errorf("%w: the vocabulary lacks %q, which unknown words become", ErrSubword, cfg.UNK)
	}
	p.cutter = p
	var raw, normalized []AddedToken
	for _, t := range p.cfg.Added {
		if t.Normalized {
			var m normal
			p.normalizer.append(&m, t.Content, 0, nil)
			t.Content = string(m.text)
			normalized = append(normalized, t)
		} else {
			raw = append(raw, t)
		}
	}
	var err error
	if p.added, err = newAddedTokens(raw); err != nil {
		return nil, err
	}
	if p.normalized, err = newAddedTokens(normalized); err != nil {
		return nil, err
	}

	// The reference looks for the prefix and the rest of a word together, so
	// a piece that has the prefix can begin a word too, if a word begins so.
	whole, rest := []string(nil), []string(nil)
	var wholeIDs, restIDs []int32
	for id, token := range vocab {
		whole, wholeIDs = append(whole, token), append(wholeIDs, int32(id))
		if tail, ok := strings.CutPrefix(token, cfg.Prefix); ok && tail != "" {
			rest, restIDs = append(rest, tail), append(restIDs, int32(id))
		}
	}
	p.whole, p.rest = newTrie(whole, wholeIDs), newTrie(rest, restIDs)
	for c := range p.ascii {
		switch f := p.normalizer.of(rune(c)); {
		case f&runeSpace != 0:
			p.ascii[c] = between
		case f&runePunctuation != 0:
			p.ascii[c] = alone
		}
	}
	return p, nil
}

// Config returns what the tokenizer was made with.
func (p *WordPiece) Config() WordPieceConfig { return p.cfg }

// cut implements cutter. Blanks separate whatever stands around them, so a
// long text is taken in parts, of which those beyond w.full are never looked
// at.
func (p *WordPiece) cut(w *subwork, text string, base int) {
	const part = 1 << 12
	for len(text) > 0 && len(w.ids) < w.full && !w.pace.stop(0) {
		n := len(text)
		if n > part && p.normalized == nil {
			if i := strings.IndexByte(text[part:], ' '); i >= 0 {
				n = part + i
			}
		}
		w.normal.reset(w.track)
		p.normalizer.append(&w.normal, text[:n], base, w.pace)
		p.parts(w)
		text, base = text[n:], base+n
	}
}

// parts finds the added tokens of the normalised text and cuts the rest.
func (p *WordPiece) parts(w *subwork) {
	if p.normalized == nil {
		p.words(w, 0, len(w.normal.text))
		return
	}
	p.normalized.split(string(w.normal.text), func(begin, end int, id int32) bool {
		if id < 0 {
			p.words(w, begin, end)
		} else {
			p.add(w, id, begin, end)
		}
		return len(w.ids) < w.full && !w.pace.stop(0)
	}, w.pace)
}

// add appends a piece that stands in the normalised text.
func (p *WordPiece) add(w *subwork, id int32, begin, end int) {
	if w.track {
		w.add(id, w.normal.begin[begin], w.normal.end[end-1])
	} else {
		w.ids = append(w.ids, id)
	}
}

// words breaks a part of the normalised text into words and cuts them.
func (p *WordPiece) words(w *subwork, begin, end int) {
	text := w.normal.text[:end]
	start, chars := begin, 0 // of the word that is being read
	for i := begin; i < end; {
		kind, size := inWord, 1
		if c := text[i]; c < utf8.RuneSelf {
			kind = p.ascii[c]
		} else {
			var r rune
			r, size = utf8.DecodeRune(text[i:])
			if f := p.normalizer.of(r); f&runeSpace != 0 {
				kind = between
			} else if f&runePunctuation != 0 {
				kind = alone
			}
		}
		if kind == inWord {
			i += size
			if chars++; chars%paceBytes == 0 && w.pace.stop(paceBytes) {
				return
			}
			continue
		}
		if w.pace.stop(i + size - start) {
			return
		}
		p.word(w, start, i, chars)
		if kind == alone {
			p.word(w, i, i+size, 1)
		}
		i += size
		start, chars = i, 0
		if len(w.ids) >= w.full {
			return
		}
	}
	p.word(w, start, end, chars)
}

// word cuts the word in the normalised text between begin and end.
func (p *WordPiece) word(w *subwork, begin, end, chars int) {
	if begin == end {
		return
	}
	mark := len(w.ids)
	if chars <= p.cfg.MaxChars {
		t := p.whole
		for at := begin; ; t = p.rest {
			id, size := longest(t, w.normal.text[at:end])
			if size == 0 {
				break
			}
			p.add(w, id, at, at+size)
			if at += size; at == end {
				return
			}
		}
	}
	w.ids = w.ids[:mark]
	if w.track {
		w.pieces = w.pieces[:mark]
	}
	p.add(w, p.special.UNK, begin, end)
}

// MaxSubwords is the largest number of tokens a Subword may have: twice that of
// the largest multilingual encoders.
const MaxSubwords = 1 << 21
