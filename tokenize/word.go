package tokenize

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// wordEnd returns the end of the word at s[i] and how many apostrophes it
// has. Beside letters and digits a word holds
//
//   - apostrophes before a letter: "don't", "O'Malley";
//   - one of ".,:/" between digits: "3.5", "1,000", "10:30", "7/10";
//   - "&", "_", "@" and "$" between letters or digits: "AT&T", "Ke$ha";
//   - asterisks between letters: "f**k";
//   - one or two plus signs, or one minus sign, after a letter that ends the
//     word: "C++", and the marks "A+" and "B-".
func wordEnd(s string, i int) (end, apostrophes int) {
	start := i
	// The caller has seen that the first character begins a word.
	_, size := utf8.DecodeRuneInString(s[i:])
	i += size
	for i < len(s) && i-start < maxToken-utf8.UTFMax {
		n := wordRune(s, i)
		if n > 0 {
			i += n
			continue
		}
		c := s[i]
		next := i + 1
		switch {
		case c == '\'':
			if !letterAhead(s, next) || s[i-1] == '\'' {
				return i, apostrophes
			}
			apostrophes++
		case c == '.' || c == ',' || c == ':' || c == '/':
			if next == len(s) || !isDigit(s[i-1]) || !isDigit(s[next]) {
				return i, apostrophes
			}
		case c == '&' || c == '_' || c == '@' || c == '$':
			// Prose takes "&rsquo;" for an apostrophe.
			if !wordAhead(s, next) || strings.HasPrefix(s[i:], "&rsquo;") {
				return i, apostrophes
			}
		case c == '*':
			for next < len(s) && s[next] == '*' && next-i < 4 {
				next++
			}
			if !letterAhead(s, next) || !isLetter[s[i-1]] {
				return i, apostrophes
			}
		case c == '+' || c == '-':
			if c == '+' && next < len(s) && s[next] == '+' {
				next++
			}
			if !isLetter[s[i-1]] || next < len(s) && (wordAhead(s, next) || s[next] == '-' || s[next] == '+') ||
				c == '-' && (i-start > 1 || s[start] < 'A' || s[start] > 'F') {
				return i, apostrophes
			}
			return next, apostrophes
		default:
			return i, apostrophes
		}
		i = next
	}
	return i, apostrophes
}

// wordRune returns the size of the character at s[i] if it always belongs to
// a word, else 0.
func wordRune(s string, i int) int {
	if c := s[i]; c < utf8.RuneSelf {
		if isLetter[c] || isDigit(c) {
			return 1
		}
		return 0
	}
	if r, size := utf8.DecodeRuneInString(s[i:]); kindOf(r) == kindWord {
		return size
	}
	return 0
}

// wordAhead reports whether s[i] begins or continues a word.
func wordAhead(s string, i int) bool { return i < len(s) && wordRune(s, i) > 0 }

func letterAhead(s string, i int) bool {
	if i >= len(s) {
		return false
	}
	if s[i] < utf8.RuneSelf {
		return isLetter[s[i]]
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	return unicode.IsLetter(r) && kindOf(r) == kindWord
}

// initials returns the end of what prose takes for an abbreviation of single
// letters, "U.S." or "e.g.", or of the same without its last stop, at s[i];
// 0 if there is none.
func initials(s string, i int) int {
	j, letters := i, 0
	for j+1 < len(s) && isLetter[s[j]] && s[j+1] == '.' && letters < 16 {
		if j+2 < len(s) && s[j+2] == '.' { // an ellipsis
			break
		}
		j, letters = j+2, letters+1
	}
	switch {
	case letters > 0 && j < len(s) && isLetter[s[j]] && !wordAhead(s, j+1) && letters < 16:
		return j + 1 // "U.S" or "U.S..."
	case letters > 1 && !(j < len(s) && s[j-1] == '.' && s[j] == '.'):
		return j
	}
	return 0
}

// joined returns where to cut a word that is two, 0 if it is one.
func joined(word string) int {
	if len(word) < 5 || len(word) > 6 {
		return 0
	}
	switch strings.ToLower(word) {
	case "cannot", "gonna", "gotta":
		return 3
	}
	return 0
}

// clitics are the endings that are tokens of their own.
var clitics = []string{"n't", "'s", "'m", "'re", "'ll", "'ve", "'d"}

// proseKnows has the ones that prose splits off.
var proseKnows = map[string]bool{"n't": true, "'s": true, "'m": true, "'re": true, "'ll": true}

// clitic returns where the last clitic of a word begins; 0 if it has none or
// is nothing else.
func clitic(word string) int {
	for _, c := range clitics {
		if cut := len(word) - len(c); cut > 0 && strings.EqualFold(word[cut:], c) {
			return cut
		}
	}
	return 0
}

// elided has the words that begin with an apostrophe, without it. Any other
// leading apostrophe is taken for a quotation mark.
var elided = set("s m re ll ve d t em cause cuz cos coz til bout nuff n")

const maxElided = len("cause")

// titles has the words of one capital and one or two small letters that form
// a token with the stop after them. Prose takes all such words for titles,
// "It." and "Yes." among them.
var titles = set("Mr Mrs Ms Dr Jr Sr St Lt Co Gen Gov Inc Ltd Rep Rev Sen Mt Ft Sgt Adm Jan Feb Aug Sep Oct Nov Dec")

// likeTitle reports whether word is one capital and one or two small letters.
func likeTitle(word string) bool {
	if len(word) < 2 || len(word) > 3 || word[0] < 'A' || word[0] > 'Z' {
		return false
	}
	for _, c := range []byte(word[1:]) {
		if c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}

// abbreviations has the other tokens that end in a stop or have a mark in
// them. Single capitals, initials of names, are found without it.
var abbreviations = []string{"Ph.D.", "Bros.", "Capt.", "Corp.", "Messrs.", "Prof.", "vs.", "w/o"}

// fixed returns the length of the abbreviation at s[i], 0 if there is none.
func fixed(s string, i int) int {
	s = s[i:]
	if len(s) < 2 {
		return 0
	}
	if s[1] == '.' && s[0] >= 'A' && s[0] <= 'Z' && s[0] != 'I' && (len(s) == 2 || s[2] != '.') {
		return 2
	}
	for _, a := range abbreviations {
		if strings.HasPrefix(s, a) && !(wordAhead(s, len(a)) && a[len(a)-1] != '.') && !strings.HasPrefix(s[len(a):], ".") {
			return len(a)
		}
	}
	return 0
}
