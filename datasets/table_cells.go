package datasets

import (
	"math"
	"strconv"
	"strings"
)

// Missing reports whether a cell stands for no value: empty, NA, N/A, NaN,
// null, none or ?, whatever the case.
func Missing(cell string) bool {
	switch strings.ToLower(strings.TrimSpace(cell)) {
	case "", "na", "n/a", "nan", "null", "none", "?":
		return true
	}
	return false
}

// Number reads a cell as a finite decimal number, with spaces around it.
func Number(cell string) (float64, bool) {
	s := strings.TrimSpace(cell)
	if s == "" || !strings.ContainsRune("+-.0123456789", rune(s[0])) || strings.ContainsAny(s, "xXpP_") {
		return 0, false // ParseFloat knows hexadecimal, underscores and Inf
	}
	x, err := strconv.ParseFloat(s, 64)
	return x, err == nil && !math.IsInf(x, 0)
}
