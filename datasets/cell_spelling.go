package datasets

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// monthNames are those of English, and of German, French, Spanish, Italian, Portuguese
// and Dutch where they differ, in small letters, whole and cut short.
var monthNames = [12]string{
	"january jan januar j\u00e4nner janvier janv enero ene gennaio gen janeiro januari",
	"february feb februar f\u00e9vrier f\u00e9vr fevrier febrero febbraio fevereiro fev februari",
	"march mar m\u00e4rz m\u00e4r mrz maerz mars marzo mar\u00e7o marco maart mrt",
	"april apr avril avr abril abr aprile",
	"may mai mayo maggio mag maio mei",
	"june jun juni juin junio giugno giu junho",
	"july jul juli juillet juil julio luglio lug julho",
	"august aug ao\u00fbt aout agosto ago augustus",
	"september sep sept septembre septiembre settembre set setembro",
	"october oct oktober okt octobre octubre ottobre ott outubro out",
	"november nov novembre noviembre novembro",
	"december dec dezember dez d\u00e9cembre d\u00e9c decembre diciembre dic dicembre dezembro",
}

// monthNamed returns the number of a month's name, 0 for none.
func monthNamed(s string) int {
	s = strings.TrimSuffix(strings.ToLower(s), ".")
	if s == "" || len(s) > 12 {
		return 0
	}
	for i, names := range monthNames {
		for name := range strings.FieldsSeq(names) {
			if name == s {
				return i + 1
			}
		}
	}
	return 0
}

var (
	// basicTime is 20240131T101500, with fractions and a zone.
	basicTime = regexp.MustCompile(`^(\d{8})[Tt](\d\d)(\d\d)(\d\d(?:[.,]\d+)?)?([Zz]|[+-]\d\d:?(?:\d\d)?)?$`)
	// cTime is Tue Jan  2 10:11:12 2024, and with a zone before the year, as Twitter has it.
	cTime = regexp.MustCompile(`^(?:[A-Za-z]{3},? +)?([A-Za-z]{3} +\d{1,2}) +(\d\d:\d\d(?::\d\d)?)( +[+-]\d{4}| +UTC| +GMT)? +(\d{4})$`)
	// logTime is 02/Jan/2024:10:11:12 +0000, of Web servers.
	logTime = regexp.MustCompile(`^(\d\d/[A-Za-z]{3}/\d{4}):(\d\d:\d\d:\d\d.*)$`)
	// eastTime is 2024\u5e741\u67082\u65e5 and 2024\ub144 1\uc6d4 2\uc77c.
	eastTime = regexp.MustCompile(`^(\d{4})[\x{5e74}\x{b144}] *(\d{1,2})[\x{6708}\x{c6d4}] *(\d{1,2})[\x{65e5}\x{c77c}]( *.*)$`)
)

// ordinary writes dates of a few other forms as a date and then a time of day. zoned
// tells that a zone stood in brackets behind it, which means nothing without an offset.
func ordinary(s string) (_ string, zoned bool) {
	switch last := s[len(s)-1]; {
	case last == ']':
		if at := strings.IndexByte(s, '['); at > 0 { // 2024-01-02T10:11+01:00[Europe/Berlin]
			return strings.TrimSpace(s[:at]), true
		}
	case s[0] >= '0' && s[0] <= '9' && len(s) > 8 && (s[8] == 'T' || s[8] == 't'):
		if m := basicTime.FindStringSubmatch(s); m != nil {
			clock := m[2] + ":" + m[3]
			if m[4] != "" {
				clock += ":" + m[4]
			}
			return m[1] + " " + clock + m[5], false
		}
	case len(s) > 11 && s[2] == '/' && s[11] == ':':
		if m := logTime.FindStringSubmatch(s); m != nil {
			return m[1] + " " + m[2], false
		}
	case last >= '0' && last <= '9' && len(s) > 15 && s[0] >= 'A':
		if m := cTime.FindStringSubmatch(s); m != nil {
			return m[1] + " " + m[4] + " " + m[2] + m[3], false
		}
	case len(s) > 6 && s[4] >= 0x80:
		if m := eastTime.FindStringSubmatch(s); m != nil {
			return m[1] + "-" + m[2] + "-" + m[3] + m[4], false
		}
	}
	if strings.Contains(s, " de ") { // 2 de enero de 2024
		s = strings.ReplaceAll(s, " de ", " ")
	}
	return s, false
}

var (
	isoDuration    = regexp.MustCompile(`^(-?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$`)
	pandasDuration = regexp.MustCompile(`^(-?)(\d+) days?(?: \+?(\d\d):(\d\d):(\d\d(?:\.\d+)?))?$`)
)

// parseDuration reads PT5H30M, of ISO 8601, and 5 days 03:00:00, of pandas, in hours.
func parseDuration(s string) (hours float64, ok bool) {
	var parts []string // weeks, days, hours, minutes, seconds
	m := []string(nil)
	switch {
	case s[0] == 'P' || s[0] == '-' && s[1] == 'P':
		if m = isoDuration.FindStringSubmatch(s); m == nil || strings.HasSuffix(s, "P") || strings.HasSuffix(s, "T") {
			return 0, false
		}
		parts = m[2:]
	case strings.Contains(s, " day"):
		if m = pandasDuration.FindStringSubmatch(s); m == nil {
			return 0, false
		}
		parts = append([]string{""}, m[2:]...)
	default:
		return 0, false
	}
	seconds := 0.0
	for i, unit := range []float64{7 * 86400, 86400, 3600, 60, 1} {
		if parts[i] == "" {
			continue
		}
		x, err := strconv.ParseFloat(parts[i], 64)
		if err != nil {
			return 0, false
		}
		// What a day is behind the sign of pandas' is positive: -1 days +23:00:00.
		if term := float64(x * unit); m[1] == "-" && (i < 2 || s[1] == 'P') {
			seconds -= term
		} else {
			seconds += term
		}
	}
	return seconds / 3600, true
}

// compactDate reads a number such as 20240131 or 20240131101500, of the years 1900 to
// 2100, in days since 1970-01-01.
func compactDate(x float64) (days float64, ok bool) {
	if x != float64(int64(x)) {
		return 0, false
	}
	date, clock := int64(x), int64(0)
	if date > 19000101000000 && date < 21010101000000 {
		date, clock = date/1e6, date%1e6
	}
	if date < 19000101 || date > 21001231 || clock/10000 > 23 || clock/100%100 > 59 || clock%100 > 59 {
		return 0, false
	}
	t := time.Date(int(date/10000), time.Month(date/100%100), int(date%100), int(clock/10000), int(clock/100%100), int(clock%100), 0, time.UTC)
	if int64(t.Month()) != date/100%100 || int64(t.Day()) != date%100 {
		return 0, false
	}
	return dayNumber(t), true
}
