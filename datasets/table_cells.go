package datasets

import (
	"math"
	"strconv"
	"strings"
)

// Number reads a cell as a finite decimal number, with spaces around it.
func Number(cell string) (float64, bool) {
	s := strings.TrimSpace(cell)
	if s == "" || !strings.ContainsRune("+-.0123456789", rune(s[0])) || strings.ContainsAny(s, "xXpP_") {
		return 0, false // ParseFloat knows hexadecimal, underscores and Inf
	}
	x, err := strconv.ParseFloat(s, 64)
	return x, err == nil && !math.IsInf(x, 0)
}
