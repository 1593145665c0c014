package hostile

import (
	"bytes"
	"slices"
	"testing"
)

var sink []byte

func TestAllocated(t *testing.T) {
	before := Allocated()
	sink = make([]byte, 10<<20)
	if got := Allocated() - before; got < 10<<20 || got > 11<<20 {
		t.Errorf("%d bytes for 10 MB", got)
	}
}

func TestCutsAndFlips(t *testing.T) {
	data := []byte("abcde")
	var cuts []string
	for _, b := range Cuts(data) {
		cuts = append(cuts, string(b))
	}
	if !slices.Equal(cuts, []string{"", "a", "ab", "abc", "abcd"}) {
		t.Errorf("cuts %q", cuts)
	}
	for n, want := range map[int]int{100: 40, 40: 40, 7: 7} {
		seen := map[string]bool{}
		count := 0
		for what, b := range Flips(data, n, 1) {
			if bytes.Equal(b, data) || len(b) != len(data) {
				t.Fatalf("%s: %q", what, b)
			}
			seen[string(b)] = true
			count++
		}
		if count != want || n >= 40 && len(seen) != want {
			t.Errorf("%d flips, %d of them different, want %d", count, len(seen), want)
		}
	}
	if string(data) != "abcde" {
		t.Errorf("the data became %q", data)
	}
}
