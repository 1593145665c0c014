package serve

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gorgonia-zoo/zoo/serve/answer"
	"github.com/gorgonia-zoo/zoo/serve/oip"
)

// inferOptions reads the parameters of a request: top_k, explain, and Triton's timeout
// in microseconds.
func (s *Server) inferOptions(m *answer.Model, r *oip.Request) (o answer.Options, within time.Duration, err error) {
	within = s.options.Timeout
	for name, v := range r.Parameters {
		ok := false
		switch name {
		case "top_k":
			o.Top, ok = whole(v)
		case "explain":
			o.Explain, ok = v.(bool)
		case "timeout":
			var n int
			if n, ok = whole(v); ok && n > 0 {
				within = time.Duration(n) * time.Microsecond
			}
		default:
			return o, 0, status(http.StatusBadRequest, "no parameter %.100q is known, only top_k, explain, timeout and binary_data_output", name)
		}
		if !ok {
			return o, 0, status(http.StatusBadRequest, "parameter %q is %.100v: want true or false for explain, a whole number for the others", name, v)
		}
	}
	return o, within, m.Check(o)
}

// whole reads a whole number, 0 or more.
func whole(v any) (int, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	i, err := strconv.ParseInt(n.String(), 10, 31)
	return int(i), err == nil && i >= 0
}

// fromTensors reads the inputs of a model from tensors.
func fromTensors(m *answer.Model, tensors []oip.Tensor) ([]answer.Input, error) {
	bad := func(format string, args ...any) error { return status(http.StatusBadRequest, format, args...) }
	by := map[string]*oip.Tensor{}
	for i, t := range tensors {
		if by[t.Name] != nil {
			return nil, bad("input %.100q is given twice", t.Name)
		}
		if !slices.ContainsFunc(m.Inputs, func(want answer.Tensor) bool { return want.Name == t.Name }) {
			return nil, bad("the model has no input %.100q, only %s", t.Name, named(m.Inputs))
		}
		by[t.Name] = &tensors[i]
	}
	var inputs []answer.Input
	for k, want := range m.Inputs {
		t := by[want.Name]
		if t == nil {
			return nil, bad("input %q is missing: the model needs %s", want.Name, named(m.Inputs))
		}
		texts := t.Datatype == "BYTES"
		width := 1
		if len(want.Shape) == 2 {
			width = want.Shape[1]
		}
		n := max(len(t.Strings), len(t.Numbers))
		switch {
		case want.Datatype == "BYTES" && !texts && m.Columns == nil:
			return nil, bad("input %q is %s, want BYTES", want.Name, t.Datatype)
		case want.Datatype != "BYTES" && texts:
			return nil, bad("input %q is BYTES, want %s", want.Name, want.Datatype)
		case n%width != 0 || width > 1 && t.Shape[len(t.Shape)-1] != width:
			return nil, bad("input %q has the shape %v, want [n, %d]", want.Name, t.Shape, width)
		case k > 0 && n != len(inputs):
			return nil, bad("input %q has %d elements, and %q has %d", want.Name, n, m.Inputs[0].Name, len(inputs))
		}
		if k == 0 {
			inputs = make([]answer.Input, n/width)
		}
		for i := range inputs {
			in := &inputs[i]
			switch {
			case m.Columns != nil:
				in.Cells = append(in.Cells, cell(t, i))
			case texts && k == 0:
				in.Text = t.Strings[i]
			case texts:
				in.Pair = t.Strings[i]
			default:
				in.Numbers = make([]float32, width)
				for j, v := range t.Numbers[i*width:][:width] {
					in.Numbers[j] = float32(v)
				}
			}
		}
	}
	return inputs, nil
}

// cell is an element as a table has it.
func cell(t *oip.Tensor, i int) string {
	switch t.Datatype {
	case "BYTES":
		return t.Strings[i]
	case "BOOL":
		return strconv.FormatBool(t.Numbers[i] != 0)
	case "FP32":
		return strconv.FormatFloat(t.Numbers[i], 'g', -1, 32)
	}
	return strconv.FormatFloat(t.Numbers[i], 'g', -1, 64)
}

