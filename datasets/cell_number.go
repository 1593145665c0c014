package datasets

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// numeral is a number as people write it: with a currency or a percent sign, and
// with marks between thousands. Where the point and the comma may each be the
// decimal mark it has a value by either.
type numeral struct {
	point, comma     float64
	byPoint, byComma bool
	currency         string // as isCurrency knows it
	percent          bool
	unit             string // what else stands behind it, as in 12 kg
	// grouped tells marks between thousands, single those that a decimal mark with
	// three digits could be: 1,234 or 1.234.
	grouped, single bool
}

// currencies are what stands for money beside the symbols that Unicode knows.
var currencies = []string{
	"us$", "r$", "a$", "au$", "c$", "ca$", "hk$", "nt$", "nz$", "s$", "rs", "rs.", "kr", "kr.", "z\u0142", "k\u010d", "ft", "lei", "fr", "fr.", "sfr.",
	"\u0440\u0443\u0431", "\u0440\u0443\u0431.", "\u0440.", "\u043b\u0432", "\u043b\u0432.", "tl", "\u5143", "\u5186", "\uc6d0",
	"usd", "eur", "gbp", "chf", "jpy", "cny", "rmb", "inr", "rub", "krw", "brl", "cad", "aud", "nzd", "sek", "nok", "dkk", "isk", "pln", "czk", "huf", "ron", "bgn",
	"try", "zar", "mxn", "sgd", "hkd", "twd", "thb", "vnd", "idr", "myr", "php", "ils", "aed", "sar", "egp", "uah", "ars", "clp", "cop", "ngn", "kes",
}

// isCurrency returns the mark in lower case if it is one of money.
func isCurrency(s string) (string, bool) {
	if r, n := utf8.DecodeRuneInString(s); n == len(s) && unicode.Is(unicode.Sc, r) {
		return s, true
	}
	s = strings.ToLower(s)
	return s, slices.Contains(currencies, s)
}

// asciiDigits writes digits and marks of other scripts as those of ASCII.
func asciiDigits(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return strings.Map(func(r rune) rune {
				switch {
				case r < utf8.RuneSelf:
					return r
				case r == '\u066b', r == '\uff0e': // Arabic and full-width decimal marks
					return '.'
				case r == '\u066c': // between Arabic thousands
					return '\u00a0'
				case r == '\uff0c':
					return ','
				case r == '\uff0d':
					return '-'
				}
				for _, table := range unicode.Nd.R16 {
					if r >= rune(table.Lo) && r <= rune(table.Hi) {
						return '0' + (r-rune(table.Lo))%10 // a script's ten digits stand together
					}
				}
				return r
			}, s)
		}
	}
	return s
}

// cutUnit cuts off what stands behind a number and is no currency: a unit of a few
// letters, as in 12 kg, 80 m2 and 1.5 km/h. at is where the digits begin.
func cutUnit(s string, at int) (number, unit string) {
	i := at
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		if unicode.IsLetter(r) || r == '\u00b0' {
			next := strings.TrimLeft(s[i+n:], "+-")
			if (r == 'e' || r == 'E') && next != "" && next[0] >= '0' && next[0] <= '9' && i > at {
				i += n // an exponent
				continue
			}
			break
		}
		i += n
	}
	number, unit = strings.TrimSpace(s[:i]), strings.TrimSpace(s[i:])
	if i == at || i == len(s) || len(unit) > 16 {
		return s, ""
	}
	if _, money := isCurrency(unit); money {
		return s, ""
	}
	for k, r := range unit {
		switch {
		case unicode.IsLetter(r), unicode.Is(unicode.Sc, r), strings.ContainsRune("./ \u00b0\u00b2\u00b3", r):
		case (r == '2' || r == '3') && k == len(unit)-1 && k > 0 && unit[k-1] != ' ': // m2
		default:
			return s, ""
		}
	}
	return number, unit
}

