package parquet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"runtime/metrics"
	"strings"
	"testing"

	pq "github.com/parquet-go/parquet-go"
)

// allocated returns the bytes allocated since the program began.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// small returns files to break, written in different ways.
func small(t testing.TB) [][]byte {
	type row struct {
		Text  string  `parquet:"text,dict"`
		Label *int64  `parquet:"label,optional"`
		X     float64 `parquet:"x"`
	}
	var out [][]byte
	for i, options := range [][]pq.WriterOption{
		{pq.Compression(&pq.Snappy), pq.DataPageVersion(1)},
		{pq.Compression(&pq.Zstd), pq.DataPageVersion(2)},
		{pq.Compression(&pq.Gzip)},
		{pq.Compression(&pq.Uncompressed)},
		{pq.Compression(&pq.Brotli)},
		{pq.Compression(&pq.Lz4Raw)},
	} {
		var b bytes.Buffer
		w := pq.NewGenericWriter[row](&b, options...)
		for j := range 20 {
			v := int64(j % 2)
			r := row{Text: strings.Repeat("good film ", j%4), X: float64(j)}
			if j%5 > 0 {
				r.Label = &v
			}
			if _, err := w.Write([]row{r}); err != nil {
				t.Fatal(err)
			}
			if j == 10 && i%2 == 0 {
				if err := w.Flush(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		out = append(out, b.Bytes())
	}
	return append(out, write(t, records(20), 7))
}

// TestTruncated cuts small files at every byte.
func TestTruncated(t *testing.T) {
	for _, b := range small(t) {
		for n := range b {
			if _, err := readAll(b[:n]); !errors.Is(err, ErrCorrupt) {
				t.Fatalf("the first %d of %d bytes: %v", n, len(b), err)
			}
		}
	}
}

// TestFlipped changes bytes at random: no panic, and no memory out of
// proportion.
func TestFlipped(t *testing.T) {
	n := 4000
	if testing.Short() {
		n = 500
	}
	rng := rand.New(rand.NewPCG(1, 2))
	files := small(t)
	for range n {
		b := bytes.Clone(files[rng.IntN(len(files))])
		for range 1 + rng.IntN(4) {
			b[rng.IntN(len(b))] = byte(rng.Uint32())
		}
		before := allocated()
		_, err := readAll(b)
		if got := allocated() - before; got > 64<<20 {
			t.Fatalf("%d bytes allocated for a file of %d (%v)", got, len(b), err)
		}
		if err != nil && !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrUnsupported) {
			t.Fatalf("neither damaged nor unsupported: %v", err)
		}
	}
}

func TestHostile(t *testing.T) {
	good := small(t)[3]
	footer := func(n uint32) []byte {
		return append(binary.LittleEndian.AppendUint32([]byte("PAR1...."), n), magic...)
	}
	for _, c := range []struct {
		name, want string
		file       []byte
	}{
		{"empty", "too few", nil},
		{"not parquet", "begins with", []byte("this is not a Parquet file")},
		{"footer of 4 GB", "footer claims 4294967295", footer(1<<32 - 1)},
		{"footer longer than the file", "footer claims 9", footer(9)},
		{"no schema", "no schema", func() []byte {
			return append(binary.LittleEndian.AppendUint32([]byte("PAR1\x00"), 1), magic...)
		}()},
		{"a list of 2^40 elements", "cut off", func() []byte {
			f := []byte{2<<4 | tList, 0xf0 | tStruct, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f}
			b := append([]byte("PAR1"), f...)
			return append(binary.LittleEndian.AppendUint32(b, uint32(len(f))), magic...)
		}()},
		{"nested without end", "too deeply", func() []byte {
			f := bytes.Repeat([]byte{15<<4 | tStruct}, 10000)
			b := append([]byte("PAR1"), f...)
			return append(binary.LittleEndian.AppendUint32(b, uint32(len(f))), magic...)
		}()},
		{"encrypted", "encrypted", append(bytes.Clone(good[:len(good)-4]), "PARE"...)},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := allocated()
			_, err := readAll(c.file)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
			if got := allocated() - before; got > 1<<20 {
				t.Errorf("%d bytes allocated", got)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	for _, b := range small(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		before := allocated()
		readAll(b)
		if got := allocated() - before; got > 96<<20+uint64(len(b))*4000 {
			t.Fatalf("%d bytes allocated for a file of %d", got, len(b))
		}
	})
}

// TestDecoders feeds every decoder random bytes: an end or an error, always.
func TestDecoders(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	dict := []string{"a", "b", "c"}
	for range 5000 {
		b := make([]byte, rng.IntN(64))
		for i := range b {
			b[i] = byte(rng.Uint32() >> (rng.Uint32() % 8))
		}
		c := column{kind: kind(rng.IntN(8)), length: 1 + rng.IntN(5)}
		next, err := c.decoder(int32(rng.IntN(10)), b, dict, 1000)
		for i := 0; err == nil && i < 1000; i++ {
			_, err = next()
		}
		if err != nil && !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrUnsupported) {
			t.Fatal(err)
		}
	}
}

func BenchmarkText(b *testing.B) {
	rows := records(20000)
	file := write(b, rows, 1000, pq.Compression(&pq.Snappy))
	var size int64
	for _, r := range rows {
		size += int64(len(r.Text))
	}
	b.SetBytes(size)
	for b.Loop() {
		f, err := Open(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			b.Fatal(err)
		}
		c, err := f.Column(0)
		if err != nil {
			b.Fatal(err)
		}
		for range rows {
			if _, _, err := c.Next(); err != nil {
				b.Fatal(err)
			}
		}
	}
}
