package tokenize

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// breaker cuts one span of plain text into pieces: atoms, which are tokens
// as they stand, and pieces for prose to split. Such a piece has the shape
//
//	[$("[]* word [,)"]!;.?:']*
//
// with a few marks at most on either side, none of them part of an emoticon
// or an ellipsis, and keeps to what prose gets right:
//
//   - The word has no apostrophe unless it is ASCII and ends in one of n't,
//     's, 'm, 're and 'll, with no other apostrophe and no mark after it.
//     Elsewhere prose drops the rest of the word or, where lower case takes
//     another number of bytes than upper case, runs out of the string.
//   - "It." and "No." are taken for abbreviations by prose and are cut
//     before the stop.
//
// All searching ahead is bounded, so that the work grows with the length of
// the span alone.
type breaker struct {
	s   string
	out splitter

	// The piece being built is s[start:i]; what it has so far:
	start        int
	marks        int // marks before the word, or after it
	word, closed bool
	wordStart    int // the word, without the clitic that prose splits off
	wordEnd      int

	addresses bool // whether s may contain a URL, domain or e-mail address
	searched  int  // no domain or e-mail address begins before s[searched]

	pace *pace
}

const (
	// maxToken is the length in bytes beyond which a word is cut.
	maxToken = 256
	// maxRun is the length beyond which a run of one mark is cut.
	maxRun = 64
	// maxMarks is how many marks prose gets on either side of a word: its
	// work is their number times the length of the piece.
	maxMarks = 6
)

func (b *breaker) run() {
	s := b.s
	b.addresses = mayHoldAddress(s)
	for i := 0; i < len(s); {
		from := i
		if i = b.next(i); b.pace.stop(i - from) {
			return
		}
	}
	b.end(len(s))
}

// end finishes the piece being built, which reaches up to s[i].
func (b *breaker) end(i int) {
	if b.start < i {
		if !b.word {
			b.wordStart, b.wordEnd = b.start, b.start
		}
		b.out.piece(b.s[b.start:i], b.wordStart-b.start, b.wordEnd-b.start)
	}
	b.start, b.marks, b.word, b.closed = i, 0, false, false
}

// atom finishes the piece being built and adds s[i:j] as a token.
func (b *breaker) atom(i, j int) int {
	b.end(i)
	b.out.atom(b.s[i:j])
	b.start = j
	return j
}

// next consumes what begins at s[i] and returns where it ends.
func (b *breaker) next(i int) int {
	s := b.s
	c := s[i]
	afterWord := b.word && !b.closed && b.wordEnd == i
	if n := emoticon(s, i); n > 0 {
		return b.atom(i, i+n)
	}
	switch {
	case isLetter[c] || isDigit(c):
		if n := b.address(i); n > 0 {
			return b.atom(i, i+n)
		}
		return b.wordAt(i)
	case c == '.':
		if n := run(s, i); n > 1 {
			return b.atom(i, i+n)
		}
		if !afterWord && i+1 < len(s) && isDigit(s[i+1]) { // ".5"
			return b.wordAt(i)
		}
		return b.mark(i)
	case c == '\'':
		return b.apostrophe(i)
	case c == '@' && !afterWord && i+1 < len(s) && isLetter[s[i+1]]: // "@user"
		return b.wordAt(i)
	case strings.IndexByte(`$("[,)]!;?:`, c) >= 0:
		return b.mark(i)
	case strings.IndexByte("-=~_#|^+", c) >= 0:
		return b.atom(i, i+run(s, i))
	case c < utf8.RuneSelf:
		return b.atom(i, i+1)
	}
	r, size := utf8.DecodeRuneInString(s[i:])
	switch kindOf(r) {
	case kindWord:
		return b.wordAt(i)
	case kindSyllable:
		return b.atom(i, syllables(s, i))
	case kindPicture:
		return b.atom(i, picture(s, i))
	case kindDash:
		return b.atom(i, i+run(s, i))
	}
	return b.atom(i, i+size)
}

