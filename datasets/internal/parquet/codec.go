package parquet

import (
	"bytes"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
)

// Bounds on a page. Writers aim at 1 MiB and exceed it by a row at most;
// deflate shrinks to a thousandth at best.
const (
	maxPage  = 256 << 20
	freePage = 1 << 20
	maxRatio = 1100
)

// room returns the most bytes that a page of n bytes may turn into.
func room(n int) int { return min(maxPage, freePage+maxRatio*n) }

var codecs = [...]string{"UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW"}

// unpacker undoes compression. It keeps what a codec would take anew for each page.
type unpacker struct {
	codec  int32
	brotli *brotli.Reader // whose window, of 16 MiB at most, a page of a few bytes may ask for
}

// unpack returns the size bytes that b was made from.
func (u *unpacker) unpack(b []byte, size int) ([]byte, error) {
	if size < 0 || size > room(len(b)) {
		return nil, corrupt("a page claims to inflate from %d bytes to %d", len(b), size)
	}
	var out []byte
	var err error
	switch u.codec {
	case 0:
		out = b
	case 1:
		var n int
		if n, err = snappy.DecodedLen(b); err == nil && n != size {
			return nil, corrupt("a page inflates to %d bytes and claims %d", n, size)
		}
		if err == nil {
			out, err = snappy.Decode(nil, b)
		}
	case 2:
		var z *gzip.Reader
		if z, err = gzip.NewReader(bytes.NewReader(b)); err == nil {
			out, err = io.ReadAll(io.LimitReader(z, int64(size)+1))
		}
	case 4:
		if u.brotli == nil {
			u.brotli = new(brotli.Reader)
		}
		if err = u.brotli.Reset(bytes.NewReader(b)); err == nil {
			out, err = io.ReadAll(io.LimitReader(u.brotli, int64(size)+1))
		}
	case 5:
		out, err = hadoopLZ4(b, size)
	case 6:
		out, err = unzstd(b, size)
	case 7:
		out, err = lz4Block(make([]byte, 0, size), b, size)
	default:
		name := fmt.Sprint(u.codec)
		if u.codec > 0 && int(u.codec) < len(codecs) {
			name = codecs[u.codec]
		}
		return nil, unsupported("compression by %s; write the file with ZSTD, SNAPPY, GZIP, BROTLI or LZ4_RAW", name)
	}
	if err != nil {
		return nil, corrupt("inflating a page: %w", err)
	}
	if len(out) != size {
		return nil, corrupt("a page inflates to %d bytes and claims %d", len(out), size)
	}
	return out, nil
}

// unzstd sees to it that a frame's claims take no memory out of proportion.
func unzstd(b []byte, size int) ([]byte, error) {
	var h zstd.Header
	if err := h.Decode(b); err != nil {
		return nil, err
	}
	if h.HasFCS && h.FrameContentSize > uint64(size) {
		return nil, corrupt("a page claims %d bytes, and its frame %d", size, h.FrameContentSize)
	}
	const window = 32 << 20 // the least that decoders are asked to allow is 8 MiB
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(uint64(size)+window))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	return z.DecodeAll(b, make([]byte, 0, size))
}
