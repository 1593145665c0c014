package ops

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// lossOp is the mean of a loss over the rows of a batch. Sums run in float64
// over rows ascending; the derivative is computed with the value, since a
// batch has few rows.
type lossOp struct {
	static
	row   func(pred []float32, target any, r int, grad []float32) (loss, weight float64, err error)
	value *G.F32
	grad  buffer // dLoss/dPrediction of the last run
	dx    buffer
}

func newLoss(name string, pred, target *G.Node, row func([]float32, any, int, []float32) (float64, float64, error)) (*G.Node, error) {
	if err := matrixNode(name, pred); err != nil {
		return nil, err
	}
	op := &lossOp{static: static{name, 2, nil, tensor.Float32}, row: row, value: newScalar()}
	return G.ApplyOp(op, pred, target)
}

func (op *lossOp) Do(inputs ...G.Value) (G.Value, error) {
	pred, rows, cols, err := floats(op.name, inputs[0])
	if err != nil {
		return nil, err
	}
	op.grad.matrix(rows, cols)
	target := inputs[1].Data()
	var sum, weights float64
	for r := range rows {
		loss, weight, err := op.row(pred[r*cols:(r+1)*cols], target, r, op.grad.data[r*cols:(r+1)*cols])
		if err != nil {
			return nil, err
		}
		sum += loss
		weights += weight
	}
	if weights == 0 {
		return nil, fmt.Errorf("ops: %s: the weights of the batch's classes sum to 0", op.name)
	}
	scale := 1 / weights
	for i, g := range op.grad.data {
		op.grad.data[i] = float32(float64(g) * scale)
	}
	*op.value = G.F32(sum * scale)
	return op.value, nil
}

func (op *lossOp) DiffWRT(int) []bool { return []bool{true, false} }

func (op *lossOp) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	d, err := newDerivative("d"+op.name, in[0], func(v []G.Value) (G.Value, error) {
		dy, err := scalarOf(op.name, v[0])
		if err != nil {
			return nil, err
		}
		s := op.grad.value.Shape()
		dx := op.dx.matrix(s[0], s[1])
		for i, g := range op.grad.data {
			op.dx.data[i] = g * dy
		}
		return dx, nil
	}, grad, out)
	return G.Nodes{d, nil}, err
}

// floatRow returns row r of a float32 target.
func floatRow(op string, target any, r, cols int) ([]float32, error) {
	t, ok := target.([]float32)
	if !ok || len(t) < (r+1)*cols {
		return nil, fmt.Errorf("ops: %s: target of type %T has no row %d of %d float32", op, target, r, cols)
	}
	return t[r*cols : (r+1)*cols], nil
}

// MSE returns the mean squared error of pred [B, O] against target
// [capacity, O], a mean over all B*O elements, as PyTorch's MSELoss.
func MSE(pred, target *G.Node) (*G.Node, error) {
	return newLoss("mse", pred, target, func(y []float32, target any, r int, grad []float32) (float64, float64, error) {
		want, err := floatRow("mse", target, r, len(y))
		if err != nil {
			return 0, 0, err
		}
		var sum float64
		for j, v := range y {
			d := float64(v) - float64(want[j])
			sum += float64(d * d)
			grad[j] = float32(2 * d)
		}
		return sum, float64(len(y)), nil
	})
}

// BCEWithLogits returns the binary cross-entropy of logits [B, 1] against
// labels, a float32 vector of 0 to 1, weighted by the label's class where
// weights (none, or one for class 0 and one for class 1) are given:
// log(1+exp(x)) - x*y in a form that never overflows. The mean is over the
// weights, as PyTorch's cross-entropy.
func BCEWithLogits(logits, labels *G.Node, weights ...float32) (*G.Node, error) {
	if n := len(weights); n != 0 && n != 2 {
		return nil, fmt.Errorf("ops: bce: %d class weights, want 2", n)
	}
	if logits.Dims() != 2 || logits.Shape()[1] != 1 {
		return nil, fmt.Errorf("ops: bce: logits of shape %v, want one column", logits.Shape())
	}
	return newLoss("bce", logits, labels, func(x []float32, labels any, r int, grad []float32) (float64, float64, error) {
		label, err := floatRow("bce", labels, r, 1)
		if err != nil {
			return 0, 0, err
		}
		z, y, w := float64(x[0]), float64(label[0]), 1.0
		if len(weights) == 2 {
			w = float64(float64(weights[1])*y) + float64(float64(weights[0])*(1-y))
		}
		e := exp(-math.Abs(z))
		p := 1 / (1 + e) // sigmoid(|z|)
		if z < 0 {
			p = e / (1 + e)
		}
		grad[0] = float32(w * (p - y))
		return w * (max(z, 0) - float64(z*y) + log1p(e)), w, nil
	})
}

// CrossEntropy returns the cross-entropy of softmax(logits) [B, C] against
// labels, an int32 vector of classes, weighted by the label's class where
// weights (none or one a class) are given. The mean is over the weights, as
// PyTorch's CrossEntropyLoss.
func CrossEntropy(logits, labels *G.Node, weights ...float32) (*G.Node, error) {
	if n := len(weights); n != 0 && (logits.Dims() != 2 || n != logits.Shape()[1]) {
		return nil, fmt.Errorf("ops: cross-entropy: %d class weights for logits of shape %v", n, logits.Shape())
	}
	return newLoss("cross-entropy", logits, labels, func(x []float32, labels any, r int, grad []float32) (float64, float64, error) {
		classes, ok := labels.([]int32)
		if !ok || r >= len(classes) {
			return 0, 0, fmt.Errorf("ops: cross-entropy: labels of type %T have no row %d", labels, r)
		}
		label := int(classes[r])
		if label < 0 || label >= len(x) {
			return 0, 0, fmt.Errorf("ops: cross-entropy: label %d of row %d, want 0 to %d", label, r, len(x)-1)
		}
		w := 1.0
		if len(weights) > 0 {
			w = float64(weights[label])
		}
		top := x[0]
		for _, v := range x {
			top = max(top, v)
		}
		var sum float64
		for _, v := range x {
			sum += exp(float64(v) - float64(top))
		}
		for j, v := range x {
			p := exp(float64(v)-float64(top)) / sum
			if j == label {
				p--
			}
			grad[j] = float32(w * p)
		}
		return w * (log(sum) - (float64(x[label]) - float64(top))), w, nil
	})
}
