package tokenize

import (
	"os"
	"strings"
	"testing"
)

// BenchmarkSubword cuts reviews on one goroutine: with the small tokenizers of
// the golden file, or with the one whose tokenizer.json ZOO_TOKENIZER names.
func BenchmarkSubword(b *testing.B) {
	texts := reviews(b, 400)
	type named struct {
		name string
		Subword
	}
	all := []named{{"WordPiece", uncased(b)}, {"BytePair", roberta(b)}}
	if path := os.Getenv("ZOO_TOKENIZER"); path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		all = []named{{"given", readSubwordFiles(b, SubwordFiles{Tokenizer: data})}}
	}
	for _, s := range all {
		b.Run(s.name, func(b *testing.B) {
			var ids []int32
			pieces, size := 0, 0
			b.ReportAllocs()
			for b.Loop() {
				for _, text := range texts {
					ids, _ = s.Encode(ids[:0], text, 0)
					pieces += len(ids)
					size += len(text)
				}
			}
			b.ReportMetric(float64(pieces)/b.Elapsed().Seconds()/1e6, "Mpieces/s")
			b.ReportMetric(float64(size)/b.Elapsed().Seconds()/1e6, "MB/s")
		})
	}
}

// BenchmarkReadSubword reads a tokenizer of BERT's size.
func BenchmarkReadSubword(b *testing.B) {
	var vocab strings.Builder
	vocab.WriteString("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n")
	for i := range uint64(30_000) {
		if i%4 == 3 {
			vocab.WriteString("##")
		}
		vocab.WriteString(word(i*977) + "\n")
	}
	for b.Loop() {
		if _, err := ReadSubword(SubwordFiles{Vocab: []byte(vocab.String())}); err != nil {
			b.Fatal(err)
		}
	}
}
