package weights

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gorgonia-zoo/zoo/internal/hostile"
)

// checkFile demands of any bytes: an error that says so, or a file whose every
// tensor can be read, the same from memory and streamed, and written again.
func checkFile(t *testing.T, data []byte) {
	f, err := Read(data)
	streamed, streamErr := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		if !errors.Is(err, ErrFormat) {
			t.Fatalf("unexpected kind of error: %v", err)
		}
		if streamErr == nil || streamErr.Error() != err.Error() {
			t.Fatalf("streamed: %v, from memory: %v", streamErr, err)
		}
		return
	}
	if streamErr != nil {
		t.Fatal(streamErr)
	}
	var tensors []Tensor
	for _, info := range f.Tensors() {
		x, err := f.Tensor(info.Name)
		if errors.Is(err, ErrDType) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		y := make([]float32, len(x.Data))
		if err := streamed.Into(info.Name, info.Shape, y); err != nil {
			t.Fatal(err)
		}
		for i, b := range bitsOf(x.Data) {
			if b != bitsOf(y)[i] {
				t.Fatalf("tensor %q element %d: %v in memory, %v streamed", info.Name, i, x.Data[i], y[i])
			}
		}
		tensors = append(tensors, x)
	}
	if a, b := f.CheckFinite(), CheckFinite(tensors); (a == nil) != (b == nil) {
		t.Fatalf("CheckFinite: %v of the file, %v of its values", a, b)
	}
	again, err := New(tensors, f.Metadata())
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range tensors {
		if err := again.Into(x.Name, x.Shape, make([]float32, len(x.Data))); err != nil {
			t.Fatal(err)
		}
	}
}

// tiny is a file small enough to break in every way.
func tiny(t testing.TB) []byte {
	return encoded(t, []Tensor{
		{Name: "a", Shape: []int{2, 1}, Data: []float32{1, -2}},
		{Name: "b\n", Shape: []int{3}, DType: F16, Data: []float32{1, 2, 3}},
		{Name: "c", DType: BF16, Data: []float32{4}},
	}, map[string]string{"k": "v"})
}

func TestEveryTruncation(t *testing.T) {
	for _, data := range [][]byte{tiny(t), encoded(t, sample(), nil)} {
		checkFile(t, data)
		for n := range data {
			if _, err := Read(data[:n]); !errors.Is(err, ErrFormat) {
				t.Errorf("first %d of %d bytes: %v", n, len(data), err)
			}
			checkFile(t, data[:n])
		}
	}
}

func TestEveryBitFlip(t *testing.T) {
	data := tiny(t)
	refused := 0
	for bit := range 8 * len(data) {
		data[bit/8] ^= 1 << (bit % 8)
		checkFile(t, data)
		if _, err := Read(data); err != nil {
			refused++
		}
		data[bit/8] ^= 1 << (bit % 8)
	}
	if refused < 4*len(data) {
		t.Errorf("only %d of %d flips were refused", refused, 8*len(data))
	}
}

// Every byte replaced by each that means something to the format.
func TestEveryByteReplaced(t *testing.T) {
	data := tiny(t)
	for i, old := range data {
		for _, b := range []byte("\x00\x7f\x80\xff \t\n\"\\{}[],:-+.0129eEu") {
			data[i] = b
			checkFile(t, data)
		}
		data[i] = old
	}
}

func FuzzRead(f *testing.F) {
	for _, c := range malformed {
		f.Add(c.data)
	}
	f.Add(tiny(f))
	f.Add(encoded(f, sample(), nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		hostile.Bounded(t, len(data), 1<<20, 100, func() {
			if f, err := Read(data); err == nil {
				for _, info := range f.Tensors() {
					f.Tensor(info.Name)
				}
			}
		})
		checkFile(t, data)
	})
}

// FuzzWrite checks that any name and metadata survive.
func FuzzWrite(f *testing.F) {
	f.Add("fc.weight", "format", "pt", uint8(0))
	f.Add("\x00\"\\é😀\u2028", "\x7f", "<&>\t\n", uint8(1))
	f.Add("__metadata__", "", "\xff", uint8(2))
	f.Fuzz(func(t *testing.T, name, key, value string, d uint8) {
		in := []Tensor{{Name: name, Shape: []int{1}, DType: DType(d), Data: []float32{3}}}
		var b bytes.Buffer
		if Write(&b, in, map[string]string{key: value}) != nil {
			return
		}
		f, err := Read(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if x, err := f.Tensor(name); err != nil || x.Data[0] != 3 || f.Metadata()[key] != value {
			t.Fatalf("%v %v %q", x, err, f.Metadata())
		}
		if n, err := f.WriteTo(io.Discard); err != nil || n != f.Size() {
			t.Fatal(n, err)
		}
	})
}

// FuzzOpenArtefact replaces the files of an artefact. The card's checksums
// are made to fit, so that what lies behind them is reached too.
func FuzzOpenArtefact(f *testing.F) {
	add := func(m fstest.MapFS, named []byte) {
		var parts [4][]byte
		for i, name := range []string{CardFile, ConfigFile, VocabFile, WeightsFile} {
			if m[name] != nil && len(m[name].Data) < 1<<16 {
				parts[i] = m[name].Data
			}
		}
		f.Add(parts[0], parts[1], parts[2], parts[3], named, true)
		f.Add(parts[0], parts[1], parts[2], parts[3], named, false)
	}
	for _, from := range []struct {
		good  *Artefact
		named []byte
		cases []breakage
	}{{toy(f, 1), nil, broken}, {translator(f, 1), vocabulary(f, "a").data, brokenNames}} {
		dir := filepath.Join(f.TempDir(), "m")
		save(f, from.good, dir)
		good := content(f, dir)
		add(good, from.named)
		for _, c := range from.cases {
			m := clone(good)
			c.edit(m)
			add(m, from.named)
		}
	}
	// named is the content of every file with a name of its own.
	f.Fuzz(func(t *testing.T, card, config, vocab, model, named []byte, sign bool) {
		m := fstest.MapFS{CardFile: {Data: card}, ConfigFile: {Data: config}, VocabFile: {Data: vocab}, WeightsFile: {Data: model}}
		var c cardFile
		parses := json.Unmarshal(card, &c) == nil
		for name := range c.Files {
			if len(m) < 4+MaxFiles && checkFileName(name) == nil {
				m[name] = &fstest.MapFile{Data: named}
			}
		}
		if sign && parses {
			for name := range c.Files {
				if m[name] != nil {
					c.Files[name] = FileInfo{int64(len(m[name].Data)), checksum(m[name].Data)}
				}
			}
			m[CardFile].Data, _ = marshal(c)
		}
		var a *Artefact
		var err error
		hostile.Bounded(t, len(m[CardFile].Data)+len(config)+len(vocab)+len(model)+(len(m)-4)*len(named), 1<<20, 400, func() { a, err = OpenArtefact(m) })
		if err != nil {
			if !strings.HasPrefix(err.Error(), "weights: ") {
				t.Fatal(err)
			}
			return
		}
		if _, err := a.files(); err != nil {
			t.Fatalf("opened, but cannot be saved: %v", err)
		}
	})
}
