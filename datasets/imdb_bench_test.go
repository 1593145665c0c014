package datasets

import (
	"context"
	"os"
	"testing"
)

// BenchmarkLoad reads train and test from the archive that ZOO_IMDB names.
func BenchmarkLoad(b *testing.B) {
	name := os.Getenv("ZOO_IMDB")
	if name == "" {
		b.Skip("ZOO_IMDB is not set")
	}
	for b.Loop() {
		d, err := OpenIMDB(name)
		if err != nil {
			b.Fatal(err)
		}
		parts, err := d.Load(context.Background(), Train, Test)
		if err != nil {
			b.Fatal(err)
		}
		var n int64
		for _, p := range parts {
			for _, e := range p {
				n += int64(len(e.Text))
			}
		}
		b.SetBytes(n)
	}
}
