package lm

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/fnv"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/models/lm"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// running is texts to learn a language from.
type running struct {
	train, validation [][]int32 // ids of words
	vocab             *tokenize.Vocab
	texts, tokens     int
	unknown           float64    // share of the words to train on that are outside the vocabulary
	from              texts.Part // whether all came from the cache
	source            string     // what the data is
	fingerprint       string     // its fingerprint
}

// read reads and tokenises the data, holds some texts out and makes the vocabulary of
// the others: that of base, if there is one, and more words.
func read(ctx context.Context, r *Recipe, base *lm.Model, data *texts.Set) (*running, error) {
	settings := r.Tokenizer
	if base != nil {
		settings = base.Tokenizer()
	}
	parts := []datasets.Part{datasets.Train}
	text := &running{from: texts.Part{Cached: true}}
	if r.Unlabelled && !data.IsTable() {
		parts = append(parts, datasets.Unsup)
	}
	all := &texts.Corpus{}
	index := map[string]int32{}
	sums := sha256.New()
	for _, part := range parts {
		c, err := data.Read(ctx, part, settings)
		if err != nil {
			return nil, err
		}
		fingerprint, err := c.Fingerprint()
		if err != nil {
			return nil, err
		}
		fmt.Fprintln(sums, fingerprint)
		text.fingerprint, text.from.Cached = fingerprint, text.from.Cached && c.Cached
		ids := make([]int32, len(c.Words)) // in all.Words
		for i, w := range c.Words {
			id, ok := index[w]
			if !ok {
				id = int32(len(all.Words))
				all.Words, index[w] = append(all.Words, w), id
			}
			ids[i] = id
		}
		for _, t := range c.Texts { // the corpus is ours: no copy
			for i, w := range t {
				t[i] = ids[w]
			}
		}
		all.Texts = append(all.Texts, c.Texts...)
	}
	if len(parts) > 1 {
		text.fingerprint = hex.EncodeToString(sums.Sum(nil))
	}
	text.source = data.Describe(r.Data, len(all.Texts), 0)
	text.texts, text.tokens = len(all.Texts), all.Tokens()
	learn, hold := split(all.Texts, r.Validation, r.Seed)
	var err error
	if text.vocab, err = vocabulary(r, base, all, learn); err != nil {
		return nil, err
	}
	ids, _ := all.Encode(text.vocab, 0)
	unknown, words := 0, 0
	for _, at := range learn {
		text.train = append(text.train, ids[at])
		words += len(ids[at])
		for _, id := range ids[at] {
			if id == text.vocab.UNK() {
				unknown++
			}
		}
	}
	text.unknown = float64(unknown) / float64(max(1, words))
	for _, at := range hold {
		text.validation = append(text.validation, ids[at])
	}
	return text, nil
}

// vocabulary returns the words to know: the most frequent of the texts to learn from,
// or those of base and the most frequent of the others.
func vocabulary(r *Recipe, base *lm.Model, all *texts.Corpus, learn []int) (*tokenize.Vocab, error) {
	limits := r.Vocab
	if limits.Specials == nil {
		limits.Specials = []string{tokenize.UNK, tokenize.PAD, lm.EOS}
	}
	if base == nil {
		vocab, err := all.Vocab(limits, learn)
		if err != nil {
			return nil, fmt.Errorf("zoo: %w", err)
		}
		if vocab.Len() == vocab.Specials() {
			return nil, fmt.Errorf("zoo: data: no word is often enough for the vocabulary: want %d times", max(1, limits.MinCount))
		}
		return vocab, nil
	}
	limits.MaxSize = 0 // of words that are not there yet
	vocab, err := all.Vocab(limits, learn)
	if err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	var more []string
	for id := vocab.Specials(); id < vocab.Len() && (r.Vocab.MaxSize == 0 || len(more) < r.Vocab.MaxSize); id++ {
		word, _ := vocab.Token(int32(id))
		if _, known := base.Vocab().ID(word); !known {
			more = append(more, word)
		}
	}
	grown, err := base.Vocab().Grow(more)
	if err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	return grown, nil
}

// split holds a share of the texts out, at random. Texts that are equal to one of
// those are neither learned nor held out again.
func split(all [][]int32, share float64, seed uint64) (learn, hold []int) {
	learn, hold = datasets.Split(len(all), share, seed)
	if len(hold) == 0 {
		return learn, nil
	}
	var bytes []byte
	sum := func(t []int32) uint64 {
		bytes = bytes[:0]
		for _, w := range t {
			bytes = binary.LittleEndian.AppendUint32(bytes, uint32(w))
		}
		h := fnv.New64a()
		h.Write(bytes)
		return h.Sum64()
	}
	held := make(map[uint64]bool, len(hold))
	for _, at := range hold {
		held[sum(all[at])] = true
	}
	kept := learn[:0]
	for _, at := range learn {
		if !held[sum(all[at])] {
			kept = append(kept, at)
		}
	}
	return kept, hold
}
