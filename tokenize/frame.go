package tokenize

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// maxSubword is the length of the longest token of a Subword, in bytes.
const maxSubword = 1 << 10

// bertFrame is [CLS] A [SEP] and [CLS] A [SEP] B [SEP], B and what follows
// being of type 1.
func bertFrame(cls, sep string) (single, pair []Slot) {
	single = []Slot{{Token: cls}, {Text: 1}, {Token: sep}}
	return single, append(slices.Clone(single), Slot{Text: 2, Type: 1}, Slot{Token: sep, Type: 1})
}

// robertaFrame is <s> A </s> and <s> A </s></s> B </s>, all of type 0.
func robertaFrame(cls, sep string) (single, pair []Slot) {
	single = []Slot{{Token: cls}, {Text: 1}, {Token: sep}}
	return single, append(slices.Clone(single), Slot{Token: sep}, Slot{Text: 2}, Slot{Token: sep})
}

// frame fills in what does not depend on how texts are cut, but for s.added:
// the vocabulary, to which the added tokens may add the ids that follow it,
// the special tokens and what surrounds texts. cfg gets what nil fields mean.
func (s *subword) frame(vocab []string, cfg *SubwordConfig, usual func(cls, sep string) (single, pair []Slot)) error {
	if n := len(vocab) + len(cfg.Added); n > MaxSubwords {
		return fmt.Errorf("%w: %d tokens, want at most %d", ErrSubword, n, MaxSubwords)
	}
	s.tokens, s.ids = slices.Clone(vocab), make(map[string]int32, len(vocab)+len(cfg.Added))
	for id, token := range vocab {
		if err := s.enter(id, token); err != nil {
			return err
		}
	}
	cfg.Added = slices.Clone(cfg.Added)
	slices.SortFunc(cfg.Added, func(a, b AddedToken) int { return int(a.ID) - int(b.ID) })
	for i, t := range cfg.Added {
		if t.ID < 0 || i > 0 && t.ID == cfg.Added[i-1].ID {
			return fmt.Errorf("%w: added token %.80q has the id %d, want one of its own", ErrSubword, t.Content, t.ID)
		}
		switch known, ok := s.ids[t.Content]; {
		case ok && known == t.ID:
		case !ok && int(t.ID) == len(s.tokens):
			s.tokens = append(s.tokens, t.Content)
			if err := s.enter(int(t.ID), t.Content); err != nil {
				return err
			}
		case ok:
			return fmt.Errorf("%w: added token %.80q has the id %d, in the vocabulary it has %d", ErrSubword, t.Content, t.ID, known)
		case int(t.ID) < len(s.tokens):
			return fmt.Errorf("%w: added token %.80q has the id %d, which is that of %.80q", ErrSubword, t.Content, t.ID, s.tokens[t.ID])
		default:
			return fmt.Errorf("%w: added token %.80q has the id %d, which leaves a hole from %d", ErrSubword, t.Content, t.ID, len(s.tokens))
		}
	}
	if cfg.Limit < 0 {
		return fmt.Errorf("%w: limit %d, want 0 or more", ErrSubword, cfg.Limit)
	}
	s.limit = cfg.Limit
	for _, special := range []struct {
		token string
		id    *int32
	}{{cfg.CLS, &s.special.CLS}, {cfg.SEP, &s.special.SEP}, {cfg.PAD, &s.special.PAD}, {cfg.UNK, &s.special.UNK}, {cfg.Mask, &s.special.Mask}} {
		*special.id = -1
		if special.token == "" {
			continue
		}
		var ok bool
		if *special.id, ok = s.ids[special.token]; !ok {
			return fmt.Errorf("%w: the vocabulary lacks the special token %.80q", ErrSubword, special.token)
		}
	}
	single, pair := usual(cfg.CLS, cfg.SEP)
	if cfg.Single == nil {
		cfg.Single = single
	}
	if cfg.Pair == nil {
		cfg.Pair = pair
	}
	var err error
	if s.single, err = s.slots(cfg.Single, 1); err != nil {
		return fmt.Errorf("what surrounds a text: %w", err)
	}
	if s.pair, err = s.slots(cfg.Pair, 2); err != nil {
		return fmt.Errorf("what surrounds two texts: %w", err)
	}
	return nil
}

// enter gives a token its id.
func (s *subword) enter(id int, token string) error {
	if token == "" || len(token) > maxSubword || !utf8.ValidString(token) {
		return fmt.Errorf("%w: token %d is %.80q, want text of 1 to %d bytes", ErrSubword, id, token, maxSubword)
	}
	if first, ok := s.ids[token]; ok {
		return fmt.Errorf("%w: tokens %d and %d are both %.80q", ErrSubword, first, id, token)
	}
	s.ids[token] = int32(id)
	return nil
}

// slots checks a frame, in which each text must stand once and in order.
func (s *subword) slots(frame []Slot, texts int) ([]slot, error) {
	const most = 16 // tokens around texts
	if len(frame) > most {
		return nil, fmt.Errorf("%w: %d places, want at most %d", ErrSubword, len(frame), most)
	}
	out := make([]slot, len(frame))
	text := 0
	for i, f := range frame {
		if f.Type < 0 || f.Type > 1 {
			return nil, fmt.Errorf("%w: type %d, want 0 or 1", ErrSubword, f.Type)
		}
		switch id, ok := s.ids[f.Token]; {
		case f.Text == 0 && ok:
			out[i] = slot{id, f.Type}
		case f.Text == 0:
			return nil, fmt.Errorf("%w: the vocabulary lacks %.80q", ErrSubword, f.Token)
		case f.Token != "" || f.Text != text+1:
			return nil, fmt.Errorf("%w: place %d is %+v, want a token or text %d", ErrSubword, i, f, text+1)
		default:
			text++
			out[i] = slot{int32(-f.Text), f.Type}
		}
	}
	if text != texts {
		return nil, fmt.Errorf("%w: %d texts, want %d", ErrSubword, text, texts)
	}
	return out, nil
}
