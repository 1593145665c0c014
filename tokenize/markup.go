package tokenize

import "strings"

// markup finds tags, comments and the like. It remembers which closing marks
// do not occur in the rest of the text, so that many openings without one
// are not each searched to the end.
type markup struct {
	noComment, noScript, noStyle bool

	pace *pace // where it stops, what is found counts for nothing
}

// match returns the length of the markup at src[i], a '<', and whether it
// separates words; 0 if the '<' is text. Text inside the angle brackets
// (names, attributes, comments) goes with them, text between tags stays,
// except what stands in script and style elements.
func (m *markup) match(src string, i int) (n int, space bool) {
	s := src[i:]
	switch {
	case len(s) < 3:
		return 0, false
	case strings.HasPrefix(s, "<!--"):
		if m.noComment {
			return 0, false
		}
		end := strings.Index(s[4:], "-->")
		if m.noComment = end < 0; m.noComment {
			return 0, false
		}
		return len("<!--") + end + len("-->"), true
	case s[1] == '!' && isLetter[s[2]], s[1] == '?' && isLetter[s[2]]:
		end := strings.IndexAny(s[1:], "<>") + 1
		if end == 0 || s[end] == '<' {
			return 0, false
		}
		return end + 1, true
	}
	name, n := tag(s, m.pace)
	if n == 0 {
		return 0, false
	}
	switch {
	case s[1] == '/':
	case name == "script":
		n += skipTo(s[n:], "</script", &m.noScript, m.pace)
	case name == "style":
		n += skipTo(s[n:], "</style", &m.noStyle, m.pace)
	}
	return n, !inline[name]
}

// skipTo returns where the closing tag begins, 0 if there is none.
func skipTo(s, closing string, none *bool, p *pace) int {
	if *none {
		return 0
	}
	for i := 0; ; i++ {
		next := strings.IndexByte(s[i:], '<')
		if i += next; next < 0 || i+len(closing) > len(s) {
			break
		}
		if p.stop(next + 1) {
			return 0
		}
		if strings.EqualFold(s[i:i+len(closing)], closing) {
			return i
		}
	}
	*none = true
	return 0
}

// inline lists the elements whose tags do not separate words:
// "un<i>believ</i>able" is one.
var inline = set("a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd mark q s samp small span strike strong sub sup tt u var wbr")

// flags lists the attributes that need no value.
var flags = set("async autofocus autoplay checked compact controls default defer disabled hidden ismap loop multiple muted noshade novalidate nowrap open readonly required reversed selected")

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for word := range strings.FieldsSeq(words) {
		m[word] = true
	}
	return m
}

// tag parses the opening or closing tag at the start of s and returns its
// name in lower case (without the slash) and its length; 0 if there is none.
// Attributes must have values unless flags has them: "if x <y and z> w" is
// no tag. No part of a tag may be a '<', which bounds the search.
func tag(s string, p *pace) (name string, n int) {
	i := 1
	closing := i < len(s) && s[i] == '/'
	if closing {
		i++
	}
	start := i
	for i < len(s) && (isLetter[s[i]] || i > start && (isDigit(s[i]) || s[i] == '-' || s[i] == ':')) {
		i++
	}
	if i == start || s[i-1] == ':' { // "<http://...>" is an address
		return "", 0
	}
	name = s[start:i]
	for {
		gap := i
		for i < len(s) && (isGap(s[i]) || s[i] == '/') {
			i++
		}
		switch {
		case i == len(s):
			return "", 0
		case s[i] == '>':
			return strings.ToLower(name), i + 1
		case i == gap || closing:
			return "", 0
		}
		if i = attribute(s, i, p); i == 0 {
			return "", 0
		}
	}
}

// attribute returns the end of the attribute that starts at s[i], 0 if there
// is none.
func attribute(s string, i int, p *pace) int {
	start := i
	for i < len(s) && !isGap(s[i]) && strings.IndexByte("\"'<>/=", s[i]) < 0 {
		if i++; i%paceBytes == 0 && p.stop(paceBytes) {
			return 0
		}
	}
	if i == start {
		return 0
	}
	name := s[start:i]
	for i < len(s) && isGap(s[i]) {
		i++
	}
	if i == len(s) || s[i] != '=' {
		if len(name) > 16 || !flags[strings.ToLower(name)] {
			return 0
		}
		return start + len(name)
	}
	for i++; i < len(s) && isGap(s[i]); i++ {
	}
	if i == len(s) {
		return 0
	}
	if quote := s[i]; quote == '"' || quote == '\'' {
		for i++; i < len(s) && s[i] != quote; i++ {
			if s[i] == '<' || i%paceBytes == 0 && p.stop(paceBytes) {
				return 0
			}
		}
		if i == len(s) {
			return 0
		}
		return i + 1
	}
	start = i
	for i < len(s) && !isGap(s[i]) && strings.IndexByte("\"'<>=`", s[i]) < 0 {
		if i++; i%paceBytes == 0 && p.stop(paceBytes) {
			return 0
		}
	}
	if i == start {
		return 0
	}
	return i
}
