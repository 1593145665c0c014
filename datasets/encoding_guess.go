package datasets

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// script is an encoding of texts that are not in Latin letters, and how likely
// decoded text is to be of it: 0 for not at all, 1 for surely.
type script struct {
	name, language string
	encoding       encoding.Encoding
	score          func(text string, raw []byte) float64
}

// scripts is a function lest every program that reads no tables carry their encodings.
func scripts() []script {
	return []script{
		{"gb18030", "Chinese", simplifiedchinese.GB18030, func(text string, raw []byte) float64 {
			return 0.9 * shareOf(text, unicode.Han) * frequentPairs(raw, 0xb0, 0xd7, 0xa1)
		}},
		{"big5", "Chinese, traditional", traditionalchinese.Big5, func(text string, raw []byte) float64 {
			return 0.95 * shareOf(text, unicode.Han) * frequentPairs(raw, 0xa4, 0xc6, 0x40)
		}},
		{"shift_jis", "Japanese", japanese.ShiftJIS, kana},
		{"euc-jp", "Japanese", japanese.EUCJP, kana},
		{"euc-kr", "Korean", korean.EUCKR, func(text string, _ []byte) float64 { return shareOf(text, unicode.Hangul) }},
		{"windows-1251", "Cyrillic", charmap.Windows1251, lowerCase(unicode.Cyrillic)},
		{"koi8-r", "Cyrillic", charmap.KOI8R, lowerCase(unicode.Cyrillic)},
		{"ibm866", "Cyrillic", charmap.CodePage866, lowerCase(unicode.Cyrillic)},
		{"windows-1253", "Greek", charmap.Windows1253, lowerCase(unicode.Greek)},
		{"windows-1255", "Hebrew", charmap.Windows1255, hebrew},
		{"windows-1256", "Arabic", charmap.Windows1256, func(text string, _ []byte) float64 { return 0.8 * shareOf(text, unicode.Arabic) }},
		{"windows-874", "Thai", charmap.Windows874, func(text string, _ []byte) float64 { return 0.8 * shareOf(text, unicode.Thai) }},
	}
}

// shareOf is that of a script among the characters beyond ASCII that are no marks of
// punctuation.
func shareOf(text string, table *unicode.RangeTable) float64 {
	in, all := 0, 0
	for _, r := range text {
		switch {
		case r < utf8.RuneSelf || unicode.IsPunct(r):
		case unicode.Is(table, r):
			in++
			all++
		default:
			all++
		}
	}
	return float64(in) / float64(max(1, all))
}

// lowerCase is the share of a script's letters that are small: in the wrong encoding
// of two with the same letters they are capitals.
func lowerCase(table *unicode.RangeTable) func(string, []byte) float64 {
	return func(text string, _ []byte) float64 {
		small, capital := 0, 0
		for _, r := range text {
			if unicode.Is(table, r) {
				if unicode.IsLower(r) {
					small++
				} else if unicode.IsUpper(r) {
					capital++
				}
			}
		}
		return shareOf(text, table) * float64(small) / float64(max(1, small+capital))
	}
}

// hebrew tells Hebrew from small Cyrillic letters, whose last five it does not have.
func hebrew(text string, raw []byte) float64 {
	s := shareOf(text, unicode.Hebrew)
	for _, b := range raw {
		if b >= 0xfb || b >= 0xc0 && b < 0xe0 {
			return 0.9 * s
		}
	}
	return 1.1 * s
}

// kana tells Japanese, of which a good part is in kana.
func kana(text string, _ []byte) float64 {
	k := shareOf(text, unicode.Hiragana) + shareOf(text, unicode.Katakana)
	if strings.ContainsFunc(text, func(r rune) bool { return r >= 0xff61 && r <= 0xff9f }) || k < 0.15 {
		return 0
	}
	return min(1, k+shareOf(text, unicode.Han))
}

// frequentPairs is the share of pairs of bytes whose first is among those of frequent
// characters and whose second is not below least.
func frequentPairs(raw []byte, from, to, least byte) float64 {
	in, all, below := 0, 0, 0
	for i := 0; i+1 < len(raw); i++ {
		if raw[i] < 0x80 {
			continue
		}
		if all++; raw[i] >= from && raw[i] <= to && raw[i+1] >= least {
			in++
		}
		if raw[i+1] < 0x80 {
			below++
		}
		i++
	}
	if least < 0x80 && 10*below < all { // the second byte of Big5 is often one of ASCII
		return 0
	}
	return float64(in) / float64(max(1, all))
}

// western reports whether bytes beyond ASCII stand as accents do in Latin text: most
// words that have some have ASCII letters too, and more of these.
func western(raw []byte) bool {
	words, mixed, ascii, high := 0, 0, 0, 0
	a, h := 0, 0 // of the word in hand
	end := func() {
		if h > 0 {
			if words++; a > 0 {
				mixed++
				ascii, high = ascii+a, high+h
			}
		}
		a, h = 0, 0
	}
	for _, b := range raw {
		switch {
		case b|0x20 >= 'a' && b|0x20 <= 'z' && b < 0x80:
			a++
		case b < 0x80 || b >= 0x91 && b <= 0x97 || b == 0x80 || b == 0x82 || b == 0x84 || b == 0x85 || b == 0x99 || b >= 0xa0 && b < 0xc0: // quotes, dashes, signs
			end()
		default:
			h++
		}
	}
	end()
	return 10*mixed >= 6*words && high <= ascii
}

