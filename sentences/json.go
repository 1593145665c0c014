package sentences

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/gorgonia-zoo/zoo/internal/lines"
	"github.com/gorgonia-zoo/zoo/tagging"
)

// Keys under which programs write the same thing.
var (
	tokenKeys = []string{"tokens", "words"}
	tagKeys   = []string{"tags", "ner_tags", "pos_tags", "labels", "upos", "xpos"}
	spanKeys  = []string{"spans", "entities", "label", "labels", "annotations"}
	beginKeys = []string{"start", "begin", "start_offset"}
	endKeys   = []string{"end", "end_offset"}
	kindKeys  = []string{"label", "type", "kind", "tag", "entity", "entity_group"}
)

// readJSON reads JSONL.
func (s *Set) readJSON(data []byte, c Config) error {
	r := &jsonReader{set: s, config: c, cutter: tagging.NewCutter()}
	scan := bufio.NewScanner(bytes.NewReader(data))
	scan.Buffer(nil, 64<<20)
	scan.Split(lines.Split())
	for n := 1; scan.Scan(); n++ {
		line := bytes.TrimSpace(scan.Bytes())
		if len(line) == 0 {
			continue
		}
		if err := r.line(n, line); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := scan.Err(); err != nil {
		return err
	}
	r.tell()
	return nil
}

type jsonReader struct {
	set    *Set
	config Config
	cutter *tagging.Cutter
	tags   []string // keys of the lists of tags, or the one of the spans

	cut, overlapping, first int // spans that cut a word or overlap another, and the line of the first
}

// line takes an object.
func (r *jsonReader) line(n int, line []byte) error {
	var o map[string]json.RawMessage
	if !utf8.Valid(line) {
		return errors.New("not UTF-8")
	}
	if err := json.Unmarshal(line, &o); err != nil {
		return fmt.Errorf("want a JSON object: %w", err)
	}
	if raw, ok := field(o, tokenKeys); ok {
		var words []string
		if err := json.Unmarshal(raw, &words); err != nil {
			return fmt.Errorf("tokens: want a list of texts: %w", err)
		}
		return r.tokens(n, words, o)
	}
	raw, ok := o["text"]
	if !ok {
		return fmt.Errorf("an object without %s or text", tokenKeys[0])
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return fmt.Errorf("text: want a text: %w", err)
	}
	return r.spans(n, text, o)
}

func field(o map[string]json.RawMessage, names []string) (json.RawMessage, bool) {
	for _, name := range names {
		if raw, ok := o[name]; ok {
			return raw, true
		}
	}
	return nil, false
}

// choose decides, by the first object, which keys hold the tags.
func (r *jsonReader) choose(o map[string]json.RawMessage, known []string, format Format) error {
	if r.set.format != "" && r.set.format != format {
		return fmt.Errorf("an object of %s in a file of %s", format, r.set.format)
	}
	if r.set.format != "" {
		return nil
	}
	r.set.format = format
	r.tags = slices.DeleteFunc(slices.Clone(r.config.Columns), func(name string) bool { return name == "last" })
	if len(r.tags) == 0 {
		for _, name := range known {
			if _, ok := o[name]; ok {
				r.tags = []string{name}
				break
			}
		}
		if len(r.tags) == 0 {
			return fmt.Errorf("no list of tags, want one of %s: %w", strings.Join(known, ", "), ErrColumn)
		}
		r.set.guesses = append(r.set.guesses, fmt.Sprintf("the tags are in %q", r.tags[0]))
	}
	if format == SpansJSON && len(r.tags) > 1 {
		return fmt.Errorf("spans are one column, not %d: %w", len(r.tags), ErrColumn)
	}
	for i, name := range r.tags {
		if len(r.config.Columns) == len(r.tags) {
			name = r.config.Columns[i]
		}
		r.set.columns = append(r.set.columns, tagging.Column{Name: name})
	}
	return nil
}

// tokens takes a sentence of given words.
func (r *jsonReader) tokens(n int, words []string, o map[string]json.RawMessage) error {
	if err := r.choose(o, tagKeys, TokensJSON); err != nil {
		return err
	}
	for i, w := range words {
		if strings.TrimSpace(w) == "" || len(w) > maxWord {
			return fmt.Errorf("token %d is %q, want a word of 1 to %d bytes", i, shorten(w), maxWord)
		}
	}
	tags := make([][]string, len(r.tags))
	for c, name := range r.tags {
		raw, ok := o[name]
		if !ok {
			return fmt.Errorf("%q: %w", name, ErrColumn)
		}
		if err := json.Unmarshal(raw, &tags[c]); err != nil {
			return fmt.Errorf("%s: want a list of names of tags (numbers of classes have no names in JSON): %w", name, err)
		}
		if len(tags[c]) != len(words) {
			return fmt.Errorf("%s: %d tags for %d tokens", name, len(tags[c]), len(words))
		}
		if i := slices.Index(tags[c], ""); i >= 0 {
			return fmt.Errorf("%s: token %d, %q, has no tag", name, i, shorten(words[i]))
		}
	}
	return r.set.add(n, words, tags)
}

// span is a part of a text, in characters.
type span struct {
	begin, end int
	kind       string
}

// spans takes a text and the places of its spans.
func (r *jsonReader) spans(n int, text string, o map[string]json.RawMessage) error {
	if err := r.choose(o, spanKeys, SpansJSON); err != nil {
		return err
	}
	raw, ok := o[r.tags[0]]
	if !ok {
		return fmt.Errorf("%q: %w", r.tags[0], ErrColumn)
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return fmt.Errorf("%s: want a list of spans: %w", r.tags[0], err)
	}
	places := make([]int, 0, len(text)+1) // byte of each character
	for i := range text {
		places = append(places, i)
	}
	places = append(places, len(text))
	var spans []span
	for i, raw := range list {
		s, err := parseSpan(raw)
		if err != nil {
			return fmt.Errorf("%s %d: %w", r.tags[0], i, err)
		}
		if s.begin < 0 || s.begin >= s.end || s.end >= len(places) {
			return fmt.Errorf("%s %d: characters %d to %d of a text of %d", r.tags[0], i, s.begin, s.end, len(places)-1)
		}
		spans = append(spans, span{places[s.begin], places[s.end], s.kind})
	}
	slices.SortStableFunc(spans, func(a, b span) int {
		if a.begin != b.begin {
			return a.begin - b.begin
		}
		return b.end - a.end // of two that begin together the longer one
	})
	return r.align(n, text, spans)
}

// parseSpan reads {"start": 0, "end": 5, "label": "X"} or [0, 5, "X"].
func parseSpan(raw json.RawMessage) (s span, err error) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err == nil {
		if len(list) != 3 {
			return s, fmt.Errorf("a list of %d, want begin, end and label", len(list))
		}
		return s, errors.Join(json.Unmarshal(list[0], &s.begin), json.Unmarshal(list[1], &s.end), s.name(list[2]))
	}
	var o map[string]json.RawMessage
	if err := json.Unmarshal(raw, &o); err != nil {
		return s, errors.New("want an object with start, end and label, or a list of them")
	}
	begin, ok := field(o, beginKeys)
	end, ok2 := field(o, endKeys)
	kind, ok3 := field(o, kindKeys)
	if !ok || !ok2 || !ok3 {
		return s, errors.New("want an object with start, end and label")
	}
	return s, errors.Join(json.Unmarshal(begin, &s.begin), json.Unmarshal(end, &s.end), s.name(kind))
}