// parseNumeral reads a cell without spaces around it.
func parseNumeral(s string) (n numeral, ok bool) {
	if len(s) > 60 || s == "" {
		return n, false
	}
	s = asciiDigits(s)
	if len(s) > 1 && s[0] == '\'' { // by which Excel marks a text
		s = s[1:]
	}
	negative := false
	if rest, found := strings.CutPrefix(s, "("); found { // as accountants write it
		if rest, found = strings.CutSuffix(rest, ")"); !found {
			return n, false
		}
		negative, s = true, strings.TrimSpace(rest)
	}
	sign := func() bool {
		for _, mark := range []string{"-", "\u2212", "+"} {
			if rest, found := strings.CutPrefix(s, mark); found {
				s = strings.TrimSpace(rest)
				if negative && mark != "+" {
					return false
				}
				negative = negative || mark != "+"
				return true
			}
		}
		return true
	}
	if !sign() {
		return n, false
	}
	first := strings.IndexFunc(s, func(r rune) bool { return r >= '0' && r <= '9' || r == '.' || r == ',' })
	if first < 0 {
		return n, false
	}
	s, n.unit = cutUnit(s, first)
	last := strings.LastIndexFunc(s, func(r rune) bool { return r >= '0' && r <= '9' })
	if last < first {
		return n, false
	}
	// Rs. and kr. end in a point.
	if s[first] == '.' && first > 0 && (first+1 >= len(s) || s[first+1] < '0' || s[first+1] > '9') {
		first++
		for first < len(s) && s[first] == ' ' {
			first++
		}
		if first > last {
			return n, false
		}
	}
	before, core, after := strings.TrimSpace(s[:first]), s[first:last+1], strings.TrimSpace(s[last+1:])
	if rest, found := strings.CutSuffix(before, "("); found && !negative { // $(5)
		if after, found = strings.CutSuffix(after, ")"); !found {
			return n, false
		}
		negative, before, after = true, strings.TrimSpace(rest), strings.TrimSpace(after)
	}
	if after == "-" && !negative { // as SAP writes it
		negative, after = true, ""
	}
	if before != "" {
		rest := before
		for _, mark := range []string{"-", "\u2212"} {
			if cut, found := strings.CutSuffix(rest, mark); found && !negative {
				negative, rest = true, strings.TrimSpace(cut)
			}
		}
		if n.currency, ok = isCurrency(rest); !ok {
			return n, false
		}
	}
	switch {
	case after == "" || after == "." && before == "":
	case after == "%" || after == "\uff05":
		n.percent = true
	default:
		mark, known := isCurrency(after)
		if !known || n.currency != "" {
			return n, false
		}
		n.currency = mark
	}
	if n.currency != "" && n.percent || n.unit != "" && n.percent {
		return n, false
	}
	n.point, n.byPoint = digitsBy(core, '.', ',')
	n.comma, n.byComma = digitsBy(core, ',', '.')
	if negative {
		n.point, n.comma = -n.point, -n.comma
	}
	n.single = n.byPoint && n.byComma && strings.ContainsAny(core, ".,")
	n.grouped = n.byPoint && strings.Contains(core, ",") || n.byComma && strings.Contains(core, ".") || strings.ContainsFunc(core, spacing)
	return n, n.byPoint || n.byComma
}

// spacing are marks between thousands that are no decimal marks anywhere.
func spacing(r rune) bool {
	switch r {
	case ' ', '\u00a0', '\u202f', '\u2009', '\'', '\u2019':
		return true
	}
	return false
}

// digitsBy reads digits with a decimal mark, and with group or a space between
// thousands.
func digitsBy(s string, decimal, group byte) (float64, bool) {
	exponent := ""
	if at := strings.IndexAny(s, "eE"); at >= 0 {
		s, exponent = s[:at], s[at:]
	}
	whole, fraction := s, ""
	if at := strings.IndexByte(s, decimal); at >= 0 {
		whole, fraction = s[:at], s[at+1:]
		if strings.Trim(fraction, "0123456789") != "" {
			return 0, false
		}
	}
	var digits []byte
	var mark rune
	runs := []int{0} // of digits between marks
	for _, r := range whole {
		switch {
		case r >= '0' && r <= '9':
			digits = append(digits, byte(r))
			runs[len(runs)-1]++
		case r == rune(group) || spacing(r):
			if mark != 0 && mark != r {
				return 0, false
			}
			mark = r
			runs = append(runs, 0)
		default:
			return 0, false
		}
	}
	if n := len(runs); n > 1 {
		// 1,234,567, or 12,34,567 as in India; and 0,123 is no thousand.
		if runs[n-1] != 3 || runs[0] < 1 || digits[0] == '0' || exponent != "" {
			return 0, false
		}
		between := 3
		if n > 2 && runs[1] == 2 && group == ',' {
			between = 2
		}
		if runs[0] > between {
			return 0, false
		}
		for _, k := range runs[1 : n-1] {
			if k != between {
				return 0, false
			}
		}
	}
	if len(digits)+len(fraction) == 0 {
		return 0, false
	}
	text := string(digits)
	if text == "" {
		text = "0"
	}
	if fraction != "" {
		text += "." + fraction
	}
	return Number(text + exponent)
}

// boolean reads a word for yes or no.
func boolean(cell string) (float64, bool) {
	if len(cell) > 5 {
		return 0, false
	}
	switch strings.ToLower(cell) {
	case "true", "t", "yes", "y":
		return 1, true
	case "false", "f", "no", "n":
		return 0, true
	}
	return 0, false
}

// category is the one spelling of equal values: numbers without needless zeros,
// true and false in lower case, accents in one encoding.
func category(cell string) string {
	cell = canonical(cell)
	switch low := strings.ToLower(cell); low {
	case "true", "false":
		return low
	}
	x, ok := Number(cell)
	if !ok {
		return cell
	}
	digits := strings.TrimLeft(cell, "+-")
	if len(digits) > 1 && digits[0] == '0' && digits[1] != '.' {
		return cell // 007 is a name
	}
	if len(digits) > 15 && !strings.ContainsAny(digits, ".eE") {
		return cell // more than a float64 tells apart
	}
	if x == 0 {
		return "0"
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}
