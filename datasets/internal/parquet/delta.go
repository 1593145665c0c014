package parquet

import (
	"encoding/binary"
	"math"
)

// delta reads DELTA_BINARY_PACKED: a first value, then differences in blocks,
// each with its least difference and the rest of them packed in miniblocks of
// a width each.
type delta struct {
	b       []byte
	begun   bool
	size    uint64 // differences in a block
	minis   uint64 // miniblocks in a block
	left    uint64 // values left, all in all
	value   int64
	least   int64
	widths  []byte // of the miniblocks left in the block
	packed  []byte // the miniblock
	width   int
	bit     int
	inMini  uint64 // differences left in it
	pending bool   // value is the first and was not returned yet
}

func (d *delta) uvarint() (uint64, error) {
	x, n := binary.Uvarint(d.b)
	if n <= 0 {
		return 0, corrupt("delta-coded numbers are cut off")
	}
	d.b = d.b[n:]
	return x, nil
}

func (d *delta) varint() (int64, error) {
	u, err := d.uvarint()
	return int64(u>>1) ^ -int64(u&1), err
}

// begin reads the header.
func (d *delta) begin() (err error) {
	if d.begun {
		return nil
	}
	d.begun = true
	if d.size, err = d.uvarint(); err != nil {
		return err
	}
	if d.minis, err = d.uvarint(); err != nil {
		return err
	}
	if d.left, err = d.uvarint(); err != nil {
		return err
	}
	if d.value, err = d.varint(); err != nil {
		return err
	}
	if d.size == 0 || d.size > 1<<20 || d.minis == 0 || d.minis > d.size || d.size%d.minis != 0 || d.size/d.minis%8 != 0 || d.left > math.MaxInt32 {
		return corrupt("delta-coded numbers: %d in blocks of %d and %d miniblocks", d.left, d.size, d.minis)
	}
	d.pending = true
	return nil
}

func (d *delta) next() (int64, error) {
	if err := d.begin(); err != nil {
		return 0, err
	}
	if d.left == 0 {
		return 0, corrupt("a page has fewer delta-coded values than it claims")
	}
	d.left--
	if d.pending {
		d.pending = false
		return d.value, nil
	}
	if d.inMini == 0 {
		if err := d.mini(); err != nil {
			return 0, err
		}
	}
	d.inMini--
	d.value += d.least + int64(bitsAt(d.packed, d.bit, d.width))
	d.bit += d.width
	return d.value, nil
}

// mini goes on to the next miniblock.
func (d *delta) mini() (err error) {
	if len(d.widths) == 0 {
		if d.least, err = d.varint(); err != nil {
			return err
		}
		if uint64(len(d.b)) < d.minis {
			return corrupt("delta-coded numbers are cut off")
		}
		d.widths, d.b = d.b[:d.minis], d.b[d.minis:]
	}
	d.width, d.widths = int(d.widths[0]), d.widths[1:]
	if d.width > 64 {
		return corrupt("delta-coded numbers of %d bits", d.width)
	}
	d.inMini, d.bit = d.size/d.minis, 0
	size := d.inMini * uint64(d.width) / 8
	if size > uint64(len(d.b)) {
		return corrupt("delta-coded numbers are cut off")
	}
	d.packed, d.b = d.b[:size], d.b[size:]
	return nil
}

// lengths reads all the numbers of d, n at most, as lengths that add up to
// most at most, and returns them with the bytes after them.
func lengths(b []byte, n, most int) ([]int32, []byte, error) {
	d := &delta{b: b}
	if err := d.begin(); err != nil {
		return nil, nil, err
	}
	if d.left > uint64(n) {
		return nil, nil, corrupt("a page of %d values has %d lengths", n, d.left)
	}
	out := make([]int32, d.left)
	for i := range out {
		v, err := d.next()
		if err != nil {
			return nil, nil, err
		}
		if v < 0 || v > int64(most) {
			return nil, nil, corrupt("a value of %d bytes in a page with room for %d", v, most)
		}
		most -= int(v)
		out[i] = int32(v)
	}
	// The last block's unused miniblocks are there, but for their bytes.
	return out, d.b, nil
}

// deltaLengths yields DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes.
func deltaLengths(b []byte, n int) (func() (string, error), error) {
	sizes, b, err := lengths(b, n, len(b))
	if err != nil {
		return nil, err
	}
	s := string(b)
	return func() (string, error) {
		if len(sizes) == 0 || int(sizes[0]) > len(s) {
			return "", corrupt("a page has fewer values than it claims")
		}
		cell := s[:sizes[0]]
		sizes, s = sizes[1:], s[sizes[0]:]
		return cell, nil
	}, nil
}

// deltaStrings yields DELTA_BYTE_ARRAY: the lengths of what each value shares
// with the one before it, then the rest of each.
func deltaStrings(b []byte, n int) (func() (string, error), error) {
	most := room(len(b))
	shared, b, err := lengths(b, n, most)
	if err != nil {
		return nil, err
	}
	rest, err := deltaLengths(b, n)
	if err != nil {
		return nil, err
	}
	last := ""
	return func() (string, error) {
		suffix, err := rest()
		if err != nil {
			return "", err
		}
		if len(shared) == 0 || int(shared[0]) > len(last) {
			return "", corrupt("a value shares more with the one before than that has")
		}
		if most -= int(shared[0]) + len(suffix); most < 0 {
			return "", corrupt("a page inflates out of proportion")
		}
		last = last[:shared[0]] + suffix
		shared = shared[1:]
		return last, nil
	}, nil
}
