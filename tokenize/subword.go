package tokenize

import (
	"context"
	"errors"
	"math"
	"sync"
)

// ErrSubword is wrapped by every error about the vocabulary, the settings or
// the files of a [Subword].
var ErrSubword = errors.New("invalid subword tokenizer")

// Subword cuts texts into the pieces of words that a pretrained network
// reads, and frames them with the special tokens that it expects: a
// [WordPiece] or a [BytePair]. The ids are those of the reference, Hugging
// Face's tokenizers, for every text that is UTF-8; other bytes count as U+FFFD
// each. Any number of goroutines may share one.
type Subword interface {
	// Encode appends the ids of text, special tokens included, to dst: at
	// most limit of them if limit is above 0, and then truncated says whether
	// pieces at the end of the text were left out. The special tokens stay
	// even where limit has no room for them.
	Encode(dst []int32, text string, limit int) (ids []int32, truncated bool)

	// EncodeContext is Encode for a text of any length: it stops within a
	// millisecond where ctx ends, and returns its cause.
	EncodeContext(ctx context.Context, text string, limit int) (ids []int32, truncated bool, err error)

	// EncodePair appends the ids of two texts that are read together to ids,
	// and for each of them the segment it belongs to, to types. Pieces beyond
	// limit are taken from the end of the longer text, and from both once
	// they are of equal length.
	EncodePair(ids, types []int32, first, second string, limit int) (_, _ []int32, truncated bool)

	// Pieces returns the pieces of text without special tokens, but for those
	// that the text spells out, and where in the text they stand.
	Pieces(text string) []Piece

	// Len returns the number of ids: they are 0..Len()-1.
	Len() int
	// ID returns the id of a piece, and false if there is none.
	ID(piece string) (int32, bool)
	// Token returns the piece with the given id as the vocabulary spells it,
	// and false if there is none.
	Token(id int32) (string, bool)
	// Special returns the ids of the special tokens.
	Special() Special
	// Limit returns the greatest number of ids for a text that the tokenizer's
	// files state, 0 if they state none. Encode does not heed it.
	Limit() int
}

// Piece is a piece of a word, which stands in Text[Begin:End]. The places of
// pieces ascend, and may overlap where one character makes several pieces.
type Piece struct {
	ID         int32
	Begin, End int
}

// Special holds the ids of special tokens, -1 for those that a tokenizer does
// not have.
type Special struct {
	CLS, SEP, PAD, UNK, Mask int32
}

// SubwordConfig is what both kinds of Subword are told beside how they cut.
type SubwordConfig struct {
	// The special tokens; "" for one that the tokenizer does not have. CLS
	// and SEP are needed unless Single and Pair are given.
	CLS  string `json:"cls_token"`
	SEP  string `json:"sep_token"`
	PAD  string `json:"pad_token"`
	UNK  string `json:"unk_token"`
	Mask string `json:"mask_token"`

	// Added are tokens that are found in a text before anything else.
	Added []AddedToken `json:"added_tokens,omitempty"`

	// Single and Pair say what surrounds one text and two. Nil: what BERT has
	// for a WordPiece, RoBERTa for a BytePair.
	Single []Slot `json:"single,omitempty"`
	Pair   []Slot `json:"pair,omitempty"`

	// Limit is what Subword.Limit returns.
	Limit int `json:"limit,omitempty"`
}

// Slot is a place in what the network reads: a token, or the first or second
// text.
type Slot struct {
	Token string `json:"token,omitempty"`
	Text  int    `json:"text,omitempty"` // 1 the first, 2 the second, 0 for a token
	Type  int32  `json:"type,omitempty"` // the segment of its ids, 0 or 1
}

// subword is what a WordPiece and a BytePair share.
type subword struct {
	tokens  []string
	ids     map[string]int32
	special Special
	added   *addedTokens // found in the text as it is
	limit   int
	single  []slot
	pair    []slot
	cutter  cutter
}

// cutter appends the pieces of a part of a text, which begins at byte base of
// it, to w, or the first ones until w is full.
type cutter interface {
	cut(w *subwork, part string, base int)
}

// slot is a Slot by ids: that of a token, or -1 for the first text and -2 for
// the second.
type slot struct{ id, typ int32 }

// subwork is the memory of one call.
type subwork struct {
	ids    []int32
	full   int // number of ids at which to stop
	pace   *pace
	track  bool    // whether to note places
	pieces []Piece // as many as ids if track
	normal normal
	word   []symbol
	heap   []candidate
	first  []int32
	second []int32
}

var subworks = sync.Pool{New: func() any { return new(subwork) }}

// release keeps w for the next text, unless a giant one has stretched it.
func (w *subwork) release() {
	const most = 1 << 20
	if cap(w.normal.text)+cap(w.normal.marks)+cap(w.word)+cap(w.heap) <= most && cap(w.first)+cap(w.second) <= most {
		w.ids, w.pieces, w.normal.begin, w.normal.end = nil, nil, nil, nil
		subworks.Put(w)
	}
}

