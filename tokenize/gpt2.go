package tokenize

import (
	"strings"
	"sync"
	"unicode/utf8"
)

// The classes of characters that GPT-2's pattern knows; others are 0.
const (
	gpt2Letter uint16 = 1 << iota
	gpt2Number
	gpt2Space
)

var gpt2Runes = sync.OnceValue(func() *runeTable { return newRuneTable(gpt2Letters, gpt2Numbers, bertSpace) })

// gpt2Next returns the length of the word that text, which is not empty,
// begins with by the pattern of GPT-2 (Radford et al. 2019):
//
//	's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
//
// Every text is cut without a rest.
func gpt2Next(t *runeTable, text string) int {
	if n := contraction(text); n > 0 {
		return n
	}
	i := 0
	if text[0] == ' ' && len(text) > 1 {
		i = 1
	}
	class, size := gpt2Class(t, text[i:])
	if class != gpt2Space {
		for i += size; i < len(text); i += size {
			var next uint16
			if next, size = gpt2Class(t, text[i:]); next != class {
				break
			}
		}
		return i
	}
	// White space: all of it at the end of a text, else all but the last,
	// which may belong to what follows.
	last := 0
	for i = 0; i < len(text); i += size {
		if class, size = gpt2Class(t, text[i:]); class != gpt2Space {
			if last > 0 {
				return last
			}
			return i
		}
		last = i
	}
	return i
}

// gpt2Class returns the class of the character that text begins with, and its
// length.
func gpt2Class(t *runeTable, text string) (class uint16, size int) {
	r, size := rune(text[0]), 1
	if r >= utf8.RuneSelf {
		r, size = utf8.DecodeRuneInString(text)
	}
	return t.of(r), size
}

// contraction returns the length of the ending that text begins with, or 0.
func contraction(text string) int {
	if text[0] != '\'' || len(text) < 2 {
		return 0
	}
	switch text[1] {
	case 's', 't', 'm', 'd':
		return 2
	case 'r', 'v', 'l':
		if strings.HasPrefix(text[1:], "re") || strings.HasPrefix(text[1:], "ve") || strings.HasPrefix(text[1:], "ll") {
			return 3
		}
	}
	return 0
}

// gpt2Bytes are the characters by which GPT-2's vocabularies spell bytes:
// those that can be printed stand for themselves, the others for U+0100 on.
var gpt2Bytes = sync.OnceValue(func() (spelling [256]string) {
	next := rune(256)
	for c := range spelling {
		r := rune(c)
		if r < '!' || r > '~' && r < 0xa1 || r == 0xad {
			r = next
			next++
		}
		spelling[c] = string(r)
	}
	return spelling
})