// name reads the label of a span, or the one label of a list.
func (s *span) name(raw json.RawMessage) error {
	var list []string
	if json.Unmarshal(raw, &list) == nil && len(list) == 1 {
		s.kind = list[0]
	} else if err := json.Unmarshal(raw, &s.kind); err != nil {
		return err
	}
	if s.kind == "" || strings.ContainsAny(s.kind, "\r\n\t") {
		return fmt.Errorf("label %q, want a name", s.kind)
	}
	return nil
}

// align brings spans to the words of a text and adds its sentences.
func (r *jsonReader) align(n int, text string, spans []span) error {
	words, ends := r.cutter.Cut(text)
	var runs []tagging.Run
	for _, s := range spans {
		first := sort.Search(len(words), func(i int) bool { return words[i].End > s.begin })
		after := sort.Search(len(words), func(i int) bool { return words[i].Begin >= s.end })
		if first >= after {
			return fmt.Errorf("%q, bytes %d to %d, holds no word", text[s.begin:s.end], s.begin, s.end)
		}
		blank := strings.TrimSpace(text[s.begin:s.end]) != text[s.begin:s.end]
		if !blank && (words[first].Begin != s.begin || words[after-1].End != s.end) {
			if r.config.Strict {
				return fmt.Errorf("span %q cuts the word %q", text[s.begin:s.end], text[words[first].Begin:words[after-1].End])
			}
			r.count(&r.cut, n)
		}
		if len(runs) > 0 && runs[len(runs)-1].Last >= first {
			r.count(&r.overlapping, n)
			continue
		}
		runs = append(runs, tagging.Run{Kind: s.kind, First: first, Last: after - 1})
		// No sentence ends within a span.
		ends = slices.DeleteFunc(ends, func(at int) bool { return at > first && at < after })
	}
	tags := tagging.IOB2(len(words), runs)
	from := 0
	for _, to := range ends {
		list := make([]string, 0, to-from)
		for _, w := range words[from:to] {
			list = append(list, w.Text)
		}
		if err := r.set.add(n, list, [][]string{tags[from:to]}); err != nil {
			return err
		}
		from = to
	}
	return nil
}

func (r *jsonReader) count(what *int, line int) {
	*what++
	if r.first == 0 {
		r.first = line
	}
}

// tell notes what was unusual about spans.
func (r *jsonReader) tell() {
	if r.cut > 0 {
		r.set.notes = append(r.set.notes, fmt.Sprintf("%d spans begin or end within a word and are widened to its ends, the first in line %d or later; --strict refuses them", r.cut, r.first))
	}
	if r.overlapping > 0 {
		r.set.notes = append(r.set.notes, fmt.Sprintf("%d spans overlap an earlier one and are passed over, the first in line %d or later", r.overlapping, r.first))
	}
}
