package parquet

import "encoding/binary"

// lz4Block appends what a block of LZ4 stands for, at most most bytes of out, by
// https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md: a token with two lengths,
// literals, and where in what there is already the match begins.
func lz4Block(out, b []byte, most int) ([]byte, error) {
	// long adds the bytes that go on with a length of 15.
	long := func(n int) (int, bool) {
		if n != 15 {
			return n, true
		}
		for len(b) > 0 {
			v := b[0]
			b = b[1:]
			if n += int(v); n > most {
				return 0, false
			}
			if v != 255 {
				return n, true
			}
		}
		return 0, false
	}
	from := len(out) // a match reaches no further back
	for len(b) > 0 {
		token := b[0]
		b = b[1:]
		n, ok := long(int(token >> 4))
		if !ok || n > len(b) || n > most-len(out) {
			return nil, corrupt("literals of a block of LZ4 pass its end")
		}
		out, b = append(out, b[:n]...), b[n:]
		if len(b) == 0 { // the last sequence has no match
			return out, nil
		}
		if len(b) < 2 {
			return nil, corrupt("a block of LZ4 is cut off")
		}
		back := int(binary.LittleEndian.Uint16(b))
		b = b[2:]
		if n, ok = long(int(token & 15)); !ok || n+4 > most-len(out) || back == 0 || back > len(out)-from {
			return nil, corrupt("a match in a block of LZ4 lies outside of it")
		}
		for n += 4; n > 0; { // the match may reach into what it writes
			k := min(n, back)
			at := len(out) - back
			out = append(out, out[at:at+k]...)
			n -= k
			back += k
		}
	}
	return out, nil
}

// hadoopLZ4 reads the older LZ4 codec, of which there are two: Hadoop's writes before
// each block how many bytes it makes and how many it has, big-endian; early versions of
// parquet-cpp wrote one block and nothing else.
func hadoopLZ4(b []byte, size int) ([]byte, error) {
	out, rest := make([]byte, 0, size), b
	for len(rest) > 8 {
		makes, has := binary.BigEndian.Uint32(rest), binary.BigEndian.Uint32(rest[4:])
		if uint64(has) > uint64(len(rest)-8) || uint64(makes) > uint64(size-len(out)) {
			break
		}
		next, err := lz4Block(out[len(out):], rest[8:8+has], int(makes))
		if err != nil || len(next) != int(makes) {
			break
		}
		out, rest = out[:len(out)+len(next)], rest[8+has:]
	}
	if len(rest) == 0 && len(out) == size {
		return out, nil
	}
	return lz4Block(make([]byte, 0, size), b, size)
}
