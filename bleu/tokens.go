package bleu

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// The steps of mteval-v13a, which sacrebleu calls 13a.
var (
	marks  = regexp.MustCompile("([{-~\\[-` -&(-+:-@/])")
	before = regexp.MustCompile(`([^0-9])([.,])`)
	after  = regexp.MustCompile(`([.,])([^0-9])`)
	dash   = regexp.MustCompile(`([0-9])(-)`)
)

// tokens cuts a text as mteval-v13a does.
func tokens(text string) []string {
	for _, gone := range [][2]string{{"<skipped>", ""}, {"-\n", ""}, {"\n", " "}} {
		text = strings.ReplaceAll(text, gone[0], gone[1])
	}
	if strings.Contains(text, "&") {
		for _, e := range [][2]string{{"&quot;", `"`}, {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}} {
			text = strings.ReplaceAll(text, e[0], e[1])
		}
	}
	text = " " + text + " "
	text = marks.ReplaceAllString(text, " $1 ")
	text = before.ReplaceAllString(text, "$1 $2 ")
	text = after.ReplaceAllString(text, " $1 $2")
	text = dash.ReplaceAllString(text, "$1 $2 ")
	return strings.FieldsFunc(text, isSpace)
}

// isSpace is Python's white space, which four separators of ASCII are too.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

// lower is the text in lower case by Unicode's full mapping, as Python's.
func lower(text string) string {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return cases.Lower(language.Und).String(text)
		}
	}
	return strings.ToLower(text)
}
