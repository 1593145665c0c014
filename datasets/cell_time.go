package datasets

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// moment is a date, with a time or without, or a time of day alone.
type moment struct {
	dmy, mdy, ymd       float64 // days since 1970-01-01 UTC, read as day/month/year, month/day/year or year/month/day
	byDMY, byMDY, byYMD bool
	clock               bool // a time of day or a duration alone; dmy and mdy are hours
	timed, zone         bool // the cell has a time of day, and names a zone
	short               bool // three numbers of two digits: the year may be first or last
	first, last         int  // of these, the outer two
}

// sure returns the date if only one can be meant.
func (m *moment) sure() (days float64, ok bool) {
	switch {
	case m.short && m.byYMD && (m.byDMY && m.dmy != m.ymd || m.byMDY && m.mdy != m.ymd):
		return 0, false
	case m.byDMY && m.byMDY:
		return m.dmy, m.dmy == m.mdy
	case m.byDMY:
		return m.dmy, true
	case m.byMDY:
		return m.mdy, true
	}
	return m.ymd, m.byYMD
}

const (
	hourMicros = 60 * 60 * 1e6
	dayMicros  = 24 * hourMicros
)

// dayNumber is days since 1970-01-01 UTC: one division of an exact integer.
func dayNumber(t time.Time) float64 { return float64(t.UnixMicro()) / dayMicros }

// dayTime is the time of dayNumber.
func dayTime(days float64) time.Time {
	return time.UnixMicro(int64(math.Round(float64(days * dayMicros)))).UTC()
}

// parseMoment reads a cell without spaces around it: ISO 8601, day and month in
// either order before the year, months by their names, and what ordinary and
// parseDuration know.
func parseMoment(s string) (m moment, ok bool) {
	if len(s) < 4 || len(s) > 70 || !strings.ContainsAny(s, "0123456789") {
		return m, false
	}
	if hours, ok := parseDuration(s); ok {
		return moment{dmy: hours, mdy: hours, byDMY: true, byMDY: true, clock: true}, true
	}
	s, zoned := ordinary(s)
	if m, ok = parseOrdinary(s); zoned && !m.zone {
		return m, false
	}
	return m, ok
}

// parseOrdinary is parseMoment of a date and then a time of day.
func parseOrdinary(s string) (m moment, ok bool) {
	date, clock := s, ""
	// The clock begins at the first digits before a colon.
	if colon := strings.IndexByte(s, ':'); colon >= 0 {
		at := colon
		for at > 0 && s[at-1] >= '0' && s[at-1] <= '9' {
			at--
		}
		date, clock = s[:at], s[at:]
		if date != "" {
			last := date[len(date)-1]
			if date = date[:len(date)-1]; last != ' ' && last != 'T' && last != 't' || colon-at > 2 {
				return m, false
			}
		}
	}
	var micros int64
	var offset int
	if clock != "" {
		if micros, offset, m.zone, ok = parseClock(clock); !ok {
			return m, false
		}
		m.timed = true
	}
	date = strings.TrimRight(strings.TrimSpace(date), ",")
	if date == "" {
		m.clock, m.byDMY, m.byMDY = true, true, true
		m.dmy = float64(micros) / hourMicros
		m.mdy = m.dmy
		return m, clock != "" && !m.zone
	}
	for _, day := range []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} { // Mon, 02 Jan 2006
		if hasPrefixFold([]byte(date), day) {
			if _, rest, found := strings.Cut(date, " "); found {
				date = strings.TrimSpace(rest)
			}
			break
		}
	}
	if micros > dayMicros {
		return m, false // a duration has no date
	}
	fields := strings.FieldsFunc(date, func(r rune) bool { return r == '-' || r == '/' || r == '.' || r == ' ' || r == ',' })
	mark := byte(0)
	if at := strings.IndexAny(date, "-/. ,"); at >= 0 {
		mark = date[at]
	}
	set := func(year, month, day int) (float64, bool) {
		if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31 {
			return 0, false
		}
		t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
		if t.Day() != day {
			return 0, false
		}
		return dayNumber(t.Add(time.Duration(micros)*time.Microsecond - time.Duration(offset)*time.Minute)), true
	}
	both := func(year, month, day int) (moment, bool) {
		x, ok := set(year, month, day)
		m.dmy, m.mdy, m.ymd, m.byDMY, m.byMDY, m.byYMD = x, x, x, ok, ok, ok
		return m, ok
	}
	n := make([]int, len(fields))
	named := -1
	for i, f := range fields {
		f = strings.TrimRight(f, "stndrh") // 2nd
		v, err := strconv.Atoi(f)
		if err != nil || v < 0 {
			if v = monthNamed(fields[i]); v == 0 || named >= 0 {
				return m, false
			}
			named = i
		}
		n[i] = v
	}
	switch {
	case len(fields) == 2 && len(fields[0]) == 4 && len(fields[1]) == 2 && mark == '-' && clock == "" && named < 0: // 2024-01
		return both(n[0], n[1], 1)
	case len(fields) == 2 && named == 0 && len(fields[1]) == 4 && clock == "": // Jan 2024
		return both(n[1], n[0], 1)
	case len(fields) == 1 && len(date) == 8 && clock != "" && named < 0: // 20240102T10:11
		return both(n[0]/10000, n[0]/100%100, n[0]%100)
	case len(fields) != 3:
		return m, false
	case len(fields[0]) == 4 && named != 0 && named != 2: // 2024-01-02, 2024-Jan-02
		return both(n[0], n[1], n[2])
	}
	year := n[2]
	switch {
	case len(fields[2]) == 2: // as POSIX reads two digits
		if year += 1900; year < 1969 {
			year += 100
		}
	case len(fields[2]) != 4:
		return m, false
	}
	switch {
	case named == 0 && len(fields[1]) <= 4: // Jan 2, 2024
		return both(year, n[0], n[1])
	case named == 1: // 2 Jan 2024
		return both(year, n[1], n[0])
	case named >= 0 || len(fields[0]) > 2 || len(fields[1]) > 2:
		return m, false
	}
	if len(fields[2]) == 2 && len(fields[0]) == 2 {
		early := n[0] + 1900
		if early < 1969 {
			early += 100
		}
		m.short, m.first, m.last = true, n[0], n[2]
		m.ymd, m.byYMD = set(early, n[1], n[2])
	}
	m.dmy, m.byDMY = set(year, n[1], n[0])
	if mark != '.' {
		m.mdy, m.byMDY = set(year, n[0], n[1])
	}
	return m, m.byDMY || m.byMDY || m.byYMD
}

