package minilm_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/gorgonia-zoo/zoo/pretrained/minilm"
)

func Example() {
	enc, err := minilm.Open()
	if err != nil {
		fmt.Println(err)
		return
	}
	v, err := enc.Embed(context.Background(), []string{"I cannot log in.", "My password is refused.", "The soup is cold."})
	if err != nil {
		fmt.Println(err)
		return
	}
	cosine := func(a, b []float32) (sum float64) { // of vectors of length 1
		for i := range a {
			sum += float64(a[i] * b[i])
		}
		return sum
	}
	fmt.Println(len(v[0].Vector), cosine(v[0].Vector, v[1].Vector) > cosine(v[0].Vector, v[2].Vector))
	// Output: 384 true
}

// BenchmarkOpen opens the embedded encoder, as a program does once.
func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		if _, err := minilm.Read(); err != nil {
			b.Fatal(err)
		}
	}
}
