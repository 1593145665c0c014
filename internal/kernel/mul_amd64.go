//go:build amd64 && !noasm

package kernel

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

//go:generate sh -c "cd _asm && go run ./mul -out ../mul_amd64.s -stubs ../mul_stubs_amd64.go -pkg kernel"

var (
	kernelsAVX2   = kernels{height: 6, group: [...]int{1: 4, 2: 2, 3: 2, 4: 1, 5: 1, 6: 1, 14: 0}, depth: 256, size: 4}
	kernelsAVX512 = kernels{height: 14, group: [...]int{1: 8, 2: 4, 3: 4, 4: 2, 5: 2, 6: 2, 7: 2, 8: 2, 9: 2, 10: 2, 11: 2, 12: 2, 13: 2, 14: 2}, depth: 192, size: 4}
	// By float16 panels, which more rows have no use for. CPUs with AVX-512 run it
	// too: so few rows wait for the panels, not for the arithmetic.
	halfAVX2 = kernels{height: 3, group: [...]int{1: 4, 2: 2, 3: 2, 14: 0}, depth: 256, size: 2}
)

// hasHalf says whether the CPU converts float16. All that have AVX2 do, but a
// virtual machine may hide it.
var hasHalf = cpu.X86.HasF16C

func mul(c []float32, cRow, cPanel int, a *Operand, b []float32, bPanel, rows, k, panels int, accumulate bool) {
	switch current {
	case AVX2:
		kernelsAVX2.mul(c, cRow, cPanel, a, unsafe.Pointer(&b[0]), bPanel, rows, k, panels, accumulate)
	case AVX512:
		kernelsAVX512.mul(c, cRow, cPanel, a, unsafe.Pointer(&b[0]), bPanel, rows, k, panels, accumulate)
	default:
		mulPortable(c, cRow, cPanel, a, b, bPanel, rows, k, panels, accumulate)
	}
}

func halfRows() int {
	if !hasHalf || current == Portable {
		return 0
	}
	return halfAVX2.height
}

func mulHalf(c []float32, cRow, cPanel int, a *Operand, b []uint16, bPanel, rows, k, panels int, accumulate bool) {
	if hasHalf && current != Portable {
		halfAVX2.mul(c, cRow, cPanel, a, unsafe.Pointer(&b[0]), bPanel, rows, k, panels, accumulate)
		return
	}
	mulHalfPortable(c, cRow, cPanel, a, b, bPanel, rows, k, panels, accumulate)
}

// tile computes tiles of h rows and group[h] panels or, unless wide, of one.
func (s *kernels) tile(h int, wide bool, t *tileArgs) {
	switch s {
	case &kernelsAVX2:
		tileAVX2(h, wide, t)
	case &kernelsAVX512:
		tileAVX512(h, wide, t)
	case &halfAVX2:
		halfTileAVX2(h, wide, t)
	}
}

// tileAVX2 computes h rows of group[h] panels or, unless wide, of one.
func tileAVX2(h int, wide bool, args *tileArgs) {
	t := (*byte)(unsafe.Pointer(args))
	switch {
	case !wide && h == 1:
		mul1x16AVX2(t)
	case !wide && h == 2:
		mul2x16AVX2(t)
	case !wide && h == 3:
		mul3x16AVX2(t)
	case !wide && h == 4:
		mul4x16AVX2(t)
	case !wide && h == 5:
		mul5x16AVX2(t)
	case !wide && h == 6:
		mul6x16AVX2(t)
	case wide && h == 1:
		mul1x64AVX2(t)
	case wide && h == 2:
		mul2x32AVX2(t)
	case wide && h == 3:
		mul3x32AVX2(t)
	}
}

// tileAVX512 computes h rows of group[h] panels or, unless wide, of one.
func tileAVX512(h int, wide bool, args *tileArgs) {
	t := (*byte)(unsafe.Pointer(args))
	switch {
	case !wide && h == 1:
		mul1x16AVX512(t)
	case !wide && h == 2:
		mul2x16AVX512(t)
	case !wide && h == 3:
		mul3x16AVX512(t)
	case !wide && h == 4:
		mul4x16AVX512(t)
	case !wide && h == 5:
		mul5x16AVX512(t)
	case !wide && h == 6:
		mul6x16AVX512(t)
	case !wide && h == 7:
		mul7x16AVX512(t)
	case !wide && h == 8:
		mul8x16AVX512(t)
	case !wide && h == 9:
		mul9x16AVX512(t)
	case !wide && h == 10:
		mul10x16AVX512(t)
	case !wide && h == 11:
		mul11x16AVX512(t)
	case !wide && h == 12:
		mul12x16AVX512(t)
	case !wide && h == 13:
		mul13x16AVX512(t)
	case !wide && h == 14:
		mul14x16AVX512(t)
	case wide && h == 1:
		mul1x128AVX512(t)
	case wide && h == 2:
		mul2x64AVX512(t)
	case wide && h == 3:
		mul3x64AVX512(t)
	case wide && h == 4:
		mul4x32AVX512(t)
	case wide && h == 5:
		mul5x32AVX512(t)
	case wide && h == 6:
		mul6x32AVX512(t)
	case wide && h == 7:
		mul7x32AVX512(t)
	case wide && h == 8:
		mul8x32AVX512(t)
	case wide && h == 9:
		mul9x32AVX512(t)
	case wide && h == 10:
		mul10x32AVX512(t)
	case wide && h == 11:
		mul11x32AVX512(t)
	case wide && h == 12:
		mul12x32AVX512(t)
	case wide && h == 13:
		mul13x32AVX512(t)
	case wide && h == 14:
		mul14x32AVX512(t)
	}
}

// halfTileAVX2 computes h rows of group[h] float16 panels or, unless wide, of one.
func halfTileAVX2(h int, wide bool, args *tileArgs) {
	t := (*byte)(unsafe.Pointer(args))
	switch {
	case !wide && h == 1:
		mulHalf1x16AVX2(t)
	case !wide && h == 2:
		mulHalf2x16AVX2(t)
	case !wide && h == 3:
		mulHalf3x16AVX2(t)
	case wide && h == 1:
		mulHalf1x64AVX2(t)
	case wide && h == 2:
		mulHalf2x32AVX2(t)
	case wide && h == 3:
		mulHalf3x32AVX2(t)
	}
}
