package tokenize

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// tinyWordPiece is a tokenizer.json with marks where cases change it.
const tinyWordPiece = `{"version":"1.0","truncation":{"direction":"Right","max_length":128,"strategy":"LongestFirst","stride":0},"padding":null,
"added_tokens":[{"id":0,"content":"[PAD]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
{"id":5,"content":"Café","single_word":false,"lstrip":false,"rstrip":false,"normalized":true,"special":false}],
"normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},
"pre_tokenizer":{"type":"BertPreTokenizer"},
"post_processor":{"type":"TemplateProcessing",
"single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}}],
"pair":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}},{"Sequence":{"id":"B","type_id":1}},{"SpecialToken":{"id":"[SEP]","type_id":1}}],
"special_tokens":{"[CLS]":{"id":"[CLS]","ids":[2],"tokens":["[CLS]"]},"[SEP]":{"id":"[SEP]","ids":[3],"tokens":["[SEP]"]}}},
"decoder":{"type":"WordPiece","prefix":"##","cleanup":true},
"model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"a":4}}}`

func TestTinyWordPiece(t *testing.T) {
	s := readSubwordFiles(t, SubwordFiles{Tokenizer: []byte(tinyWordPiece)})
	ids, _ := s.Encode(nil, "a CAFÉ [PAD] x", 0)
	if got, want := fmt.Sprint(ids), "[2 4 5 0 1 3]"; got != want {
		t.Errorf("ids %v, want %v", got, want)
	}
	if s.Limit() != 128 || s.Len() != 6 {
		t.Errorf("limit %d and %d ids, want 128 and 6", s.Limit(), s.Len())
	}
	if got, want := s.Special(), (Special{CLS: 2, SEP: 3, PAD: 0, UNK: 1, Mask: -1}); got != want {
		t.Errorf("special tokens %+v, want %+v", got, want)
	}
}

// replaced returns text with its one occurrence of old replaced.
func replaced(t testing.TB, text, old, with string) []byte {
	t.Helper()
	if strings.Count(text, old) != 1 {
		t.Fatalf("%q occurs %d times", old, strings.Count(text, old))
	}
	return []byte(strings.Replace(text, old, with, 1))
}

