package corpus

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"math"
)

// numbersMagic begins a cache file of numbers and names its format.
const numbersMagic = "zoo numbers 1\n"

// CachedNumbers is [Cached] for n numbers that are computed from a corpus. The
// key names everything that they depend on.
func CachedNumbers(dir, key string, n int, build func() ([]float64, error)) (numbers []float64, hit bool, err error) {
	decode := func(data []byte) ([]float64, error) { return decodeNumbers(data, n) }
	return cached(dir, key, ".numbers", decode, encodeNumbers, build)
}

// encodeNumbers writes numbersMagic, the numbers in little-endian float64 and a
// SHA-256 of both.
func encodeNumbers(w io.Writer, numbers []float64) error {
	data := make([]byte, 0, len(numbersMagic)+8*len(numbers)+sha256.Size)
	data = append(data, numbersMagic...)
	for _, x := range numbers {
		data = binary.LittleEndian.AppendUint64(data, math.Float64bits(x))
	}
	sum := sha256.Sum256(data)
	_, err := w.Write(append(data, sum[:]...))
	return err
}

func decodeNumbers(data []byte, n int) ([]float64, error) {
	end := len(data) - sha256.Size
	if end != len(numbersMagic)+8*n || string(data[:len(numbersMagic)]) != numbersMagic {
		return nil, errCache
	}
	if sum := sha256.Sum256(data[:end]); !bytes.Equal(sum[:], data[end:]) {
		return nil, errCache
	}
	data = data[len(numbersMagic):end]
	numbers := make([]float64, n)
	for i := range numbers {
		numbers[i] = math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:]))
	}
	return numbers, nil
}
