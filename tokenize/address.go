package tokenize

import (
	"strings"
	"unicode/utf8"
)

// domains has the endings that tell a bare domain from two sentences without
// a blank between them. Endings that are English words are left out.
var domains = set("com net org edu gov info biz tv uk de fr eu ca au ru jp nz ie nl se")

// maxAddress is how far ahead a domain or the name in an e-mail address is
// searched for.
const maxAddress = 64

// mayHoldAddress spares spans without the marks of an address the search.
func mayHoldAddress(s string) bool {
	for i := range max(len(s)-1, 0) {
		switch s[i] {
		case '@':
			return true
		case '.', ':':
			if c := s[i+1]; isLetter[c] || isDigit(c) || c == '/' {
				return true
			}
		}
	}
	return false
}

// address returns the length of the URL, domain or e-mail address at s[i],
// where a word begins; 0 if there is none.
func (b *breaker) address(i int) int {
	if !b.addresses {
		return 0
	}
	s := b.s[i:]
	head := strings.ToLower(s[:min(len(s), len("https://"))])
	for _, scheme := range []string{"http://", "https://", "ftp://", "www."} {
		if strings.HasPrefix(head, scheme) && wordAhead(s, len(scheme)) {
			return link(s, len(scheme))
		}
	}
	if i < b.searched {
		return 0
	}
	j := 0
	for j < len(s) && j < maxAddress && (isLetter[s[j]] || isDigit(s[j]) || strings.IndexByte("._%+-", s[j]) >= 0) {
		j++
	}
	if j < len(s) && s[j] == '@' {
		if n, _ := domain(s[j+1:], false); n > 0 {
			return j + 1 + n
		}
		return 0
	}
	n, searched := domain(s, true)
	if n == 0 {
		// What begins later has no other endings than what began here.
		b.searched = i + searched
	}
	if n > 0 && n < len(s) && s[n] == '/' {
		return link(s, n)
	}
	return n
}

// domain returns the length of the domain at the start of s, 0 if there is
// none, and up to where it has looked; known asks for an ending from domains.
func domain(s string, known bool) (end, searched int) {
	start := 0 // of the label
	for j := 0; j <= len(s) && j < maxAddress; j++ {
		if j < len(s) && (isLetter[s[j]] || isDigit(s[j]) || s[j] == '-' && j > start) {
			continue
		}
		label := s[start:j]
		if label == "" || wordAhead(s, j) { // the latter: it goes on beyond ASCII
			break
		}
		if start > 0 && len(label) > 1 && (domains[strings.ToLower(label)] && sameCase(label) || !known && letters(label)) {
			end = j
		}
		if j == len(s) || s[j] != '.' {
			break
		}
		start = j + 1
	}
	return end, start
}

func letters(s string) bool {
	for _, c := range []byte(s) {
		if !isLetter[c] {
			return false
		}
	}
	return true
}

// sameCase refuses "film.De".
func sameCase(s string) bool { return s == strings.ToLower(s) || s == strings.ToUpper(s) }

// link returns the length of the URL at the start of s, of which n bytes are
// certain. Marks at its end belong to the sentence, except a bracket that
// was opened within.
func link(s string, n int) int {
	j, open := n, 0 // brackets not closed
	for j < len(s) && j < maxToken {
		if s[j] >= utf8.RuneSelf {
			size := wordRune(s, j)
			if size == 0 {
				break
			}
			j += size
			continue
		}
		if strings.IndexByte("\"<>`{}|\\^", s[j]) >= 0 {
			break
		}
		switch s[j] {
		case '(':
			open++
		case ')':
			open--
		}
		j++
	}
	for j > n && strings.IndexByte(".,!?;:'*)]_~-", s[j-1]) >= 0 {
		if s[j-1] == ')' {
			if open >= 0 {
				break
			}
			open++
		}
		j--
	}
	return j
}
