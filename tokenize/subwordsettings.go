package tokenize

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/gorgonia-zoo/zoo/internal/strict"
)

// settings are what the files beside tokenizer.json and the vocabularies say.
type settings struct {
	config map[string]json.RawMessage // tokenizer_config.json, and what special_tokens_map.json has beyond it
	added  []AddedToken
}

func readSettings(files SubwordFiles) (*settings, error) {
	s := &settings{config: map[string]json.RawMessage{}}
	for _, f := range []struct {
		name string
		data []byte
	}{{"tokenizer_config.json", files.Config}, {"special_tokens_map.json", files.Special}} {
		if f.data == nil {
			continue
		}
		var m map[string]json.RawMessage
		if err := strict.UnmarshalForeign(f.data, &m); err != nil {
			return nil, fmt.Errorf("%s: %w: %w", f.name, ErrSubword, err)
		}
		for key, value := range m {
			if _, ok := s.config[key]; !ok {
				s.config[key] = value
			}
		}
	}
	if files.Added != nil {
		var ids map[string]int32
		if err := strict.UnmarshalForeign(files.Added, &ids); err != nil {
			return nil, fmt.Errorf("added_tokens.json: %w: %w", ErrSubword, err)
		}
		for token, id := range ids {
			s.added = append(s.added, AddedToken{ID: id, Content: token, Normalized: true})
		}
		slices.SortFunc(s.added, func(a, b AddedToken) int { return int(a.ID) - int(b.ID) })
	}
	side := "right"
	if err := s.get("truncation_side", &side); err != nil {
		return nil, err
	}
	if side != "right" {
		return nil, fmt.Errorf("tokenizer_config.json: %w: truncation_side is %.80q, want right", ErrSubword, side)
	}
	var decoder map[string]json.RawMessage
	if err := s.get("added_tokens_decoder", &decoder); err != nil {
		return nil, err
	}
	for key, value := range decoder {
		id, err := strconv.ParseInt(key, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("tokenizer_config.json: added_tokens_decoder: %w: %.80q, want an id", ErrSubword, key)
		}
		var t addedJSON
		if err := strict.UnmarshalForeign(value, &t); err != nil {
			return nil, fmt.Errorf("tokenizer_config.json: added_tokens_decoder: %d: %w: %w", id, ErrSubword, err)
		}
		t.ID = int32(id)
		token, err := t.token()
		if err != nil {
			return nil, fmt.Errorf("tokenizer_config.json: added_tokens_decoder: %w", err)
		}
		s.add(token)
	}
	return s, nil
}

// add enters a token, in place of the one with the same content if there is
// one.
func (s *settings) add(t AddedToken) {
	s.added = slices.DeleteFunc(s.added, func(a AddedToken) bool { return a.Content == t.Content })
	s.added = append(s.added, t)
}

// get reads the value of key into v, which stays as it is for null and for a
// key that is not there.
func (s *settings) get(key string, v any) error {
	raw, ok := s.config[key]
	if !ok || string(raw) == "null" {
		return nil
	}
	if err := strict.UnmarshalForeign(raw, v); err != nil {
		return fmt.Errorf("tokenizer_config.json: %s: %w: %w", key, ErrSubword, err)
	}
	return nil
}

// wordPiece puts what the files say about a WordPiece into cfg.
func (s *settings) wordPiece(cfg *WordPieceConfig) error {
	basic := true
	var never []string
	for _, f := range []struct {
		key string
		v   any
	}{{"do_lower_case", &cfg.Lowercase}, {"tokenize_chinese_chars", &cfg.SpaceIdeographs}, {"strip_accents", &cfg.StripAccents},
		{"do_basic_tokenize", &basic}, {"never_split", &never}} {
		if err := s.get(f.key, f.v); err != nil {
			return err
		}
	}
	if !basic || len(never) > 0 {
		return fmt.Errorf("tokenizer_config.json: %w: do_basic_tokenize %v and never_split %.80q, want true and none", ErrSubword, basic, never)
	}
	return nil
}

// bytePair puts what the files say about a BytePair into cfg.
func (s *settings) bytePair(cfg *BytePairConfig) error {
	return s.get("add_prefix_space", &cfg.PrefixSpace)
}

// special puts the special tokens that the files name into cfg, and the added
// tokens beside those that cfg has. Usual special tokens that the vocabulary
// lacks are dropped; those that are there are found in texts if find.
func (s *settings) special(cfg *SubwordConfig, vocab []string, find bool) error {
	ids := make(map[string]int32, len(vocab))
	for id, token := range vocab {
		ids[token] = int32(id)
	}
	for _, t := range slices.Concat(cfg.Added, s.added) {
		ids[t.Content] = t.ID
	}
	listed := s.added
	s.added = slices.Clone(cfg.Added)
	for _, special := range []struct {
		key   string
		token *string
	}{{"cls_token", &cfg.CLS}, {"sep_token", &cfg.SEP}, {"pad_token", &cfg.PAD}, {"unk_token", &cfg.UNK}, {"mask_token", &cfg.Mask}} {
		t := addedJSON{Content: *special.token, Special: true}
		raw := s.config[special.key]
		switch named := len(raw) > 0 && string(raw) != "null"; {
		case named && raw[0] == '{':
			t = addedJSON{}
			if err := s.get(special.key, &t); err != nil {
				return err
			}
			t.Special = true
		case named:
			if err := s.get(special.key, &t.Content); err != nil {
				return err
			}
		}
		id, ok := ids[t.Content]
		if *special.token = t.Content; !ok {
			if len(raw) > 0 {
				return fmt.Errorf("tokenizer_config.json: %s: %w: the vocabulary lacks %.80q", special.key, ErrSubword, t.Content)
			}
			*special.token = ""
			continue
		}
		if find {
			t.ID = id
			token, err := t.token()
			if err != nil {
				return fmt.Errorf("tokenizer_config.json: %s: %w", special.key, err)
			}
			s.add(token)
		}
	}
	for _, t := range listed {
		s.add(t)
	}
	cfg.Added = s.added
	return nil
}
