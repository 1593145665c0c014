package tokenize

import (
	"strconv"
	"strings"
	"testing"
)

// giants are repeated without a blank to make texts that are hard in one way
// or another.
var giants = []string{
	"a", "é", "👍", "👨‍👩‍👧", "我", "<", "<a ", "<a b=", "<a b='", "<!--", "<!a", "<script>", "&", "&amp", "&#",
	"!", "(", "'", "''s", "n't", "a'", "a.", "a..", ".a", "a!", "Ⱥ'", ":", ":)", "a@", "a.b@", "-", "*a", "\u0301", "\u200d",
	"http://", "www.a", "é.", "$\"", "It.", "It.!", "a.com", "\xff", "\x00", "word. ",
}

// BenchmarkGiants tokenises single texts of 10 MB.
func BenchmarkGiants(b *testing.B) {
	for _, unit := range giants {
		text := strings.Repeat(unit, 10_000_000/len(unit))
		b.Run(strconv.QuoteToASCII(unit), func(b *testing.B) {
			for range b.N {
				New(Config{}).Tokens(text)
			}
			b.ReportMetric(float64(len(text))*float64(b.N)/b.Elapsed().Seconds()/1e6, "MB/s")
		})
	}
}
