package train

import (
	"fmt"
	"math"

	"github.com/gorgonia-zoo/zoo/ops"
)

// inspect checks what a step returned, before any weight is touched.
func (r *run) inspect(loss float32, grads []ops.Gradient, examples int) (norm float64, err error) {
	if examples < 1 {
		return 0, fmt.Errorf("train: batch of %d examples", examples)
	}
	if err := r.checkGradients(grads); err != nil {
		return 0, err
	}
	norm, culprit := r.norm(grads)
	if f := float64(loss); math.IsNaN(f) || math.IsInf(f, 0) {
		if name := r.firstNotFinite(); name != "" {
			return 0, fmt.Errorf("loss is %v and weights of %s are %w; a lower learning rate or ClipNorm may help", loss, name, ErrNotFinite)
		}
		if culprit == "" {
			culprit = "none"
		}
		return 0, fmt.Errorf("loss is %v, %w (first parameter with such a gradient: %s); a lower learning rate or ClipNorm may help", loss, ErrNotFinite, culprit)
	}
	if culprit != "" {
		return 0, fmt.Errorf("gradient of %s is %w; a lower learning rate or ClipNorm may help", culprit, ErrNotFinite)
	}
	return norm, nil
}

// firstNotFinite names the first parameter with a NaN or infinite weight.
func (r *run) firstNotFinite() string {
	for i := range r.targets {
		for _, v := range r.targets[i].param.Data() {
			if v-v != 0 {
				return r.targets[i].param.Name
			}
		}
	}
	return ""
}
