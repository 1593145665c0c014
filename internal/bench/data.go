package bench

import (
	"errors"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"

	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// A point of a distribution: at the given share of all, the value.
type point struct{ share, value float64 }

// imdbLengths are quantiles of the tokens in the 25,000 labelled training
// reviews of IMDB (mean 272), and imdbRanks the share of their 6,807,600
// tokens that the so many most frequent of the 76,423 distinct ones make up.
// Both were counted once, with tokenizer "prose-1" in lower case.
var (
	imdbLengths = []point{
		{0, 11}, {.05, 76}, {.1, 106}, {.15, 128}, {.2, 139}, {.25, 147}, {.3, 156}, {.35, 165}, {.4, 177}, {.45, 189},
		{.5, 203}, {.55, 220}, {.6, 239}, {.65, 264}, {.7, 294}, {.75, 330}, {.8, 378}, {.85, 439}, {.9, 534}, {.95, 698},
		{.96, 750}, {.97, 825}, {.98, 920}, {.99, 1056}, {.995, 1142}, {.999, 1271}, {.9999, 1992}, {1, 2767}}
	imdbRanks = []point{
		{0, 1}, {.0495, 2}, {.0901, 3}, {.1547, 5}, {.2362, 9}, {.3261, 17}, {.4153, 33}, {.5056, 65}, {.5918, 129},
		{.6673, 257}, {.735, 513}, {.798, 1025}, {.8544, 2049}, {.9035, 4097}, {.9439, 8193}, {.9731, 16385}, {.9851, 24999},
		{1, 76424}}
)

// bracket returns the points around a share and where between them it lies.
func bracket(points []point, share float64) (lo, hi, at float64) {
	i := sort.Search(len(points)-1, func(i int) bool { return points[i].share >= share })
	i = max(i, 1)
	a, b := points[i-1], points[i]
	return a.value, b.value, (share - a.share) / (b.share - a.share)
}

// imdbLength returns the quantile of the length of a review.
func imdbLength(share float64) int {
	lo, hi, at := bracket(imdbLengths, share)
	return int(lo + float64(at*(hi-lo)))
}

// imdbRank draws a token by its place in the order of frequency, from 0.
func imdbRank(rng *rand.Rand) int {
	lo, hi, at := bracket(imdbRanks, rng.Float64())
	return int(lo*math.Pow(hi/lo, at)) - 1 // Zipf: even in the logarithm
}

// Batches returns the lengths of the texts in the batches that Run
// trains on, for programs to compare with. They are count batches of batch
// texts, evenly chosen from the 100 that training makes of 100*batch reviews
// when it sorts them by length.
func Batches(count, batch int) [][]int {
	batches := make([][]int, count)
	for i := range batches {
		first := (2*i + 1) * 100 / (2 * count) * batch
		for j := range batch {
			batches[i] = append(batches[i], imdbLength((float64(first+j)+.5)/float64(100*batch)))
		}
		slices.Reverse(batches[i]) // the longest first
	}
	// Neither rising nor falling, so that no stretch of time has all the long ones.
	ops.Stream(1, "bench.order", 0).Shuffle(count, func(i, j int) { batches[i], batches[j] = batches[j], batches[i] })
	return batches
}

// madeIDs draws texts of the given lengths from a vocabulary of the given
// size, whose first two tokens are UNK and PAD.
func madeIDs(rng *rand.Rand, lengths []int, vocab int) [][]int32 {
	texts := make([][]int32, len(lengths))
	for i, n := range lengths {
		texts[i] = make([]int32, n)
		for j := range texts[i] {
			if id := imdbRank(rng) + 2; id < vocab {
				texts[i][j] = int32(id)
			}
		}
	}
	return texts
}

// The most frequent words, in about their order, and the syllables of which
// madeWord makes the others.
var (
	commonWords = strings.Fields(`the , . and a of to is it in i this that 's was as with for movie but film on you not
		are his have he be one at all by an who they from so like or just about out has if what there her some good can
		more very when up no she time even my would which only really story their had we see were me well than much do
		been get other will also people into because great how first him most made don its way make them could too then
		movies any think films after acting watch characters being character plot never love two best life where little`)
	syllables = strings.Fields(`ba be bi bo bu da de di do du fa fe fi fo fu ka ke ki ko ku la le li lo lu ma me mi mo
		mu na ne ni no nu pa pe pi po pu ra re ri ro ru sa se si so su ta te ti to tu`)
)

// madeWord returns the token of the given rank.
func madeWord(rank int) string {
	if rank < len(commonWords) {
		return commonWords[rank]
	}
	n := len(syllables)
	return syllables[rank%n] + syllables[rank/n%n] + syllables[rank/n/n%n]
}

// madeVocab returns a vocabulary of the given size: specials, then madeWord
// in its order.
func madeVocab(size int) (*tokenize.Vocab, error) {
	return tokenize.CountedVocab(func(yield func(string, int) bool) {
		for rank := range size - 2 {
			if !yield(madeWord(rank), size-rank) {
				return
			}
		}
	}, tokenize.VocabConfig{MaxSize: size})
}

// madeText writes words as a review has them.
func madeText(words []string) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 && !strings.ContainsAny(w[:1], ",.'") {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}

// madeReview returns a text of as many words.
func madeReview(rng *rand.Rand, words int) []string {
	list := make([]string, words)
	for i := range list {
		list[i] = madeWord(imdbRank(rng))
	}
	return list
}

// exactReview returns a text of exactly so many tokens.
func exactReview(rng *rand.Rand, c *lstm.Classifier, tokens int) (string, error) {
	words := madeReview(rng, tokens)
	for range 10 {
		text := madeText(words)
		ids, _ := c.Encode(text)
		switch n := tokens - len(ids); {
		case n == 0:
			return text, nil
		case n > 0:
			words = append(words, slices.Repeat([]string{"film"}, n)...)
		default:
			words = words[:max(1, len(words)+n)]
		}
	}
	return "", errors.New("the tokenizer makes no text of the wanted length")
}

// madeCorpus returns reviews of at least so many bytes, with line breaks as
// IMDB's have them.
func madeCorpus(rng *rand.Rand, bytes int) (texts []string, size int) {
	for size < bytes {
		words := madeReview(rng, imdbLength(rng.Float64()))
		for i := 80; i < len(words); i += 80 {
			words[i] = "<br /><br />"
		}
		text := madeText(words)
		texts, size = append(texts, text), size+len(text)
	}
	return texts, size
}

// withoutError yields texts as Tokenizer.Map takes them.
func withoutError(texts []string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, t := range texts {
			if !yield(t, nil) {
				return
			}
		}
	}
}