// parseClock reads 10:11, 10:11:12.5, either with AM or PM and a zone behind it, and
// hours beyond a day where they are a duration.
func parseClock(s string) (micros int64, offset int, zone, ok bool) {
	end := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != ':' && r != '.' && r != ',' })
	if end < 0 {
		end = len(s)
	}
	parts, rest := strings.Split(s[:end], ":"), strings.ToUpper(strings.TrimSpace(s[end:]))
	if len(parts) < 2 || len(parts) > 3 || len(parts[0]) > 4 || len(parts[0]) > 2 && len(parts) < 3 || len(parts[1]) != 2 {
		return 0, 0, false, false
	}
	hour, err1 := strconv.Atoi(parts[0])
	minute, err2 := strconv.Atoi(parts[1])
	if err1 != nil || err2 != nil || minute > 59 {
		return 0, 0, false, false
	}
	if len(parts) == 3 {
		seconds, fraction, _ := strings.Cut(strings.ReplaceAll(parts[2], ",", "."), ".")
		v, err := strconv.Atoi(seconds)
		if err != nil || v > 60 || len(seconds) != 2 || len(fraction) > 12 {
			return 0, 0, false, false
		}
		micros = int64(v) * 1e6
		if fraction != "" {
			f, err := strconv.Atoi((fraction + "000000")[:6])
			if err != nil {
				return 0, 0, false, false
			}
			micros += int64(f)
		}
	}
	for i, half := range []string{"AM", "PM"} {
		if cut, found := strings.CutPrefix(rest, half); found {
			if hour < 1 || hour > 12 {
				return 0, 0, false, false
			}
			rest, hour = strings.TrimSpace(cut), hour%12+12*i
		}
	}
	micros += int64(hour*60+minute) * 60e6
	if hour > 23 && micros != dayMicros && (rest != "" || len(parts) < 3) { // midnight is the next day's too
		return 0, 0, false, false
	}
	if rest == "" {
		return micros, 0, false, true
	}
	for _, name := range []string{"Z", "UTC", "GMT"} {
		if cut, found := strings.CutPrefix(rest, name); found {
			if rest = strings.TrimSpace(cut); rest == "" {
				return micros, 0, true, true
			}
			break
		}
	}
	if rest[0] != '+' && rest[0] != '-' {
		return 0, 0, false, false
	}
	if offset, name, found := strings.Cut(rest, " "); found { // +0100 (CET), +0000 UTC
		if strings.ContainsAny(name, "0123456789:") {
			return 0, 0, false, false
		}
		rest = offset
	}
	digits := strings.ReplaceAll(rest[1:], ":", "")
	if len(digits) == 2 {
		digits += "00"
	}
	v, err := strconv.Atoi(digits)
	if err != nil || len(digits) != 4 || v/100 > 18 || v%100 > 59 {
		return 0, 0, false, false
	}
	offset = v/100*60 + v%100
	if rest[0] == '-' {
		offset = -offset
	}
	return micros, offset, true, true
}
