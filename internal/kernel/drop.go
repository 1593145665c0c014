package kernel

// Drop is the random part of dropout: it writes src scaled, or zero where an element
// is dropped, to dst, which may be src. Element i is numbered first + i (modulo
// 2³²), and is dropped where the hash of its number and the key is below limit,
// which happens to limit of 2³² elements. The same key and numbers drop the same
// elements again, so no mask need be kept for a backward pass.
type Drop struct {
	Key   uint64
	Limit uint32
	Scale float32 // of what is kept
}

const (
	dropStep = 0x9e3779b9 // odd: different numbers stay different
	dropMix1 = 0x21f0aaad // Wellons's lowbias32, its second version
	dropMix2 = 0x735a2d97
)

// hash mixes the key into an element's number: half of it before the rounds, half of
// it between them.
func (d *Drop) hash(number uint32) uint32 {
	h := number*dropStep + uint32(d.Key)
	h ^= h >> 16
	h *= dropMix1
	h += uint32(d.Key >> 32)
	h ^= h >> 15
	h *= dropMix2
	return h ^ h>>15
}

// Sub returns a Drop with a key of its own for each number, for parts that count
// their elements from the beginning.
func (d Drop) Sub(number uint32) Drop {
	low := d.hash(number)
	d.Key ^= 0xd1b54a32d192ed03
	d.Key = uint64(d.hash(number))<<32 | uint64(low)
	return d
}

// Apply writes src, scaled or dropped, to dst.
func (d *Drop) Apply(dst, src []float32, first uint32) {
	same("Drop.Apply", len(dst), len(src))
	dropApply(dst, src, d, first)
}

func dropPortable(dst, src []float32, d *Drop, first uint32) {
	for i, x := range src {
		y := x * d.Scale
		if d.hash(first+uint32(i)) < d.Limit {
			y = 0
		}
		dst[i] = y
	}
}