// central reports whether bytes stand within words that are letters in Windows-1250
// and signs in Windows-1252.
func central(raw []byte) bool {
	letter := func(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }
	n := 0
	for i := 1; i+1 < len(raw); i++ {
		switch raw[i] {
		case 0xb9, 0xb3, 0xbf, 0x9c, 0x9f, 0xbe, 0xa3, 0xa5, 0xaf:
			if letter(raw[i-1]) && letter(raw[i+1]) {
				n++
			}
		}
	}
	return n > 0
}

// accents is the share of bytes behind a small Latin letter that an encoding reads as
// small Latin letters with accents, of those in words.
func accents(raw []byte, e encoding.Encoding) float64 {
	in, all := 0, 0
	for i := 1; i+1 < len(raw); i++ {
		if raw[i] < 0x80 || raw[i-1] < 'a' || raw[i-1] > 'z' || raw[i+1] < 'a' || raw[i+1] > 'z' {
			continue
		}
		text, err := e.NewDecoder().Bytes(raw[i : i+1])
		if err != nil {
			return 0
		}
		all++
		if r, _ := utf8.DecodeRune(text); unicode.IsLower(r) && r < 0x180 && r != '\u0192' {
			in++
		} else if r == '\u2019' { // as in don't
			all--
		}
	}
	return float64(in) / float64(max(1, all))
}

// older returns an encoding of old Macintoshes, of DOS or of Turkish that Latin text is
// likelier in than in Windows-1252; nil for none.
func older(raw []byte) (name string, e encoding.Encoding) {
	best := accents(raw, charmap.Windows1252) + 0.3
	for _, other := range []struct {
		name string
		e    encoding.Encoding
	}{{"macintosh", charmap.Macintosh}, {"ibm850", charmap.CodePage850}} {
		if share := accents(raw, other.e); share > best {
			name, e, best = other.name, other.e, share
		}
	}
	if e != nil {
		return name, e
	}
	// In place of Icelandic letters Turkish has others; Icelandic has vowels with acute
	// accents too, which Turkish has not.
	turkish, icelandic := 0, 0
	for _, b := range raw {
		switch b {
		case 0xf0, 0xfd, 0xfe:
			turkish++
		case 0xe1, 0xe6, 0xed, 0xf3, 0xfa:
			icelandic++
		}
	}
	if turkish > 0 && icelandic == 0 {
		return "windows-1254", charmap.Windows1254
	}
	return "", nil
}

// guessEncoding returns encodings that bytes which are no UTF-8 may be in, the
// likeliest first, with a part of the text as each reads it. doubt reports that the
// first is not much likelier than the second, or not likely at all.
func guessEncoding(raw []byte) (names []string, samples []string, doubt bool) {
	raw = raw[:min(len(raw), 1<<16)]
	add := func(name string, e encoding.Encoding) {
		text, err := e.NewDecoder().Bytes(raw)
		if err != nil {
			return
		}
		s := string(text)
		if at := strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }); at > 12 {
			s = strings.ToValidUTF8(s[at-12:], "")
		}
		if r := []rune(s); len(r) > 24 {
			s = string(r[:24])
		}
		names, samples = append(names, name), append(samples, strings.Join(strings.Fields(s), " "))
	}
	if western(raw) {
		if name, e := older(raw); e != nil {
			add(name, e)
			add("windows-1252", charmap.Windows1252)
			return names, samples, true
		}
		if central(raw) {
			add("windows-1250", charmap.Windows1250)
			add("windows-1252", charmap.Windows1252)
			return names, samples, true
		}
		add("windows-1252", charmap.Windows1252)
		return names, samples, false
	}
	high := 0
	for _, b := range raw {
		if b >= 0x80 {
			high++
		}
	}
	few := high < 6 // bytes tell nothing
	var first, second script
	var best, next float64
	for _, s := range scripts() {
		text, err := s.encoding.NewDecoder().Bytes(raw)
		if err != nil || strings.ContainsRune(strings.TrimRight(string(text), "\ufffd"), utf8.RuneError) {
			continue
		}
		if score := s.score(string(text), raw); score > best {
			second, next = first, best
			first, best = s, score
		} else if score > next {
			second, next = s, score
		}
	}
	if best > 0.3 {
		add(first.name, first.encoding)
	}
	if next > 0.5 && next > 0.7*best {
		add(second.name, second.encoding)
		return names, samples, few || next > 0.9*best || best < 0.6
	}
	return names, samples, few || best < 0.6
}

// languageOf names what an encoding is for, "" for Western ones.
func languageOf(name string) string {
	for _, s := range scripts() {
		if s.name == name {
			return s.language
		}
	}
	return ""
}
