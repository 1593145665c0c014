package word2vec

import "testing"

// BenchmarkTrain trains on as many words as a small corpus has, small ids the
// more frequent.
func BenchmarkTrain(b *testing.B) {
	for name, c := range map[string]Config{"skip-gram": {}, "cbow": {CBOW: true}} {
		b.Run(name, func(b *testing.B) {
			texts := text(1000, 240, 20000)
			tr, err := NewTrainer(c, TrainerConfig{Vocab: 20000, Epochs: 1}, texts)
			if err != nil {
				b.Fatal(err)
			}
			words := 0
			for b.Loop() {
				step := uint64(0)
				for r := range tr.Epoch(0) {
					if _, _, err := tr.Step(r, step); err != nil {
						b.Fatal(err)
					}
					step++
				}
				words += tr.Words()
			}
			b.ReportMetric(float64(words)/b.Elapsed().Seconds(), "words/s")
		})
	}
}