func named(tensors []answer.Tensor) string {
	text := ""
	for i, t := range tensors {
		if i > 0 {
			text += ", "
		}
		text += t.Name
	}
	return text
}

// toTensors makes the outputs that a request asks for of answers.
func toTensors(m *answer.Model, answers []answer.Answer, r *oip.Request, o answer.Options) ([]oip.Result, error) {
	asked := r.Outputs
	if len(asked) == 0 { // all, but explanations that nobody asked for
		for _, t := range m.Outputs {
			if t.Name != "explanation" || o.Explain {
				asked = append(asked, oip.Output{Name: t.Name, Binary: r.Binary})
			}
		}
	}
	var results []oip.Result
	for i, out := range asked {
		if slices.ContainsFunc(asked[:i], func(before oip.Output) bool { return before.Name == out.Name }) {
			return nil, status(http.StatusBadRequest, "output %.100q is asked for twice", out.Name)
		}
		at := slices.IndexFunc(m.Outputs, func(t answer.Tensor) bool { return t.Name == out.Name })
		if at < 0 {
			return nil, status(http.StatusBadRequest, "the model has no output %.100q, only %s", out.Name, named(m.Outputs))
		}
		result := oip.Result{Name: out.Name, Datatype: m.Outputs[at].Datatype, Binary: out.Binary}
		var err error
		switch {
		case out.Classes > 0 && (out.Name != "probabilities" || m.Classes == nil):
			err = status(http.StatusBadRequest, "classification applies to the output probabilities of a classifier alone, not to %.100q", out.Name)
		case out.Classes > 0:
			result.Datatype = "BYTES"
			result.Data, result.Shape = likeliest(m, answers, at, out.Classes)
		default:
			result.Data, result.Shape, err = stack(answers, at, m.Outputs[at])
		}
		if err != nil {
			return nil, err
		}
		results = append(results, result)
	}
	return results, nil
}

// stack joins an output of all answers.
func stack(answers []answer.Answer, at int, t answer.Tensor) (data any, shape []int, err error) {
	n := len(answers)
	shape = []int{n}
	switch t.Datatype {
	case "BYTES":
		all := make([]string, n)
		for i, a := range answers {
			all[i] = fmt.Sprint(a.Values[at])
		}
		return all, shape, nil
	case "BOOL":
		return column[bool](answers, at, t.Name, shape)
	case "INT32":
		return column[int32](answers, at, t.Name, shape)
	}
	if len(t.Shape) == 1 {
		return column[float64](answers, at, t.Name, shape)
	}
	if t.Datatype == "FP32" {
		return matrix[float32](answers, at, t, shape)
	}
	return matrix[float64](answers, at, t, shape)
}

func column[T any](answers []answer.Answer, at int, name string, shape []int) (any, []int, error) {
	all := make([]T, len(answers))
	for i, a := range answers {
		v, ok := a.Values[at].(T)
		if !ok {
			return nil, nil, fmt.Errorf("output %q is a %T", name, a.Values[at])
		}
		all[i] = v
	}
	return all, shape, nil
}

func matrix[T any](answers []answer.Answer, at int, t answer.Tensor, shape []int) (any, []int, error) {
	all, width := []T{}, max(0, t.Shape[1])
	for _, a := range answers {
		v, ok := a.Values[at].([]T)
		if !ok {
			return nil, nil, fmt.Errorf("output %q is a %T", t.Name, a.Values[at])
		}
		all, width = append(all, v...), len(v)
	}
	return all, append(shape, width), nil
}

// likeliest are the classes of the classification extension, as "probability:index:label".
func likeliest(m *answer.Model, answers []answer.Answer, at, top int) ([]string, []int) {
	top = min(top, len(m.Classes))
	all := []string{}
	for _, a := range answers {
		p := a.Values[at].([]float64)
		order := make([]int, len(p))
		for k := range order {
			order[k] = k
		}
		slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(p[j], p[i]) })
		for _, k := range order[:top] {
			all = append(all, fmt.Sprintf("%f:%d:%s", p[k], k, m.Classes[k]))
		}
	}
	return all, []int{len(answers), top}
}
