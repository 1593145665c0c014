//go:build amd64 && !noasm

package kernel

import "unsafe"

//go:generate sh -c "cd _asm && go run ./vector -out ../vector_amd64.s -stubs ../vector_stubs_amd64.go -pkg kernel"

// The lengths have been compared by the exported functions.

// first returns the address of a slice's first element.
func first(x []float32) *float32 { return unsafe.SliceData(x) }

func exp(dst, src []float32) {
	switch current {
	case AVX2:
		expAVX2(first(dst), first(src), len(dst))
	case AVX512:
		expAVX512(first(dst), first(src), len(dst))
	default:
		expPortable(dst, src)
	}
}

func sigmoid(dst, src []float32) {
	switch current {
	case AVX2:
		sigmoidAVX2(first(dst), first(src), len(dst))
	case AVX512:
		sigmoidAVX512(first(dst), first(src), len(dst))
	default:
		sigmoidPortable(dst, src)
	}
}

func tanh(dst, src []float32) {
	switch current {
	case AVX2:
		tanhAVX2(first(dst), first(src), len(dst))
	case AVX512:
		tanhAVX512(first(dst), first(src), len(dst))
	default:
		tanhPortable(dst, src)
	}
}

func add(dst, src []float32) {
	switch current {
	case AVX2:
		addAVX2(first(dst), first(src), len(dst))
	case AVX512:
		addAVX512(first(dst), first(src), len(dst))
	default:
		addPortable(dst, src)
	}
}

func mulInto(dst, a, b []float32) {
	switch current {
	case AVX2:
		mulIntoAVX2(first(dst), first(a), first(b), len(dst))
	case AVX512:
		mulIntoAVX512(first(dst), first(a), first(b), len(dst))
	default:
		mulIntoPortable(dst, a, b)
	}
}

func relu(dst, src []float32) {
	switch current {
	case AVX2:
		reluAVX2(first(dst), first(src), len(dst))
	case AVX512:
		reluAVX512(first(dst), first(src), len(dst))
	default:
		reluPortable(dst, src)
	}
}

func reluBackward(dx, dy, y []float32) {
	switch current {
	case AVX2:
		reluBackwardAVX2(first(dx), first(dy), first(y), len(dx))
	case AVX512:
		reluBackwardAVX512(first(dx), first(dy), first(y), len(dx))
	default:
		reluBackwardPortable(dx, dy, y)
	}
}

// lstmBlock is how many cells lstmForward takes at once: its passes over seven
// slices then find them in the first cache.
const lstmBlock = 1024

func lstmForward(i, f, g, o, cPrev, c, h []float32) {
	for len(i) > lstmBlock {
		const n = lstmBlock
		lstmForwardBlock(i[:n], f[:n], g[:n], o[:n], cPrev[:n], c[:n], h[:n])
		i, f, g, o, cPrev, c, h = i[n:], f[n:], g[n:], o[n:], cPrev[n:], c[n:], h[n:]
	}
	lstmForwardBlock(i, f, g, o, cPrev, c, h)
}

func lstmForwardBlock(i, f, g, o, cPrev, c, h []float32) {
	switch current {
	case AVX2:
		lstmForwardAVX2(first(i), first(f), first(g), first(o), first(cPrev), first(c), first(h), len(i))
	case AVX512:
		lstmForwardAVX512(first(i), first(f), first(g), first(o), first(cPrev), first(c), first(h), len(i))
	default:
		lstmForwardPortable(i, f, g, o, cPrev, c, h)
	}
}

func lstmBackward(i, f, g, o, c, cPrev, dh, dc []float32) {
	switch current {
	case AVX2:
		lstmBackwardAVX2(first(i), first(f), first(g), first(o), first(c), first(cPrev), first(dh), first(dc), len(i))
	case AVX512:
		lstmBackwardAVX512(first(i), first(f), first(g), first(o), first(c), first(cPrev), first(dh), first(dc), len(i))
	default:
		lstmBackwardPortable(i, f, g, o, c, cPrev, dh, dc)
	}
}

func axpy(dst []float32, a float32, x []float32) {
	switch current {
	case AVX2:
		axpyAVX2(first(dst), a, first(x), len(dst))
	case AVX512:
		axpyAVX512(first(dst), a, first(x), len(dst))
	default:
		axpyPortable(dst, a, x)
	}
}

func scale(dst []float32, a float32) {
	switch current {
	case AVX2:
		scaleAVX2(first(dst), a, len(dst))
	case AVX512:
		scaleAVX512(first(dst), a, len(dst))
	default:
		scalePortable(dst, a)
	}
}

func adam(p, m, v, g []float32, k *adamConstants) {
	switch current {
	case AVX2:
		adamAVX2(first(p), first(m), first(v), first(g), len(p), &k.keep)
	case AVX512:
		adamAVX512(first(p), first(m), first(v), first(g), len(p), &k.keep)
	default:
		adamPortable(p, m, v, g, k)
	}
}

func sgd(p, g []float32, k *sgdConstants) {
	switch current {
	case AVX2:
		sgdAVX2(first(p), first(g), len(p), &k.decay)
	case AVX512:
		sgdAVX512(first(p), first(g), len(p), &k.decay)
	default:
		sgdPortable(p, g, k)
	}
}

func sgdMomentum(p, momentum, g []float32, k *sgdConstants) {
	switch current {
	case AVX2:
		sgdMomentumAVX2(first(p), first(momentum), first(g), len(p), &k.decay)
	case AVX512:
		sgdMomentumAVX512(first(p), first(momentum), first(g), len(p), &k.decay)
	default:
		sgdMomentumPortable(p, momentum, g, k)
	}
}

func sgdNesterov(p, momentum, g []float32, k *sgdConstants) {
	switch current {
	case AVX2:
		sgdNesterovAVX2(first(p), first(momentum), first(g), len(p), &k.decay)
	case AVX512:
		sgdNesterovAVX512(first(p), first(momentum), first(g), len(p), &k.decay)
	default:
		sgdNesterovPortable(p, momentum, g, k)
	}
}

func sumSquares(s *[8]float64, x []float32) {
	switch current {
	case AVX2:
		sumSquaresAVX2(s, first(x), len(x))
	case AVX512:
		sumSquaresAVX512(s, first(x), len(x))
	default:
		sumSquaresPortable(s, x)
	}
}

func columnSums(dst, src []float32, rows, cols int) {
	if rows == 0 {
		return
	}
	switch current {
	case AVX2:
		columnSumsAVX2(first(dst), first(src), rows, cols)
	case AVX512:
		columnSumsAVX512(first(dst), first(src), rows, cols)
	default:
		columnSumsPortable(dst, src, rows, cols)
	}
}
