package parquet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	pq "github.com/parquet-go/parquet-go"
)

// framed is a block as Hadoop's codec writes it.
func framed(block []byte, size int) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(size))
	return append(binary.BigEndian.AppendUint32(b, uint32(len(block))), block...)
}

func TestLZ4(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	noise := make([]byte, 5000)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	for _, text := range []string{"", "a", "abcdefgh", strings.Repeat("a", 1000), strings.Repeat("some words, ", 9000) + "the end", string(noise), string(noise) + string(noise)} {
		block, err := pq.Lz4Raw.Encode(nil, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		got, err := lz4Block(nil, block, len(text))
		if err != nil || string(got) != text {
			t.Fatalf("%.20q of %d bytes: %.20q, %v", text, len(text), got, err)
		}
		if text == "" {
			continue
		}
		two := append(framed(block, len(text)), framed(block, len(text))...)
		for _, c := range []struct {
			b    []byte
			want string
		}{{block, text}, {framed(block, len(text)), text}, {two, text + text}} {
			u := unpacker{codec: 5}
			if got, err := u.unpack(c.b, len(c.want)); err != nil || string(got) != c.want {
				t.Errorf("%.20q of %d bytes as Hadoop's: %.20q, %v", c.want, len(c.want), got, err)
			}
		}
		for n := range min(len(block), 300) { // cut off at each byte
			if got, err := lz4Block(nil, block[:n], len(text)); err == nil && len(got) == len(text) {
				t.Errorf("%.20q: the first %d of %d bytes gave all of it", text, n, len(block))
			}
		}
	}
}

// Whatever a block claims, no more comes out than is asked for.
func TestLZ4Hostile(t *testing.T) {
	for name, b := range map[string][]byte{
		"literals beyond the end":     {0xf0, 0xff, 0xff, 0xff},
		"a match before the start":    {0x10, 'a', 2, 0},
		"a match of distance 0":       {0x10, 'a', 0, 0},
		"a match without end":         {0x1f, 'a', 1, 0, 255, 255, 255},
		"more than is asked for":      append([]byte{0x1f, 'a', 1, 0}, append(bytes.Repeat([]byte{255}, 100), 0)...),
		"a length of the whole world": append([]byte{0xf0}, bytes.Repeat([]byte{255}, 1<<16)...),
	} {
		before := allocated()
		if got, err := lz4Block(nil, b, 1000); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		if n := allocated() - before; n > 1<<16 {
			t.Errorf("%s: %d bytes allocated", name, n)
		}
	}
	rng := rand.New(rand.NewPCG(10, 11))
	for range 20000 {
		b := make([]byte, rng.IntN(30))
		for i := range b {
			b[i] = byte(rng.Uint32() >> (rng.Uint32() % 8))
		}
		if got, err := lz4Block(nil, slices.Clone(b), 64); err == nil && len(got) > 64 {
			t.Fatalf("%x: %d bytes", b, len(got))
		}
	}
}

// Brotli's window is taken once, however many pages ask for it.
func TestBrotliWindow(t *testing.T) {
	var page bytes.Buffer // 20 bytes that stand for 8 MiB
	w := brotli.NewWriterOptions(&page, brotli.WriterOptions{Quality: 5, LGWin: 24})
	if _, err := w.Write(bytes.Repeat([]byte("abcdefgh"), 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	hostile := page.Bytes()
	u := unpacker{codec: 4}
	before := allocated()
	for range 100 {
		if _, err := u.unpack(hostile, 1000); !errors.Is(err, ErrCorrupt) {
			t.Fatal(err)
		}
	}
	if n := allocated() - before; n > 64<<20 {
		t.Errorf("%d bytes allocated", n)
	}
}
