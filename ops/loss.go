package ops

import (
	"fmt"
	"math"
	"slices"

	"github.com/gorgonia-zoo/zoo/internal/exact"
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

var _ G.SDOp = (*lossOp)(nil)

func newLoss(name string, pred, target *G.Node, row func([]float32, any, int, []float32) (float64, float64, error)) (*G.Node, error) {
	if err := matrixNode(name, pred); err != nil {
		return nil, err
	}
	op := &lossOp{static: static{name, 2, nil, tensor.Float32}, row: row, value: G.NewF32(0)}
	return G.ApplyOp(op, pred, target)
}

func (op *lossOp) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
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
		for i, g := range op.grad.data[:len(op.dx.data)] {
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

// classWeights returns a copy of the weights, which must be finite and not
// negative, one a class or none.
func classWeights(op string, weights []float32, classes int) ([]float32, error) {
	if n := len(weights); n != 0 && n != classes {
		return nil, fmt.Errorf("ops: %s: %d class weights for %d classes", op, n, classes)
	}
	for i, w := range weights {
		if !(w >= 0 && w <= math.MaxFloat32) {
			return nil, fmt.Errorf("ops: %s: weight %v of class %d, want a finite number, 0 or above", op, w, i)
		}
	}
	return slices.Clone(weights), nil
}

// MSE returns the mean squared error of pred [B, O] against target
// [capacity, O], a mean over all B*O elements, as PyTorch's MSELoss.
func MSE(pred, target *G.Node) (*G.Node, error) {
	if err := matrixNode("mse", pred); err != nil {
		return nil, err
	}
	if err := paramNode("mse", "target", target, target.Shape()[0], pred.Shape()[1]); err != nil {
		return nil, err
	}
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

// BCEWithLogits returns the binary cross-entropy of logits [B, C] against labels
// [capacity, C] of 0 to 1, a mean over all B*C elements, as PyTorch's
// BCEWithLogitsLoss: log(1+exp(x)) - x*y in a form that never overflows. Weights,
// one for class 0 and one for class 1, are for one column: each row counts by its
// label's then, and the mean is over the weights, as of PyTorch's CrossEntropyLoss.
func BCEWithLogits(logits, labels *G.Node, weights ...float32) (*G.Node, error) {
	weights, err := classWeights("bce", weights, 2)
	if err != nil {
		return nil, err
	}
	if logits.Dims() != 2 || len(weights) > 0 && logits.Shape()[1] != 1 {
		return nil, fmt.Errorf("ops: bce: logits of shape %v with %d weights, want a matrix, of one column where there are weights", logits.Shape(), len(weights))
	}
	if err := paramNode("bce", "labels", labels, labels.Shape()[0], logits.Shape()[1]); err != nil {
		return nil, err
	}
	return newLoss("bce", logits, labels, func(x []float32, labels any, r int, grad []float32) (sum, all float64, _ error) {
		label, err := floatRow("bce", labels, r, len(x))
		if err != nil {
			return 0, 0, err
		}
		for k, given := range label {
			if !(given >= 0 && given <= 1) {
				return 0, 0, fmt.Errorf("ops: bce: label %v of row %d, want 0 to 1", given, r)
			}
			z, y, w := float64(x[k]), float64(given), 1.0
			if len(weights) == 2 {
				w = float64(float64(weights[1])*y) + float64(float64(weights[0])*(1-y))
			}
			e := exact.Exp(-math.Abs(z))
			p := 1 / (1 + e) // sigmoid(|z|)
			if z < 0 {
				p = e / (1 + e)
			}
			grad[k] = float32(w * (p - y))
			sum += float64(w * (max(z, 0) - float64(z*y) + exact.Log1p(e)))
			all += w
		}
		return sum, all, nil
	})
}

// CrossEntropy returns the cross-entropy of softmax(logits) [B, C] against
// labels, an int32 vector of classes. Where weights are given, one a class,
// each row counts by its label's, and the mean is over the weights, as of
// PyTorch's CrossEntropyLoss.
func CrossEntropy(logits, labels *G.Node, weights ...float32) (*G.Node, error) {
	if err := matrixNode("cross-entropy", logits); err != nil {
		return nil, err
	}
	if err := intsNode("cross-entropy", "labels", labels); err != nil {
		return nil, err
	}
	weights, err := classWeights("cross-entropy", weights, logits.Shape()[1])
	if err != nil {
		return nil, err
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
			sum += exact.Exp(float64(v) - float64(top))
		}
		for j, v := range x {
			p := exact.Exp(float64(v)-float64(top)) / sum
			if j == label {
				p--
			}
			grad[j] = float32(w * p)
		}
		return float64(w * (exact.Log(sum) - (float64(x[label]) - float64(top)))), w, nil
	})
}