// add appends a piece that stands between begin and end.
func (w *subwork) add(id int32, begin, end int) {
	w.ids = append(w.ids, id)
	if w.track {
		w.pieces = append(w.pieces, Piece{id, begin, end})
	}
}

// text appends the pieces of text to w.ids, at most room of them, and reports
// whether there are more.
func (s *subword) text(w *subwork, text string, room int) (truncated bool) {
	from := len(w.ids)
	w.full = math.MaxInt
	if room < math.MaxInt-from-1 {
		w.full = from + room + 1
	}
	s.added.split(text, func(begin, end int, id int32) bool {
		if id >= 0 {
			w.add(id, begin, end)
		} else {
			s.cutter.cut(w, text[begin:end], begin)
		}
		return len(w.ids) < w.full && !w.pace.stop(0)
	}, w.pace)
	if len(w.ids)-from > room {
		w.ids = w.ids[:from+room]
		return true
	}
	return false
}

// Encode implements Subword.
func (s *subword) Encode(dst []int32, text string, limit int) (ids []int32, truncated bool) {
	w := subworks.Get().(*subwork)
	truncated = s.encode(w, dst, text, limit)
	ids = w.ids
	w.release()
	return ids, truncated
}

// EncodeContext implements Subword.
func (s *subword) EncodeContext(ctx context.Context, text string, limit int) (ids []int32, truncated bool, err error) {
	if ctx.Err() != nil {
		return nil, false, context.Cause(ctx)
	}
	w := subworks.Get().(*subwork)
	w.pace = newPace(ctx)
	truncated = s.encode(w, nil, text, limit)
	ids, err = w.ids, w.pace.cause()
	w.pace = nil
	w.release()
	if err != nil {
		return nil, false, err
	}
	return ids, truncated, nil
}

// encode is Encode in the memory of w, where it leaves the ids.
func (s *subword) encode(w *subwork, dst []int32, text string, limit int) (truncated bool) {
	w.ids, w.track = dst, false
	for _, slot := range s.single {
		if slot.id >= 0 {
			w.ids = append(w.ids, slot.id)
		} else {
			truncated = s.text(w, text, room(s.single, 1, limit))
		}
	}
	return truncated
}

// room returns how many pieces limit leaves beside the tokens of a frame
// around a number of texts.
func room(frame []slot, texts, limit int) int {
	if limit <= 0 {
		return math.MaxInt
	}
	return max(0, limit-(len(frame)-texts))
}

// EncodePair implements Subword.
func (s *subword) EncodePair(ids, types []int32, first, second string, limit int) (_, _ []int32, truncated bool) {
	w := subworks.Get().(*subwork)
	w.track = false
	w.ids = w.first[:0]
	s.text(w, first, math.MaxInt)
	w.first, w.ids = w.ids, w.second[:0]
	s.text(w, second, math.MaxInt)
	w.second = w.ids
	a, b := w.first, w.second
	if room := room(s.pair, 2, limit); len(a)+len(b) > room {
		truncated = true
		m, n := longestFirst(len(a), len(b), room)
		a, b = a[:m], b[:n]
	}
	for _, slot := range s.pair {
		from := len(ids)
		switch slot.id {
		case -1:
			ids = append(ids, a...)
		case -2:
			ids = append(ids, b...)
		default:
			ids = append(ids, slot.id)
		}
		for range len(ids) - from {
			types = append(types, slot.typ)
		}
	}
	w.release()
	return ids, types, truncated
}

// longestFirst returns how many of a and b pieces, together more than room,
// stay: the longer text loses first, and where both must lose the second keeps
// the odd one (the first, if it is longer).
func longestFirst(a, b, room int) (int, int) {
	short, long := min(a, b), max(a, b)
	long = max(short, min(long, room-short))
	if short+long > room {
		short, long = room/2, room/2+room%2
	}
	if a > b {
		return long, short
	}
	return short, long
}

// Pieces implements Subword.
func (s *subword) Pieces(text string) []Piece {
	w := subworks.Get().(*subwork)
	w.ids, w.track, w.pieces = w.first[:0], true, nil
	s.text(w, text, math.MaxInt)
	w.first = w.ids
	pieces := w.pieces
	w.release()
	return pieces
}

// Len implements Subword.
func (s *subword) Len() int { return len(s.tokens) }

// ID implements Subword.
func (s *subword) ID(piece string) (int32, bool) {
	id, ok := s.ids[piece]
	return id, ok
}

// Token implements Subword.
func (s *subword) Token(id int32) (string, bool) {
	if id < 0 || int(id) >= len(s.tokens) {
		return "", false
	}
	return s.tokens[id], true
}

// Special implements Subword.
func (s *subword) Special() Special { return s.special }

// Limit implements Subword.
func (s *subword) Limit() int { return s.limit }
