package tokenize

import "unicode/utf8"

// gpt2Byte returns the byte that a character of GPT-2's vocabularies spells, and false
// for others.
func gpt2Byte(r rune) (byte, bool) {
	switch {
	case r >= '!' && r <= '~' || r >= 0xa1 && r <= 0xff && r != 0xad:
		return byte(r), true
	case r >= 256 && r < 256+33:
		return byte(r - 256), true
	case r >= 256+33 && r < 256+67:
		return byte(r - 256 - 33 + 0x7f), true
	case r == 256+67:
		return 0xad, true
	}
	return 0, false
}

// Decode returns the text that ids stand for: special tokens are left out, ids that
// the tokenizer does not have too, and, with PrefixSpace, one blank at the beginning.
// Of the ids of a text that is UTF-8 it returns that text, with PrefixSpace but for
// such a blank. Other ids may give bytes that are not UTF-8, each of which becomes
// U+FFFD.
func (b *BytePair) Decode(ids []int32) string {
	var text []byte
	for _, id := range ids {
		if id < 0 || int(id) >= len(b.tokens) || b.isSpecial(id) {
			continue
		}
		for _, r := range b.tokens[id] {
			if c, ok := gpt2Byte(r); ok {
				text = append(text, c)
			} else { // an added token's, which stands for itself
				text = utf8.AppendRune(text, r)
			}
		}
	}
	if b.cfg.PrefixSpace && len(text) > 0 && text[0] == ' ' {
		text = text[1:]
	}
	if utf8.Valid(text) {
		return string(text)
	}
	return string([]rune(string(text)))
}

func (b *BytePair) isSpecial(id int32) bool {
	s := b.special
	return id == s.CLS || id == s.SEP || id == s.PAD || id == s.Mask || id == s.UNK
}
