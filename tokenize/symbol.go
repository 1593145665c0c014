package tokenize

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// emoticons are kept whole, grouped by their first two bytes, longest first.
var emoticons = func() map[[2]byte][]string {
	by := make(map[[2]byte][]string)
	for e := range strings.FieldsSeq(`
		:) :( :D :P :p :O :o :| :/ :\ :S :s :X :x :* :@ :] :[ :} :{ :> :3 :0
		:-) :-( :-D :-P :-p :-O :-o :-| :-/ :-\ :-S :-s :-X :-x :-* :-@ :-] :-[ :-} :-{ :-> :^) :o) :-0 :-3
		:') :'( :'-) :'-( :` + "`( :`) :`-( :`-)" + `
		;) ;( ;D ;P ;p ;-) ;-( ;-D ;-P ;-p ;] ;-] =) =( =D =P =p =| =/ =] 8-) 8-D B-) xD XD xDD XDD
		(: (; (= (-: (-; (-8 [: [-: (o: (^_^) (-_-) (._.) (¬_¬) (ಠ_ಠ) (*_*) (T_T) (>_<) (o_o) (O_O)
		>:( >:) >:-( >:-) >.< <3 </3 <3<3 ^_^ ^^ ^___^ -_- -__- T_T @_@ O.o o.O o.o O_o o_O o_o O_O 0_o o_0 0_0 v_v V_V
		:(( :)) :() ¯\(ツ)/¯ ¯\_(ツ)_/¯ (╯°□°）╯︵┻━┻ (╯°□°)╯︵┻━┻ ┻━┻ \o/`) {
		key := [2]byte{e[0], e[1]}
		by[key] = append(by[key], e)
	}
	for _, group := range by {
		slices.SortFunc(group, func(a, b string) int {
			return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
		})
	}
	return by
}()

// beginsEmoticon marks their first bytes.
var beginsEmoticon = func() (begins [256]bool) {
	for key := range emoticons {
		begins[key[0]] = true
	}
	return begins
}()

// emoticon returns the length of the emoticon at s[i], 0 if there is none. A
// mouth may be repeated. It must stand free of letters and digits on both
// sides, except that one like ":)" may follow a word directly.
func emoticon(s string, i int) int {
	if !beginsEmoticon[s[i]] || i+1 == len(s) {
		return 0
	}
	for _, e := range emoticons[[2]byte{s[i], s[i+1]}] {
		if !strings.HasPrefix(s[i:], e) {
			continue
		}
		j := i + len(e)
		mouth := e[len(e)-1]
		bracket := mouth == ')' || mouth == '('
		if bracket && (e[0] == ':' || e[0] == ';' || e[0] == '=') {
			for j < len(s) && s[j] == mouth && j-i < maxRun {
				j++
			}
		}
		if wordAhead(s, j) {
			continue
		}
		if before, _ := utf8.DecodeLastRuneInString(s[:i]); i > 0 && kindBefore(before) == kindWord {
			attached := bracket || mouth == 'D' || mouth == 'P'
			if !attached || e[0] != ':' && e[0] != ';' && e[0] != '=' {
				continue
			}
		}
		return j - i
	}
	return 0
}

func kindBefore(r rune) kind {
	if r < utf8.RuneSelf {
		if isLetter[r] || isDigit(byte(r)) {
			return kindWord
		}
		return kindMark
	}
	return kindOf(r)
}

// syllables returns the end of the token at s[i] in a script that writes no
// spaces: one character, or a run of katakana, which spell loanwords.
func syllables(s string, i int) int {
	r, size := utf8.DecodeRuneInString(s[i:])
	j := i + size
	isKatakana := func(r rune) bool { return unicode.Is(unicode.Katakana, r) || r == 'ー' }
	for katakana := isKatakana(r); j < len(s) && j-i < maxToken-utf8.UTFMax; j += size {
		r, size = utf8.DecodeRuneInString(s[j:])
		// Voicing marks and variation selectors belong to what they follow.
		if !unicode.IsMark(r) && !(katakana && isKatakana(r)) {
			break
		}
	}
	return j
}

// picture returns the end of the emoji at s[i] with its modifiers and all it
// is joined to; two regional indicators make a flag.
func picture(s string, i int) int {
	isFlag := func(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }
	first, size := utf8.DecodeRuneInString(s[i:])
	flag := isFlag(first)
	joins := false
	j := i + size
	for ; j < len(s) && j-i < maxToken-utf8.UTFMax; j += size {
		var r rune
		r, size = utf8.DecodeRuneInString(s[j:])
		switch {
		case joins && kindOf(r) == kindPicture, flag && isFlag(r):
			joins, flag = false, false
		case r == '\u200d':
			joins = true
		case unicode.IsMark(r), r >= 0x1f3fb && r <= 0x1f3ff, r >= 0xe0020 && r <= 0xe007f:
		default:
			return j
		}
	}
	return j
}
