package seq2seq

import (
	"context"
	"fmt"
	"strings"

	"github.com/gorgonia-zoo/zoo/tokenize"
)

// Translator translates texts. It is safe for many goroutines as long as nothing trains
// its network meanwhile.
type Translator struct {
	network        *Network
	source, target *tokenize.BytePair
	settings       Settings
}

// Settings are what a translator does beside its network. They travel with it.
type Settings struct {
	Lowercase bool   `json:"lowercase,omitempty"`  // reads and writes lower case
	MaxTokens int    `json:"max_tokens,omitempty"` // of a source, which is cut there; 0 means DefaultMaxTokens
	Search    Search `json:"search,omitzero"`      // zero means DefaultSearch
}

// DefaultMaxTokens is where a source is cut: far more than a sentence has.
const DefaultMaxTokens = 256

func (s Settings) filled() (Settings, error) {
	if s.MaxTokens == 0 {
		s.MaxTokens = DefaultMaxTokens
	}
	if s.Search == (Search{}) {
		s.Search = DefaultSearch
	}
	if s.MaxTokens < 1 || s.MaxTokens > 1<<16 {
		return s, fmt.Errorf("seq2seq: max_tokens is %d, want 1 to 65536", s.MaxTokens)
	}
	return s, s.Search.Check()
}

// NewTranslator joins a network with its tokenizers, which tokenize.LearnBytePair made:
// one for both sides where the vocabulary is joint.
func NewTranslator(n *Network, source, target *tokenize.BytePair, s Settings) (*Translator, error) {
	for _, side := range []struct {
		name      string
		tokenizer *tokenize.BytePair
		vocab     int
	}{{"source", source, n.config.SourceVocab}, {"target", target, n.config.TargetVocab}} {
		if special := side.tokenizer.Special(); special.CLS != BOS || special.SEP != EOS {
			return nil, fmt.Errorf("seq2seq: %s tokenizer: special tokens %+v, want those of tokenize.LearnBytePair", side.name, special)
		}
		if side.tokenizer.Len() != side.vocab {
			return nil, fmt.Errorf("seq2seq: %s tokenizer of %d tokens for a network of %d", side.name, side.tokenizer.Len(), side.vocab)
		}
	}
	if n.config.Joint && source != target {
		return nil, fmt.Errorf("seq2seq: two tokenizers for a joint vocabulary")
	}
	s, err := s.filled()
	if err != nil {
		return nil, err
	}
	return &Translator{n, source, target, s}, nil
}

// Network returns the network, which the translator shares.
func (t *Translator) Network() *Network { return t.network }

// Settings returns what the translator does beside its network.
func (t *Translator) Settings() Settings { return t.settings }

// Source and Target return the tokenizers.
func (t *Translator) Source() *tokenize.BytePair { return t.source }
func (t *Translator) Target() *tokenize.BytePair { return t.target }

// Prepare is a text as the tokenizers read it: without blanks around it, and in lower
// case where the translator reads that.
func (s Settings) Prepare(text string) string {
	text = strings.TrimSpace(text)
	if s.Lowercase {
		text = strings.ToLower(text)
	}
	return text
}

// Encode appends the ids of text, without BOS and EOS, to dst, at most limit of them if
// that is above 0, and reports whether there are more.
func Encode(b *tokenize.BytePair, dst []int32, text string, limit int) ([]int32, bool) {
	if text == "" {
		return dst, false
	}
	if limit > 0 {
		limit += 2
	}
	from := len(dst)
	ids, cut := b.Encode(dst, text, limit)
	copy(ids[from:], ids[from+1:])
	return ids[:len(ids)-2], cut
}

// Translation is what a translator made of a text.
type Translation struct {
	Text  string
	Score float64 // of the search: by default the mean log p of its tokens
	// Tokens is how many tokens of the source were read, and Truncated whether it had
	// more or the translation was ended by the limit.
	Tokens    int
	Truncated bool
	Others    []Alternative // further translations, the best first
	Attention *Attention    // nil unless asked for
}

// Alternative is a translation that had a lower score.
type Alternative struct {
	Text  string
	Score float64
}

// Attention says where the decoder looked while it wrote each token.
type Attention struct {
	Source  []string    // tokens of the source, a blank before those that begin a word
	Target  []string    // of the translation, and what ends it
	Weights [][]float32 // by target token: probabilities of the source's tokens
}

// Options are how a call differs from the settings.
type Options struct {
	Beam      int  // 0: that of the settings
	Attention bool // fill Translation.Attention
}

// Translate translates one text, a sentence as a rule. A text without words has the
// translation "".
func (t *Translator) Translate(ctx context.Context, text string) (Translation, error) {
	all, err := t.TranslateAll(ctx, []string{text}, Options{})
	if err != nil {
		return Translation{}, err
	}
	return all[0], nil
}

// TranslateAll translates texts, in their order and the same as one by one.
func (t *Translator) TranslateAll(ctx context.Context, texts []string, o Options) ([]Translation, error) {
	search := t.settings.Search
	if o.Beam != 0 {
		search.Beam = o.Beam
	}
	out := make([]Translation, len(texts))
	var sources [][]int32
	var places []int
	for i, text := range texts {
		ids, cut := Encode(t.source, nil, t.settings.Prepare(text), t.settings.MaxTokens)
		out[i].Tokens, out[i].Truncated = len(ids), cut
		if len(ids) > 0 {
			sources, places = append(sources, ids), append(places, i)
		}
	}
	found, err := t.network.Translate(ctx, sources, search, o.Attention)
	if err != nil {
		return nil, err
	}
	for i, hypotheses := range found {
		to := &out[places[i]]
		for k, h := range hypotheses {
			text := strings.TrimSpace(t.target.Decode(h.IDs))
			if k > 0 {
				to.Others = append(to.Others, Alternative{text, h.Score})
				continue
			}
			to.Text, to.Score, to.Truncated = text, h.Score, to.Truncated || h.Cut
			if o.Attention {
				to.Attention = &Attention{Source: spelt(t.source, sources[i]), Target: spelt(t.target, h.IDs), Weights: h.Attention}
				if !h.Cut {
					to.Attention.Target = append(to.Attention.Target, tokenize.EndText)
				}
			}
		}
	}
	return out, nil
}

// spelt returns the texts of tokens.
func spelt(b *tokenize.BytePair, ids []int32) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		token, _ := b.Token(id)
		if out[i] = b.Decode(ids[i : i+1]); strings.HasPrefix(token, "Ġ") {
			out[i] = " " + out[i]
		}
	}
	return out
}
