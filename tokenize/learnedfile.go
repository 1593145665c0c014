package tokenize

import (
	"fmt"
	"strings"
)

// MergesFile returns the merges as merges.txt has them, one a line, the first first. A
// tokenizer that [LearnBytePair] made is made again from them by [ReadLearned].
func (b *BytePair) MergesFile() []byte {
	var out strings.Builder
	out.WriteString(mergesVersion + "\n")
	for _, pair := range b.pairs {
		out.WriteString(pair[0] + " " + pair[1] + "\n")
	}
	return []byte(out.String())
}

// mergesVersion is the first line of merges.txt.
const mergesVersion = "#version: 0.2"

// ReadLearned returns the tokenizer whose MergesFile is given.
func ReadLearned(merges []byte) (*BytePair, error) {
	b, err := readLearned(merges)
	if err != nil {
		return nil, fmt.Errorf("tokenize: merges: %w", err)
	}
	return b, nil
}

func readLearned(data []byte) (*BytePair, error) {
	merges, err := readMerges(data)
	if err != nil {
		return nil, err
	}
	if len(merges) > MaxSubwords-258 {
		return nil, fmt.Errorf("%w: %d merges, want at most %d", ErrSubword, len(merges), MaxSubwords-258)
	}
	vocab, known := learnedAlphabet(), map[string]bool{}
	for _, v := range vocab {
		known[v] = true
	}
	for i, pair := range merges {
		for _, piece := range pair {
			if !known[piece] || piece == BeginText || piece == EndText {
				return nil, fmt.Errorf("%w: merge %d: %.80q is made by none before it", ErrSubword, i, piece)
			}
		}
		if made := pair[0] + pair[1]; !known[made] {
			known[made] = true
			vocab = append(vocab, made)
		}
	}
	return newBytePair(vocab, merges, learnedConfig())
}
