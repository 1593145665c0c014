package reliability_test

import (
	"testing"

	"github.com/gorgonia-zoo/zoo"
)

// BenchmarkOpen opens each embedded model from its bytes: checksums, strict
// reading, conversion and vocabulary.
func BenchmarkOpen(b *testing.B) {
	for _, r := range zoo.Models() {
		b.Run(r.Name, func(b *testing.B) {
			for b.Loop() {
				if _, err := zoo.OpenModel(r.Name); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(r.Bytes)*float64(b.N)/b.Elapsed().Seconds()/1e6, "MB/s")
		})
	}
}
