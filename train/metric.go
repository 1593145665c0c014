package train

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Metrics are named measurements of a model. They print and encode in the
// order of their names.
type Metrics map[string]float64

// String returns "accuracy 0.8972  loss 0.2541".
func (m Metrics) String() string {
	var b strings.Builder
	for i, name := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			b.WriteString("  ")
		}
		fmt.Fprintf(&b, "%s %.4g", name, m[name])
	}
	return b.String()
}

// MarshalJSON encodes an object with sorted names; a value that JSON cannot
// hold (NaN, infinity) becomes null.
func (m Metrics) MarshalJSON() ([]byte, error) {
	values := make(map[string]*float64, len(m))
	for name, v := range m {
		values[name] = nil
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			values[name] = &v
		}
	}
	return json.Marshal(values)
}

// UnmarshalJSON decodes null as NaN.
func (m *Metrics) UnmarshalJSON(data []byte) error {
	var values map[string]*float64
	if err := json.Unmarshal(data, &values); err != nil {
		return err
	}
	*m = make(Metrics, len(values))
	for name, v := range values {
		if v == nil {
			(*m)[name] = math.NaN()
		} else {
			(*m)[name] = *v
		}
	}
	return nil
}

// Mean is a running mean, weighted by the number of examples.
type Mean struct {
	Sum    float64 `json:"sum"`
	Weight float64 `json:"weight"`
}

// Add takes in the mean of n examples.
func (m *Mean) Add(mean float64, n int) {
	m.Sum += float64(mean * float64(n))
	m.Weight += float64(n)
}

// Value returns the mean so far, NaN before the first Add.
func (m Mean) Value() float64 { return m.Sum / m.Weight }
