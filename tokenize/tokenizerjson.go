package tokenize

import (
	"encoding/json"
	"fmt"

	"github.com/gorgonia-zoo/zoo/internal/strict"
)

// tokenizerJSON is tokenizer.json. Parts that may be null are raw.
type tokenizerJSON struct {
	Version       string          `json:"version"`
	Truncation    json.RawMessage `json:"truncation"`
	Padding       json.RawMessage `json:"padding"` // texts are not padded here
	AddedTokens   []addedJSON     `json:"added_tokens"`
	Normalizer    json.RawMessage `json:"normalizer"`
	PreTokenizer  json.RawMessage `json:"pre_tokenizer"`
	PostProcessor json.RawMessage `json:"post_processor"`
	Decoder       json.RawMessage `json:"decoder"` // decides no id
	Model         json.RawMessage `json:"model"`
}

// addedJSON is an added token as all files write it.
type addedJSON struct {
	Type       string `json:"__type"`
	ID         int32  `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	LStrip     bool   `json:"lstrip"`
	RStrip     bool   `json:"rstrip"`
	Normalized bool   `json:"normalized"`
	Special    bool   `json:"special"`
}

func (a addedJSON) token() (AddedToken, error) {
	if a.SingleWord {
		return AddedToken{}, fmt.Errorf("%w: added token %.80q is to be a word by itself (single_word), which is not supported", ErrSubword, a.Content)
	}
	return AddedToken{ID: a.ID, Content: a.Content, LStrip: a.LStrip, RStrip: a.RStrip, Normalized: a.Normalized, Special: a.Special}, nil
}

type wordPieceJSON struct {
	Type     string           `json:"type"`
	UNK      string           `json:"unk_token"`
	Prefix   string           `json:"continuing_subword_prefix"`
	MaxChars int              `json:"max_input_chars_per_word"`
	Vocab    map[string]int32 `json:"vocab"`
}

type bytePairJSON struct {
	Type         string            `json:"type"`
	Dropout      *float64          `json:"dropout"`
	UNK          *string           `json:"unk_token"`
	Prefix       *string           `json:"continuing_subword_prefix"`
	Suffix       *string           `json:"end_of_word_suffix"`
	FuseUNK      bool              `json:"fuse_unk"`
	ByteFallback bool              `json:"byte_fallback"`
	IgnoreMerges bool              `json:"ignore_merges"`
	Vocab        map[string]int32  `json:"vocab"`
	Merges       []json.RawMessage `json:"merges"` // pairs, or both in one string
}

// partError names the part of tokenizer.json at fault.
func partError(part string, err error) error {
	return fmt.Errorf("tokenizer.json: %s: %w: %w", part, ErrSubword, err)
}

// typeOf returns the "type" of a part, "" for null and for a part without one.
func typeOf(raw json.RawMessage) string {
	var t struct {
		Type string `json:"type"`
	}
	_ = json.Unmarshal(raw, &t) // what is wrong with it is said when all of it is read
	return t.Type
}

func readTokenizerJSON(data []byte, s *settings) (Subword, error) {
	var t tokenizerJSON
	if err := strict.UnmarshalForeign(data, &t); err != nil {
		return nil, fmt.Errorf("tokenizer.json: %w: %w", ErrSubword, err)
	}
	if t.Version != "1.0" {
		return nil, partError("version", fmt.Errorf("%.80q, want 1.0", t.Version))
	}
	var common SubwordConfig
	for _, a := range t.AddedTokens {
		token, err := a.token()
		if err != nil {
			return nil, fmt.Errorf("tokenizer.json: %w", err)
		}
		common.Added = append(common.Added, token)
	}
	if err := t.truncation(&common); err != nil {
		return nil, err
	}
	if err := t.postProcessor(&common); err != nil {
		return nil, err
	}
	kind := typeOf(t.Model)
	if kind == "" { // files of old versions
		var keys map[string]json.RawMessage
		if json.Unmarshal(t.Model, &keys) == nil && keys["max_input_chars_per_word"] != nil {
			kind = "WordPiece"
		}
	}
	switch kind {
	case "WordPiece":
		return t.wordPiece(common, s)
	case "BPE":
		return t.bytePair(common, s)
	}
	return nil, partError("model", fmt.Errorf("type %.80q, want WordPiece or BPE", kind))
}

func (t *tokenizerJSON) wordPiece(common SubwordConfig, s *settings) (Subword, error) {
	m := wordPieceJSON{UNK: "[UNK]", Prefix: "##", MaxChars: 100}
	if err := strict.UnmarshalForeign(t.Model, &m); err != nil {
		return nil, partError("model", err)
	}
	vocab, err := inOrder(m.Vocab)
	if err != nil {
		return nil, fmt.Errorf("tokenizer.json: model: %w", err)
	}
	n := struct {
		Type       string `json:"type"`
		Clean      bool   `json:"clean_text"`
		Ideographs bool   `json:"handle_chinese_chars"`
		Strip      *bool  `json:"strip_accents"`
		Lower      bool   `json:"lowercase"`
	}{Clean: true, Ideographs: true, Lower: true}
	if kind := typeOf(t.Normalizer); kind != "BertNormalizer" {
		return nil, partError("normalizer", fmt.Errorf("type %.80q, want BertNormalizer", kind))
	}
	if err := strict.UnmarshalForeign(t.Normalizer, &n); err != nil {
		return nil, partError("normalizer", err)
	}
	if kind := typeOf(t.PreTokenizer); kind != "BertPreTokenizer" {
		return nil, partError("pre_tokenizer", fmt.Errorf("type %.80q, want BertPreTokenizer", kind))
	}
	cfg := BERT(n.Lower)
	cfg.CleanText, cfg.SpaceIdeographs, cfg.StripAccents, cfg.Prefix, cfg.MaxChars = n.Clean, n.Ideographs, n.Strip, m.Prefix, m.MaxChars
	if err := s.wordPiece(&cfg); err != nil {
		return nil, err
	}
	cfg.Added, cfg.Single, cfg.Pair, cfg.Limit = common.Added, common.Single, common.Pair, common.Limit
	if err := s.special(&cfg.SubwordConfig, vocab, false); err != nil {
		return nil, err
	}
	cfg.UNK = m.UNK
	return newWordPiece(vocab, cfg)
}

func (t *tokenizerJSON) bytePair(common SubwordConfig, s *settings) (Subword, error) {
	var m bytePairJSON
	if err := strict.UnmarshalForeign(t.Model, &m); err != nil {
		return nil, partError("model", err)
	}
	if m.Dropout != nil && *m.Dropout != 0 || m.Prefix != nil && *m.Prefix != "" || m.Suffix != nil && *m.Suffix != "" || m.ByteFallback || m.IgnoreMerges {
		return nil, partError("model", fmt.Errorf("dropout, continuing_subword_prefix, end_of_word_suffix, byte_fallback and ignore_merges are not supported"))
	}
	vocab, err := inOrder(m.Vocab)
	if err != nil {
		return nil, fmt.Errorf("tokenizer.json: model: %w", err)
	}
	merges := make([][2]string, len(m.Merges))
	for i, raw := range m.Merges {
		var line string
		var pair []string
		switch {
		case json.Unmarshal(raw, &line) == nil:
			merges[i], err = splitPair(line)
		case json.Unmarshal(raw, &pair) == nil && len(pair) == 2:
			merges[i] = [2]string(pair)
		default:
			err = fmt.Errorf("%w: %.80q, want two pieces", ErrSubword, raw)
		}
		if err != nil {
			return nil, fmt.Errorf("tokenizer.json: model: merge %d: %w", i, err)
		}
	}
	if t.Normalizer != nil && string(t.Normalizer) != "null" {
		return nil, partError("normalizer", fmt.Errorf("type %.80q, want none", typeOf(t.Normalizer)))
	}
	p := struct {
		Type   string `json:"type"`
		Prefix bool   `json:"add_prefix_space"`
		Trim   bool   `json:"trim_offsets"` // decides no id
		Regex  bool   `json:"use_regex"`
	}{Prefix: true, Regex: true}
	if kind := typeOf(t.PreTokenizer); kind != "ByteLevel" {
		return nil, partError("pre_tokenizer", fmt.Errorf("type %.80q, want ByteLevel", kind))
	}
	if err := strict.UnmarshalForeign(t.PreTokenizer, &p); err != nil {
		return nil, partError("pre_tokenizer", err)
	}
	if !p.Regex {
		return nil, partError("pre_tokenizer", fmt.Errorf("use_regex is false, want true"))
	}
	cfg := RoBERTa()
	cfg.PrefixSpace = p.Prefix
	if err := s.bytePair(&cfg); err != nil {
		return nil, err
	}
	cfg.Added, cfg.Single, cfg.Pair, cfg.Limit = common.Added, common.Single, common.Pair, common.Limit
	if err := s.special(&cfg.SubwordConfig, vocab, false); err != nil {
		return nil, err
	}
	return newBytePair(vocab, merges, cfg)
}

// truncation reads the greatest length, if there is one.
func (t *tokenizerJSON) truncation(cfg *SubwordConfig) error {
	if t.Truncation == nil || string(t.Truncation) == "null" {
		return nil
	}
	x := struct {
		Direction string `json:"direction"`
		Max       int32  `json:"max_length"`
		Strategy  string `json:"strategy"`
		Stride    int    `json:"stride"` // of further parts, which are not made
	}{Direction: "Right"}
	if err := strict.UnmarshalForeign(t.Truncation, &x); err != nil {
		return partError("truncation", err)
	}
	if x.Direction != "Right" || x.Max < 0 {
		return partError("truncation", fmt.Errorf("direction %.80q and max_length %d, want Right and 0 or more", x.Direction, x.Max))
	}
	cfg.Limit = int(x.Max)
	return nil
}
