//go:build arm64 && !noasm

package kernel

import "unsafe"

// first returns the address of a slice's first element.
func first(x []float32) *float32 { return unsafe.SliceData(x) }

func exp(dst, src []float32) {
	if current == Portable {
		expPortable(dst, src)
		return
	}
	expNEON(first(dst), first(src), len(dst))
}

func sigmoid(dst, src []float32) {
	if current == Portable {
		sigmoidPortable(dst, src)
		return
	}
	sigmoidNEON(first(dst), first(src), len(dst))
}

func tanh(dst, src []float32) {
	if current == Portable {
		tanhPortable(dst, src)
		return
	}
	tanhNEON(first(dst), first(src), len(dst))
}

func add(dst, src []float32) {
	if current == Portable {
		addPortable(dst, src)
		return
	}
	addNEON(first(dst), first(src), len(dst))
}

func mulInto(dst, a, b []float32) {
	if current == Portable {
		mulIntoPortable(dst, a, b)
		return
	}
	mulIntoNEON(first(dst), first(a), first(b), len(dst))
}

func relu(dst, src []float32) {
	if current == Portable {
		reluPortable(dst, src)
		return
	}
	reluNEON(first(dst), first(src), len(dst))
}

func reluBackward(dx, dy, y []float32) {
	if current == Portable {
		reluBackwardPortable(dx, dy, y)
		return
	}
	reluBackwardNEON(first(dx), first(dy), first(y), len(dx))
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
	if current == Portable {
		lstmForwardPortable(i, f, g, o, cPrev, c, h)
		return
	}
	lstmForwardNEON(first(i), first(f), first(g), first(o), first(cPrev), first(c), first(h), len(i))
}

func lstmBackward(i, f, g, o, c, cPrev, dh, dc []float32) {
	if current == Portable {
		lstmBackwardPortable(i, f, g, o, c, cPrev, dh, dc)
		return
	}
	lstmBackwardNEON(first(i), first(f), first(g), first(o), first(c), first(cPrev), first(dh), first(dc), len(i))
}

func axpy(dst []float32, a float32, x []float32) {
	if current == Portable {
		axpyPortable(dst, a, x)
		return
	}
	axpyNEON(first(dst), a, first(x), len(dst))
}

func scale(dst []float32, a float32) {
	if current == Portable {
		scalePortable(dst, a)
		return
	}
	scaleNEON(first(dst), a, len(dst))
}

func adam(p, m, v, g []float32, k *adamConstants) {
	if current == Portable {
		adamPortable(p, m, v, g, k)
		return
	}
	adamNEON(first(p), first(m), first(v), first(g), len(p), &k.keep)
}

func sgd(p, g []float32, k *sgdConstants) {
	if current == Portable {
		sgdPortable(p, g, k)
		return
	}
	sgdNEON(first(p), first(g), len(p), &k.decay)
}

func sgdMomentum(p, momentum, g []float32, k *sgdConstants) {
	if current == Portable {
		sgdMomentumPortable(p, momentum, g, k)
		return
	}
	sgdMomentumNEON(first(p), first(momentum), first(g), len(p), &k.decay)
}

func sgdNesterov(p, momentum, g []float32, k *sgdConstants) {
	if current == Portable {
		sgdNesterovPortable(p, momentum, g, k)
		return
	}
	sgdNesterovNEON(first(p), first(momentum), first(g), len(p), &k.decay)
}

func sumSquares(s *[8]float64, x []float32) {
	if current == Portable {
		sumSquaresPortable(s, x)
		return
	}
	sumSquaresNEON(s, first(x), len(x))
}

func columnSums(dst, src []float32, rows, cols int) {
	if rows == 0 {
		return
	}
	if current == Portable {
		columnSumsPortable(dst, src, rows, cols)
		return
	}
	columnSumsNEON(first(dst), first(src), rows, cols)
}