func TestTokenizerJSONRefused(t *testing.T) {
	for _, c := range []struct{ name, old, with, want string }{
		{"cut short", `"a":4}}}`, `"a":4`, "unexpected end"},
		{"twice", `"version":"1.0"`, `"version":"1.0","version":"1.0"`, "given twice"},
		{"piece twice", `"a":4`, `"a":4,"a":4`, `"model.vocab.a": given twice`},
		{"unknown field", `"version":"1.0"`, `"version":"1.0","x":1`, "unknown field"},
		{"other case", `"version":"1.0"`, `"Version":"1.0"`, "unknown field"},
		{"version", `"version":"1.0"`, `"version":"2.0"`, `version: invalid subword tokenizer: "2.0"`},
		{"hole", `"a":4`, `"a":6`, "without a hole"},
		{"one id for two", `"a":4`, `"a":3`, "both have the id 3"},
		{"negative id", `"a":4`, `"a":-4`, "without a hole"},
		{"fraction", `"a":4`, `"a":4.5`, "cannot unmarshal"},
		{"huge id", `"a":4`, `"a":4e300`, "cannot unmarshal"},
		{"empty piece", `"a":4`, `"":4`, "is empty"},
		{"added id", `{"id":5,"content":"Café"`, `{"id":7,"content":"Café"`, "leaves a hole from 5"},
		{"added id of another", `{"id":5,"content":"Café"`, `{"id":4,"content":"Café"`, `is that of "a"`},
		{"added id differs", `{"id":0,"content":"[PAD]"`, `{"id":1,"content":"[PAD]"`, "in the vocabulary it has 0"},
		{"added nothing", `"content":"Café"`, `"content":""`, "is"},
		{"single word", `"content":"Café","single_word":false`, `"content":"Café","single_word":true`, "single_word"},
		{"long piece", `"a":4`, `"` + strings.Repeat("a", maxSubword+1) + `":4`, "want text of 1 to"},
		{"normalizer", `"type":"BertNormalizer"`, `"type":"NFC"`, `normalizer: invalid subword tokenizer: type "NFC", want BertNormalizer`},
		{"normalizer's setting", `"clean_text":true`, `"clean_text":true,"fold":true`, `"fold": unknown field`},
		{"pre-tokenizer", `"type":"BertPreTokenizer"`, `"type":"Whitespace"`, "want BertPreTokenizer"},
		{"post-processor", `"type":"TemplateProcessing"`, `"type":"Other"`, "want TemplateProcessing"},
		{"template without a text", `"single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}}`, `"single":[{"SpecialToken":{"id":"[CLS]","type_id":0}}`, "0 texts, want 1"},
		{"template's id", `"ids":[2]`, `"ids":[3]`, "not its own"},
		{"template's ids", `"ids":[2]`, `"ids":[2,2]`, "want itself"},
		{"type of a text", `{"Sequence":{"id":"B","type_id":1}}`, `{"Sequence":{"id":"B","type_id":2}}`, "type 2, want 0 or 1"},
		{"model", `"model":{"type":"WordPiece"`, `"model":{"type":"Unigram"`, `type "Unigram", want WordPiece or BPE`},
		{"unknown token", `"unk_token":"[UNK]"`, `"unk_token":"<unk>"`, `lacks the special token "<unk>"`},
		{"longest word", `"max_input_chars_per_word":100`, `"max_input_chars_per_word":0`, "0 characters"},
		{"limit", `"max_length":128`, `"max_length":-1`, "max_length -1"},
		{"huge limit", `"max_length":128`, `"max_length":1e99`, "cannot unmarshal"},
		{"direction", `"direction":"Right"`, `"direction":"Left"`, `"Left"`},
	} {
		_, err := ReadSubword(SubwordFiles{Tokenizer: replaced(t, tinyWordPiece, c.old, c.with)})
		if !errors.Is(err, ErrSubword) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestBytePairJSONRefused(t *testing.T) {
	whole := string(testdata(t, "bytepair.json"))
	var file struct {
		Model struct {
			Vocab  map[string]int
			Merges [][2]string
		}
	}
	if err := json.Unmarshal([]byte(whole), &file); err != nil {
		t.Fatal(err)
	}
	first, _ := json.Marshal(file.Model.Merges[0])
	for _, c := range []struct{ name, old, with, want string }{
		{"dropout", `"dropout":null`, `"dropout":0.1`, "dropout"},
		{"suffix", `"end_of_word_suffix":""`, `"end_of_word_suffix":"</w>"`, "end_of_word_suffix"},
		{"ignored merges", `"ignore_merges":false`, `"ignore_merges":true`, "ignore_merges"},
		{"normalizer", `"normalizer":null`, `"normalizer":{"type":"NFC"}`, `type "NFC", want none`},
		{"another pattern", `"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}`, `"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}`, "use_regex"},
		{"missing byte", `"ÿ":`, `"ÿÿÿ":`, "spells byte 255"},
		{"merge twice", `"merges":[`, `"merges":[` + string(first) + `,`, "merges 0 and 1"},
		{"merge of nothing", `"merges":[`, `"merges":[["ÿ","ÿ"],`, `lacks "ÿÿ"`},
		{"merge of three", `"merges":[`, `"merges":["a b c",`, "want two pieces"},
		{"merge of one", `"merges":[`, `"merges":[["a"],`, "want two pieces"},
		{"frame", `"cls":["<s>",0]`, `"cls":["<s>",1]`, "not its own"},
		{"frame of one value", `"cls":["<s>",0]`, `"cls":["<s>"]`, "want a token and its id"},
	} {
		_, err := ReadSubword(SubwordFiles{Tokenizer: replaced(t, whole, c.old, c.with)})
		if !errors.Is(err, ErrSubword) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestSubwordFilesRefused(t *testing.T) {
	const vocab = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n"
	for _, c := range []struct {
		name, want string
		files      SubwordFiles
	}{
		{"nothing", "no tokenizer.json", SubwordFiles{}},
		{"vocab.json alone", "not both", SubwordFiles{VocabJSON: []byte(`{}`)}},
		{"empty vocab.txt", "line 1 is empty", SubwordFiles{Vocab: []byte{}}},
		{"no unknown token", `lacks ""`, SubwordFiles{Vocab: []byte("[PAD]\n[CLS]\n[SEP]\na")}},
		{"no frame", `lacks ""`, SubwordFiles{Vocab: []byte("[UNK]\na")}},
		{"empty line", "line 3 is empty", SubwordFiles{Vocab: []byte("[UNK]\na\n\nb\n")}},
		{"piece twice", `tokens 5 and 6 are both "a"`, SubwordFiles{Vocab: []byte(vocab + "a\n")}},
		{"not UTF-8", "not UTF-8", SubwordFiles{Vocab: []byte(vocab + "\xff\n")}},
		{"config is a list", "cannot unmarshal", SubwordFiles{Vocab: []byte(vocab), Config: []byte(`[]`)}},
		{"setting twice", "given twice", SubwordFiles{Vocab: []byte(vocab), Config: []byte(`{"do_lower_case":true,"do_lower_case":false}`)}},
		{"setting of another type", "do_lower_case", SubwordFiles{Vocab: []byte(vocab), Config: []byte(`{"do_lower_case":"no"}`)}},
		{"no basic tokenizer", "do_basic_tokenize", SubwordFiles{Vocab: []byte(vocab), Config: []byte(`{"do_basic_tokenize":false}`)}},
		{"cut from the left", "truncation_side", SubwordFiles{Vocab: []byte(vocab), Config: []byte(`{"truncation_side":"left"}`)}},
		{"words never split", "never_split", SubwordFiles{Vocab: []byte(vocab), Config: []byte(`{"never_split":["x"]}`)}},
		{"special token unknown", `cls_token: invalid subword tokenizer: the vocabulary lacks "<s>"`, SubwordFiles{Vocab: []byte(vocab), Config: []byte(`{"cls_token":"<s>"}`)}},
		{"special token unknown in the map", `lacks "<s>"`, SubwordFiles{Vocab: []byte(vocab), Special: []byte(`{"cls_token":{"content":"<s>","lstrip":false,"normalized":false,"rstrip":false,"single_word":false}}`)}},
		{"id of an added token", "want an id", SubwordFiles{Vocab: []byte(vocab), Config: []byte(`{"added_tokens_decoder":{"x":{"content":"y"}}}`)}},
		{"added token in a hole", "leaves a hole", SubwordFiles{Vocab: []byte(vocab), Added: []byte(`{"x":9}`)}},
		{"vocab.json with a hole", "without a hole", SubwordFiles{VocabJSON: []byte(`{"a":0,"b":2}`), Merges: []byte("")}},
		{"merges.txt", "line 2", SubwordFiles{VocabJSON: []byte(`{"a":0}`), Merges: []byte("#version: 0.2\na\n")}},
	} {
		_, err := ReadSubword(c.files)
		if !errors.Is(err, ErrSubword) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// Settings that are found beside the vocabulary are heeded.
func TestSubwordSettings(t *testing.T) {
	const vocab = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nA\né\ne\n"
	encode := func(files SubwordFiles, text string) string {
		ids, _ := readSubwordFiles(t, files).Encode(nil, text, 0)
		return fmt.Sprint(ids)
	}
	for _, c := range []struct {
		text, want string
		files      SubwordFiles
	}{
		{"A É", "[2 5 8 3]", SubwordFiles{}},
		{"A é", "[2 6 7 3]", SubwordFiles{Config: []byte(`{"do_lower_case":false}`)}},
		{"A é", "[2 6 8 3]", SubwordFiles{Config: []byte(`{"do_lower_case":false,"strip_accents":true}`)}},
		{"A É", "[2 5 7 3]", SubwordFiles{Config: []byte(`{"strip_accents":false}`)}},
		{"a東", "[2 5 1 3]", SubwordFiles{}},
		{"a東", "[2 1 3]", SubwordFiles{Config: []byte(`{"tokenize_chinese_chars":false}`)}},
		{"new a New", "[2 9 5 9 3]", SubwordFiles{Added: []byte(`{"new":9}`)}},
		{"new a New", "[2 9 5 1 3]", SubwordFiles{Config: []byte(`{"added_tokens_decoder":{"9":{"content":"new","lstrip":false,"normalized":false,"rstrip":false,"single_word":false,"special":false}}}`)}},
		{"<e> [MASK]", "[2 1 8 1 4 3]", SubwordFiles{}},
		{"a [x]", "[6 5 1 1 1 3]", SubwordFiles{Special: []byte(`{"mask_token":"e","cls_token":{"content":"A","lstrip":false,"normalized":false,"rstrip":false,"single_word":false}}`)}},
	} {
		c.files.Vocab = []byte(vocab)
		if got := encode(c.files, c.text); got != c.want {
			t.Errorf("%q with %s %s %s: %s, want %s", c.text, c.files.Config, c.files.Special, c.files.Added, got, c.want)
		}
	}
	if _, err := NewWordPiece([]string{"[UNK]"}, WordPieceConfig{MaxChars: 1, SubwordConfig: SubwordConfig{UNK: "[UNK]"}}); !errors.Is(err, ErrSubword) {
		t.Errorf("a tokenizer without a frame: %v", err)
	}
}

func FuzzReadSubword(f *testing.F) {
	f.Add([]byte(tinyWordPiece), []byte(`{"do_lower_case":false,"mask_token":{"content":"a"}}`), []byte("[UNK]\n[CLS]\n[SEP]\na"))
	f.Add([]byte(nil), []byte(`{"added_tokens_decoder":{"4":{"content":"new"}}}`), []byte("[UNK]\n[CLS]\n[SEP]\na"))
	f.Add(testdata(f, "bytepair.json"), []byte(nil), []byte(nil))
	f.Add([]byte(`{"model":{"vocab":{"a":0},"merges":[["a","a"]]}}`), []byte(`{"add_prefix_space":true}`), []byte("#version\na a"))
	f.Fuzz(func(t *testing.T, tokenizer, config, vocab []byte) {
		for _, files := range []SubwordFiles{
			{Tokenizer: tokenizer, Config: config},
			{Vocab: vocab, Special: config},
			{VocabJSON: tokenizer, Merges: vocab, Config: config},
			{Vocab: vocab, Added: config},
		} {
			s, err := ReadSubword(files)
			if err != nil {
				if !errors.Is(err, ErrSubword) {
					t.Fatalf("unexpected kind of error: %v", err)
				}
				continue
			}
			for _, text := range oddTexts() {
				ids, _ := s.Encode(nil, text, 0)
				for _, id := range ids {
					if _, ok := s.Token(id); !ok {
						t.Fatalf("%q: id %d of %d", text, id, s.Len())
					}
				}
				s.Pieces(text)
				s.EncodePair(nil, nil, text, text, 7)
			}
		}
	})
}
