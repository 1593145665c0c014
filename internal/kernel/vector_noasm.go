//go:build !(amd64 || arm64) || noasm

package kernel

func exp(dst, src []float32)     { expPortable(dst, src) }
func sigmoid(dst, src []float32) { sigmoidPortable(dst, src) }
func tanh(dst, src []float32)    { tanhPortable(dst, src) }

func lstmForward(i, f, g, o, cPrev, c, h []float32) { lstmForwardPortable(i, f, g, o, cPrev, c, h) }

func lstmBackward(i, f, g, o, c, cPrev, dh, dc []float32) {
	lstmBackwardPortable(i, f, g, o, c, cPrev, dh, dc)
}

func add(dst, src []float32)                     { addPortable(dst, src) }
func axpy(dst []float32, a float32, x []float32) { axpyPortable(dst, a, x) }
func scale(dst []float32, a float32)             { scalePortable(dst, a) }
func mulInto(dst, a, b []float32)                { mulIntoPortable(dst, a, b) }
func relu(dst, src []float32)                    { reluPortable(dst, src) }
func reluBackward(dx, dy, y []float32)           { reluBackwardPortable(dx, dy, y) }

func sumSquares(s *[8]float64, x []float32)         { sumSquaresPortable(s, x) }
func columnSums(dst, src []float32, rows, cols int) { columnSumsPortable(dst, src, rows, cols) }

func adam(p, m, v, g []float32, k *adamConstants)           { adamPortable(p, m, v, g, k) }
func sgd(p, g []float32, k *sgdConstants)                   { sgdPortable(p, g, k) }
func sgdMomentum(p, momentum, g []float32, k *sgdConstants) { sgdMomentumPortable(p, momentum, g, k) }
func sgdNesterov(p, momentum, g []float32, k *sgdConstants) { sgdNesterovPortable(p, momentum, g, k) }