// run returns the length of the run of the character at s[i], cut at maxRun.
func run(s string, i int) int {
	_, size := utf8.DecodeRuneInString(s[i:])
	j := i + size
	for j+size <= len(s) && s[j:j+size] == s[i:i+size] && j+size-i <= maxRun {
		j += size
	}
	return j - i
}

// mark adds the mark at s[i] to the piece if prose will split it off there,
// else makes it an atom.
func (b *breaker) mark(i int) int {
	c := b.s[i]
	opening := strings.IndexByte(`$("[`, c) >= 0
	switch {
	case b.word && strings.IndexByte(`,)"]!;.?:'`, c) >= 0:
		// Quotation marks after a word close it.
		if !b.closed {
			b.closed, b.marks = true, 0
		}
	case opening && b.word:
		b.end(i)
	case !opening:
		return b.atom(i, i+1)
	}
	if b.marks++; b.marks > maxMarks {
		return b.atom(i, i+1)
	}
	return i + 1
}

// apostrophe consumes a ' that is not within a word.
func (b *breaker) apostrophe(i int) int {
	j := i + 1
	for j < len(b.s) && isLetter[b.s[j]] && j-i <= maxElided {
		j++
	}
	switch {
	case elided[strings.ToLower(b.s[i+1:j])] && !wordAhead(b.s, j) && !b.closed:
		return b.atom(i, j) // "'em", and "'s" after "U.S."
	case b.word:
		return b.mark(i)
	}
	return b.atom(i, i+1) // an opening quotation mark
}

// wordAt consumes the word at s[i].
func (b *breaker) wordAt(i int) int {
	s := b.s
	if b.word { // two words touch, as in "left.It"
		b.end(i)
	}
	if j := initials(s, i); j > 0 { // "U.S.A.", which prose knows
		b.hold(i, j)
		if wordAhead(s, j) {
			b.end(j)
		}
		return j
	}
	if n := fixed(s, i); n > 0 {
		return b.atom(i, i+n)
	}
	j, apostrophes := wordEnd(s, i)
	switch {
	case j-i > maxToken-utf8.UTFMax:
		return b.atom(i, j)
	case apostrophes > 0:
		return b.contraction(i, j, apostrophes)
	}
	word := s[i:j]
	if n := joined(word); n > 0 { // "cannot"
		b.hold(i, i+n)
		b.end(i + n)
		i += n
	}
	b.hold(i, j)
	if j < len(s) && s[j] == '.' && run(s, j) == 1 && likeTitle(word) && !titles[word] {
		b.end(j)
	}
	return j
}

// hold makes s[i:j] the word of the piece being built.
func (b *breaker) hold(i, j int) { b.word, b.wordStart, b.wordEnd = true, i, j }

// contraction consumes the word s[i:j], which has apostrophes.
func (b *breaker) contraction(i, j, apostrophes int) int {
	s := b.s
	cut := clitic(s[i:j])
	if cut > 0 && apostrophes == 1 && proseKnows[strings.ToLower(s[i+cut:j])] && isASCII(s[i:j]) {
		// Prose splits it. Marks after it must stay away.
		b.hold(i, i+cut)
		b.end(j)
		return j
	}
	if cut == 0 { // "O'Malley", "o'clock"
		return b.atom(i, j)
	}
	k := i + cut
	if strings.IndexByte(s[i:k], '\'') >= 0 { // "couldn't've"
		b.contraction(i, k, apostrophes-1)
	} else {
		b.hold(i, k)
		b.end(k)
	}
	b.atom(k, j)
	return j
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// kind says how a character outside ASCII behaves.
type kind int

const (
	kindMark     kind = iota // a token of its own
	kindWord                 // part of a word
	kindSyllable             // part of a script that writes no spaces
	kindPicture              // an emoji or another pictorial symbol
	kindDash                 // runs of it are one token
)

func kindOf(r rune) kind {
	switch {
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana), r == 'ー':
		return kindSyllable
	case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r),
		r == '\u200c', r == '\u200d', // joiners
		r == utf8.RuneError, r == '°':
		return kindWord
	case r == '–', r == '—', r == '…':
		return kindDash
	case unicode.Is(unicode.So, r):
		return kindPicture
	}
	return kindMark
}
