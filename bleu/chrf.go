package bleu

import "strings"

// chrfOrder is the longest n-grams of characters that chrF counts, and chrfBeta how
// much more recall counts than precision.
const (
	chrfOrder = 6
	chrfBeta  = 2
)

// counts are n-grams of one order.
type counts struct{ hypothesis, reference, match int }

// addChars counts the n-grams of characters, without white space.
func addChars(sums *[chrfOrder]counts, hypothesis, reference string) {
	h, r := letters(hypothesis), letters(reference)
	for n := 1; n <= chrfOrder; n++ {
		c := &sums[n-1]
		have := grams(r, n)
		for gram, count := range grams(h, n) {
			if len(have) > 0 { // no hits and no misses where the reference has none
				c.hypothesis += count
			}
			c.match += min(count, have[gram])
		}
		c.reference += max(0, len(r)-n+1)
	}
}

func letters(text string) []rune {
	return []rune(strings.Map(func(r rune) rune {
		if isSpace(r) {
			return -1
		}
		return r
	}, text))
}

func grams(text []rune, n int) map[string]int {
	all := map[string]int{}
	for i := range len(text) - n + 1 {
		all[string(text[i:i+n])]++
	}
	return all
}

// chrF is the F score of the mean precision and the mean recall over the orders that
// both sides have.
func chrF(sums *[chrfOrder]counts) float64 {
	var precision, recall float64
	orders := 0
	for _, c := range sums {
		if c.hypothesis > 0 && c.reference > 0 {
			precision += float64(c.match) / float64(c.hypothesis)
			recall += float64(c.match) / float64(c.reference)
			orders++
		}
	}
	if orders == 0 || precision+recall == 0 {
		return 0
	}
	precision /= float64(orders)
	recall /= float64(orders)
	const factor = chrfBeta * chrfBeta
	return 100 * (1 + factor) * precision * recall / (float64(factor*precision) + recall)
}
