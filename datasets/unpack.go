package datasets

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip" // a third faster than the standard library's here
	"github.com/klauspost/compress/zstd"
)

// Bounds on inflation. Real text shrinks to a third; deflate's best, on one
// byte repeated, is a thousandth.
const (
	freeBytes       = 64 << 20 // inflated without question
	maxArchive      = 4 << 30  // inflated archive; the published one has 0.4 GB
	maxArchiveRatio = 100      // inflated to packed, beyond freeBytes
	maxTableRatio   = 400      // tables of numbers may repeat themselves more
	maxWindow       = 64 << 20 // that a stream of Zstandard may ask for
	maxSmallWindow  = 8 << 20  // and one of less than 64 KiB
)

// errTooLarge is wrapped where a limit on size is passed.
var errTooLarge = errors.New("more than is believable")

// meter passes on what it reads, counts it, and remembers the zeros at its
// end: tar ends in blocks of zeros, and without them it was cut off.
type meter struct {
	r     io.Reader
	n     int64
	zeros int64
	limit func() error // nil, or called after each read
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	if n > 0 {
		m.n += int64(n)
		tail := int64(n - len(bytes.TrimRight(p[:n], "\x00")))
		if tail < int64(n) {
			m.zeros = 0
		}
		m.zeros += tail
		if m.limit != nil {
			if err := m.limit(); err != nil {
				return n, err
			}
		}
	}
	return n, err
}

// packedNames are endings of names of packed files.
var packedNames = []string{".gz", ".zst", ".zstd", ".bz2"}

// UnpackedName is the name of a file in lower case without the ending that says how it
// is packed: reviews.csv of Reviews.CSV.gz.
func UnpackedName(name string) string {
	name = strings.ToLower(name)
	if i := slices.IndexFunc(packedNames, func(end string) bool { return strings.HasSuffix(name, end) }); i >= 0 {
		return strings.TrimSuffix(name, packedNames[i])
	}
	return name
}

// isGzip reports whether a file that begins with head is packed by gzip.
func isGzip(head []byte) bool { return bytes.HasPrefix(head, []byte{0x1f, 0x8b}) }

// isTar reports whether a stream that begins with head, at least 262 bytes, is
// a tar archive (POSIX.1-1988 and later).
func isTar(head []byte) bool { return len(head) >= 262 && string(head[257:262]) == "ustar" }

// inflate returns the bytes of r, unpacked when they are packed by gzip, Zstandard or
// bzip2, and fails where more than ratio times the packed bytes, or more than most bytes
// in all (0: no limit), come out.
func inflate(r io.Reader, ratio, most int64) (*meter, error) {
	packed := &meter{r: r}
	buf := bufio.NewReaderSize(packed, 1<<16)
	head, err := buf.Peek(4)
	if err != nil && err != io.EOF {
		return nil, err
	}
	var z io.Reader
	switch {
	case len(head) == 0:
		return nil, fmt.Errorf("file is empty: %w", ErrDamaged)
	case isGzip(head):
		if z, err = gzip.NewReader(buf); err != nil {
			return nil, fmt.Errorf("gzip header: %w: %w", err, ErrDamaged)
		}
	case string(head) == "\x28\xb5\x2f\xfd":
		window := uint64(maxWindow)
		if _, err := buf.Peek(1 << 16); err == io.EOF {
			window = maxSmallWindow
		}
		// One goroutine, lest there be some to close.
		if z, err = zstd.NewReader(buf, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(window)); err != nil {
			return nil, fmt.Errorf("header of Zstandard: %w: %w", err, ErrDamaged)
		}
	case len(head) == 4 && string(head[:3]) == "BZh" && head[3] >= '1' && head[3] <= '9':
		z = bzip2.NewReader(buf)
	default:
		return &meter{r: buf}, nil
	}
	m := &meter{r: z}
	m.limit = func() error {
		if most > 0 && m.n > most || m.n > freeBytes && m.n/ratio > packed.n {
			return fmt.Errorf("%d bytes inflate to %d and more: %w", packed.n, m.n, errTooLarge)
		}
		return nil
	}
	return m, nil
}

// ahead reads r on another goroutine, so that inflating and parsing run side
// by side. It must be closed, and r not be touched before that.
type ahead struct {
	full, free chan []byte
	stop       chan struct{}
	done       sync.WaitGroup
	rest       []byte // of the block in hand
	block      []byte
	err        error // set before full is closed
}

func newAhead(r io.Reader) *ahead {
	const blocks, size = 4, 1 << 17
	a := &ahead{full: make(chan []byte, blocks), free: make(chan []byte, blocks), stop: make(chan struct{})}
	for range blocks {
		a.free <- nil // made when first needed
	}
	a.done.Go(func() {
		defer close(a.full)
		for {
			var b []byte
			select {
			case b = <-a.free:
			case <-a.stop:
				return
			}
			if b == nil {
				b = make([]byte, size)
			}
			b = b[:size]
			// Not io.ReadFull, which gives a short last block the same error
			// that gzip gives a file cut off.
			var err error
			n := 0
			for n < size && err == nil {
				var k int
				k, err = r.Read(b[n:])
				n += k
			}
			if n > 0 {
				a.full <- b[:n] // never blocks: there is room for every block
			}
			if err != nil {
				a.err = err
				return
			}
		}
	})
	return a
}

func (a *ahead) Read(p []byte) (int, error) {
	if len(a.rest) == 0 {
		if a.block != nil {
			a.free <- a.block
			a.block = nil
		}
		b, ok := <-a.full
		if !ok {
			if a.err == nil {
				return 0, io.ErrClosedPipe
			}
			return 0, a.err
		}
		a.block, a.rest = b, b
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// Close stops reading ahead and waits until it has stopped.
func (a *ahead) Close() {
	close(a.stop)
	a.done.Wait()
}
