package tokenize

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"
)

// reviews returns texts to measure with: those of the labelled training part
// of the IMDB archive that ZOO_IMDB names, else random ones whose words are
// as unevenly frequent.
func reviews(tb testing.TB, limit int) []string {
	path := os.Getenv("ZOO_IMDB")
	if path == "" {
		return madeUp(limit)
	}
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	var texts []string
	for r := tar.NewReader(z); len(texts) < limit; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			tb.Fatal(err)
		}
		if !strings.Contains(h.Name, "/train/pos/") && !strings.Contains(h.Name, "/train/neg/") || !strings.HasSuffix(h.Name, ".txt") {
			continue
		}
		text, err := io.ReadAll(r)
		if err != nil {
			tb.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	return texts
}

func madeUp(n int) []string {
	rng := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(rng, 1.1, 8, 200_000)
	ends := []string{" ", " ", " ", " ", " ", " ", " ", ", ", ". ", "'s ", "-", ".<br /><br />", "! ", " (", ") "}
	texts := make([]string, n)
	for i := range texts {
		var b strings.Builder
		for b.Len() < 1300 {
			fmt.Fprintf(&b, "%s%s", word(zipf.Uint64()), ends[rng.IntN(len(ends))])
		}
		texts[i] = b.String()
	}
	return texts
}

// word spells a number in letters.
func word(n uint64) string {
	var b []byte
	for n += 5; n > 0; n /= 20 {
		b = append(b, "etaoinsrhldcumfpgwyb"[n%20])
	}
	return string(b)
}

// BenchmarkTokens tokenises reviews from an empty cache on, all of them at
// each iteration, on one goroutine and on all cores.
func BenchmarkTokens(b *testing.B) {
	texts := reviews(b, 25_000)
	size := 0
	for _, text := range texts {
		size += len(text)
	}
	source := func(yield func(string, error) bool) {
		for _, text := range texts {
			if !yield(text, nil) {
				return
			}
		}
	}
	rate := func(b *testing.B) {
		b.ReportMetric(float64(size)*float64(b.N)/b.Elapsed().Seconds()/1e6, "MB/s")
	}
	b.Run("direct", func(b *testing.B) {
		b.ReportAllocs()
		var dst []string
		for range b.N {
			t := New(Config{Lower: true})
			for _, text := range texts {
				dst = t.Append(dst[:0], text)
			}
		}
		rate(b)
	})
	for workers := 1; workers <= runtime.GOMAXPROCS(0); workers *= 2 {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				for _, err := range New(Config{Lower: true}).Map(context.Background(), source, workers) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			rate(b)
		})
	}
}
