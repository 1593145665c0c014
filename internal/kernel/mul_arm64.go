//go:build arm64 && !noasm

package kernel

import "unsafe"

//go:generate sh -c "cd _asm && go run ./neon -dir .."

var (
	kernelsNEON = kernels{height: 6, group: [...]int{1: 4, 2: 2, 3: 2, 4: 1, 5: 1, 6: 1, 14: 0}, depth: 256, size: 4}
	// By float16 panels, which more rows have no use for.
	halfNEON = kernels{height: 3, group: [...]int{1: 4, 2: 2, 3: 2, 14: 0}, depth: 256, size: 2}
)

func mul(c []float32, cRow, cPanel int, a *Operand, b []float32, bPanel, rows, k, panels int, accumulate bool) {
	if current == Portable {
		mulPortable(c, cRow, cPanel, a, b, bPanel, rows, k, panels, accumulate)
		return
	}
	kernelsNEON.mul(c, cRow, cPanel, a, unsafe.Pointer(&b[0]), bPanel, rows, k, panels, accumulate)
}

func halfRows() int {
	if current == Portable {
		return 0
	}
	return halfNEON.height
}

func mulHalf(c []float32, cRow, cPanel int, a *Operand, b []uint16, bPanel, rows, k, panels int, accumulate bool) {
	if current == Portable {
		mulHalfPortable(c, cRow, cPanel, a, b, bPanel, rows, k, panels, accumulate)
		return
	}
	halfNEON.mul(c, cRow, cPanel, a, unsafe.Pointer(&b[0]), bPanel, rows, k, panels, accumulate)
}

// peakRounds does n rounds of multiply-adds and returns how many operations that
// were.
func peakRounds(n int) (flops int) {
	if current == Portable {
		return peakRoundsPortable(n)
	}
	x := float32(0.999)
	peakNEON(n, &x)
	return n * 24 * 4 * 2
}

// tile computes tiles of h rows and group[h] panels or, unless wide, of one.
func (s *kernels) tile(h int, wide bool, args *tileArgs) {
	t := (*byte)(unsafe.Pointer(args))
	half := s == &halfNEON
	switch {
	case !half && !wide && h == 1:
		mul1x16NEON(t)
	case !half && !wide && h == 2:
		mul2x16NEON(t)
	case !half && !wide && h == 3:
		mul3x16NEON(t)
	case !half && !wide && h == 4:
		mul4x16NEON(t)
	case !half && !wide && h == 5:
		mul5x16NEON(t)
	case !half && !wide && h == 6:
		mul6x16NEON(t)
	case !half && wide && h == 1:
		mul1x64NEON(t)
	case !half && wide && h == 2:
		mul2x32NEON(t)
	case !half && wide && h == 3:
		mul3x32NEON(t)
	case half && !wide && h == 1:
		mulHalf1x16NEON(t)
	case half && !wide && h == 2:
		mulHalf2x16NEON(t)
	case half && !wide && h == 3:
		mulHalf3x16NEON(t)
	case half && wide && h == 1:
		mulHalf1x64NEON(t)
	case half && wide && h == 2:
		mulHalf2x32NEON(t)
	case half && wide && h == 3:
		mulHalf3x32NEON(t)
	}
}
