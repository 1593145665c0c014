package weights

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

// Bytes of every type can be read, from memory and from elsewhere, and count
// as parameters unless they are U8.
func TestRaw(t *testing.T) {
	data := raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"I8","shape":[3],"data_offsets":[4,7]},"c":{"dtype":"U8","shape":[2],"data_offsets":[7,9]}}`, 9)
	for i := range 9 {
		data[len(data)-9+i] = byte(i)
	}
	inMemory, err := Read(data)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere, err := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []*File{inMemory, elsewhere} {
		for name, want := range map[string][]byte{"a": {0, 1, 2, 3}, "b": {4, 5, 6}, "c": {7, 8}} {
			if got, err := f.Raw(name); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s: %v, want %v (%v)", name, got, want, err)
			}
		}
		if _, err := f.Raw("d"); !errors.Is(err, ErrMissing) {
			t.Errorf("absent: %v", err)
		}
		if n := f.parameters(); n != 4 {
			t.Errorf("%d parameters, want 4", n)
		}
	}
	cut := &shrinking{data: data}
	f, err := Open(cut, int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	cut.data = data[:len(data)-1]
	if _, err := f.Raw("c"); !errors.Is(err, io.EOF) {
		t.Errorf("a file that was cut meanwhile: %v", err)
	}
}

// shrinking is a file that others may cut.
type shrinking struct{ data []byte }

func (s *shrinking) ReadAt(p []byte, at int64) (int, error) {
	return bytes.NewReader(s.data).ReadAt(p, at)
}
