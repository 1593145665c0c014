package tokenize

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo/internal/strict"
)

// templateJSON is a place of a TemplateProcessing: one of both.
type templateJSON struct {
	SpecialToken *struct {
		ID   string `json:"id"`
		Type int32  `json:"type_id"`
	}
	Sequence *struct {
		ID   string `json:"id"`
		Type int32  `json:"type_id"`
	}
}

// tokenJSON is a token and its id in one array.
type tokenJSON struct {
	token string
	id    int32
}

func (t *tokenJSON) UnmarshalJSON(data []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	if len(parts) != 2 {
		return fmt.Errorf("%d values, want a token and its id", len(parts))
	}
	if err := json.Unmarshal(parts[0], &t.token); err != nil {
		return err
	}
	return json.Unmarshal(parts[1], &t.id)
}

// postProcessor reads what surrounds texts, and leaves cfg as it is where
// tokenizer.json says nothing about that.
func (t *tokenizerJSON) postProcessor(cfg *SubwordConfig) error {
	var single, pair []Slot
	var ids map[string]int32
	var err error
	switch kind := typeOf(t.PostProcessor); kind {
	case "TemplateProcessing":
		single, pair, ids, err = readTemplate(t.PostProcessor)
	case "BertProcessing", "RobertaProcessing":
		var x struct {
			Type   string    `json:"type"`
			SEP    tokenJSON `json:"sep"`
			CLS    tokenJSON `json:"cls"`
			Trim   bool      `json:"trim_offsets"` // these two decide no id
			Prefix bool      `json:"add_prefix_space"`
		}
		if err = strict.UnmarshalForeign(t.PostProcessor, &x); err == nil {
			frame := bertFrame
			if kind == "RobertaProcessing" {
				frame = robertaFrame
			}
			single, pair = frame(x.CLS.token, x.SEP.token)
			ids = map[string]int32{x.CLS.token: x.CLS.id, x.SEP.token: x.SEP.id}
		}
	default:
		err = fmt.Errorf("type %.80q, want TemplateProcessing, BertProcessing or RobertaProcessing", kind)
	}
	if err != nil {
		return partError("post_processor", err)
	}
	cfg.Single, cfg.Pair = single, pair
	for _, s := range slices.Concat(single, pair) {
		id, ok := ids[s.Token]
		if s.Text == 0 && !ok {
			return partError("post_processor", fmt.Errorf("token %.80q without an id", s.Token))
		}
		if s.Text == 0 && !t.has(s.Token, id) {
			return partError("post_processor", fmt.Errorf("token %.80q has the id %d, which is not its own", s.Token, id))
		}
	}
	return nil
}

// has tells whether a token has this id: a special token is always among the
// added ones, or in the vocabulary of the model.
func (t *tokenizerJSON) has(token string, id int32) bool {
	for _, a := range t.AddedTokens {
		if a.Content == token {
			return a.ID == id
		}
	}
	var m struct {
		Vocab map[string]json.RawMessage `json:"vocab"`
	}
	return json.Unmarshal(t.Model, &m) == nil && string(m.Vocab[token]) == fmt.Sprint(id)
}

func readTemplate(raw json.RawMessage) (single, pair []Slot, ids map[string]int32, err error) {
	var x struct {
		Type   string         `json:"type"`
		Single []templateJSON `json:"single"`
		Pair   []templateJSON `json:"pair"`
		Tokens map[string]struct {
			ID     string   `json:"id"`
			IDs    []int32  `json:"ids"`
			Tokens []string `json:"tokens"`
		} `json:"special_tokens"`
	}
	if err := strict.UnmarshalForeign(raw, &x); err != nil {
		return nil, nil, nil, err
	}
	ids = map[string]int32{}
	for name, t := range x.Tokens {
		if t.ID != name || len(t.IDs) != 1 || len(t.Tokens) != 1 || t.Tokens[0] != name {
			return nil, nil, nil, fmt.Errorf("special token %.80q stands for %.80q, want itself", name, t.Tokens)
		}
		ids[name] = t.IDs[0]
	}
	if single, err = templateSlots(x.Single); err == nil {
		pair, err = templateSlots(x.Pair)
	}
	return single, pair, ids, err
}

func templateSlots(template []templateJSON) ([]Slot, error) {
	slots := make([]Slot, len(template))
	for i, place := range template {
		switch token, text := place.SpecialToken, place.Sequence; {
		case token != nil && text == nil:
			slots[i] = Slot{Token: token.ID, Type: token.Type}
		case text != nil && token == nil && text.ID == "A":
			slots[i] = Slot{Text: 1, Type: text.Type}
		case text != nil && token == nil && text.ID == "B":
			slots[i] = Slot{Text: 2, Type: text.Type}
		default:
			return nil, fmt.Errorf("place %d of a template is neither a token nor the text A or B", i)
		}
	}
	return slots, nil
}
