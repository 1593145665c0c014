package answer_test

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/serve/answer"
	"github.com/gorgonia-zoo/zoo/tagging"
)

// texts answers texts as task says: its words are labels, and their number a number.
type texts struct{ task classify.Task }

func (t texts) Task() classify.Task { return t.task }

func (t texts) AnswerAll(_ context.Context, inputs []classify.Input) ([]classify.Answer, error) {
	out := make([]classify.Answer, len(inputs))
	for i, in := range inputs {
		switch words := strings.Fields(in.Text + " " + in.Pair); t.task.Kind {
		case classify.Number:
			out[i] = classify.Answer{Number: float64(len(words)), Tokens: len(words)}
		case classify.Several:
			out[i] = t.task.AnswerLabels([]float64{0.75, float64(len(words)) / 10}, len(words), false)
		default:
			out[i] = t.task.AnswerClass([]float64{0.25, 0.75}, len(words), true)
		}
	}
	return out, nil
}

// rows answers rows by their number of cells that are not empty.
type rows struct{}

func (rows) Columns() []string { return []string{"a", "b"} }

func (rows) AnswerRows(_ context.Context, all [][]string) ([]recipe.RowAnswer, error) {
	out := make([]recipe.RowAnswer, len(all))
	for i, cells := range all {
		for k, cell := range cells {
			if cell == "broken" {
				return nil, &recipe.RowError{Row: i, Err: errors.New("no number")}
			}
			if cell != "" {
				out[i].Prediction++
			} else {
				out[i].Missing = append(out[i].Missing, rows{}.Columns()[k])
			}
		}
	}
	return out, nil
}

// numbers adds two numbers.
type numbers struct{}

func (numbers) Inputs() int { return 2 }

func (numbers) Predict(_ context.Context, x []float32) ([]float32, error) {
	var y []float32
	for i := 0; i < len(x); i += 2 {
		y = append(y, x[i]+x[i+1])
	}
	return y, nil
}

// mirror translates a text into itself.
type mirror struct{}

func (mirror) TranslateTexts(_ context.Context, all []string, o recipe.TranslateOptions) ([]recipe.Translation, error) {
	out := make([]recipe.Translation, len(all))
	for i, text := range all {
		words := strings.Fields(text)
		out[i] = recipe.Translation{Text: text, Score: -0.5, Tokens: len(words)}
		if o.Attention {
			out[i].Attention = &recipe.Attention{Source: words, Target: words, Weights: [][]float32{{1}}}
		}
	}
	return out, nil
}

// nouns tags every word.
type nouns struct{ tagging.Tagger }

func (nouns) Columns() []tagging.Column {
	return []tagging.Column{{Name: "upos", Tags: []string{"NOUN"}}}
}

func (nouns) TagAll(_ context.Context, all []string) ([]tagging.Tagged, error) {
	out := make([]tagging.Tagged, len(all))
	for i, text := range all {
		out[i] = tagging.Tagged{Words: []tagging.Word{{Text: text, End: len(text), Tags: []string{"NOUN"}}}, Spans: []tagging.Span{{Kind: "thing"}}}
	}
	return out, nil
}

func named(t testing.TB, value any) *answer.Named {
	t.Helper()
	n, err := answer.NewNamed("m", &recipe.Model{Value: value, Checksum: "0123456789abcdef"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func ask(t *testing.T, n *answer.Named, body string) (string, error) {
	t.Helper()
	r, err := n.Read([]byte(body), false, 10)
	if err != nil {
		return "", err
	}
	if err := n.Check(r.Options); err != nil {
		return "", err
	}
	answers, err := n.Answer(context.Background(), r.Inputs, r.Options)
	if err != nil {
		return "", err
	}
	for _, a := range answers {
		if len(a.Values) != len(n.Outputs) {
			t.Errorf("%d values, %d outputs", len(a.Values), len(n.Outputs))
		}
	}
	out, err := n.Reply(r, answers)
	return string(out), err
}

func TestKinds(t *testing.T) {
	const head = `{"model":"m","version":"0123456789ab",`
	two := []string{"x", "y"}
	several := texts{classify.Task{Kind: classify.Several, Classes: two, Thresholds: []float64{0.5, 0.5}}}
	pair := texts{classify.Task{Kind: classify.OneClass, Pairs: true, Classes: two}}
	for name, c := range map[string]struct {
		value      any
		body, want string
	}{
		"several labels": {several, `"a b"`, head + `"labels":["x"],"probabilities":[{"label":"x","probability":0.75},{"label":"y","probability":0.2}],"tokens":2,"truncated":false}`},
		"a number":       {texts{classify.Task{Kind: classify.Number}}, `{"input":["a","a b"]}`, head + `"answers":[{"prediction":1,"tokens":1,"truncated":false},{"prediction":2,"tokens":2,"truncated":false}]}`},
		"a pair":         {pair, `{"input":{"text":"a","pair":"b"},"top":1}`, head + `"label":"y","probabilities":[{"label":"y","probability":0.75}],"tokens":2,"truncated":true}`},
		"a row":          {rows{}, `{"a":1.5,"b":null}`, head + `"input":null,"prediction":1,"missing":["b"]}`},
		"rows":           {rows{}, `{"input":[{"a":"x","b":true}]}`, head + `"answers":[{"input":null,"prediction":2}]}`},
		"a translation":  {mirror{}, `"a"`, head + `"translation":"a","score":-0.5,"tokens":1,"truncated":false}`},
		"attention":      {mirror{}, `{"input":"a","explain":true}`, head + `"translation":"a","score":-0.5,"tokens":1,"truncated":false,"attention":{"source":["a"],"target":["a"],"weights":[[1]]}}`},
		"tags":           {nouns{}, `"film"`, head + `"columns":["upos"],"words":[{"text":"film","tags":["NOUN"],"begin":0,"end":4}],"spans":[{"kind":"thing","first":0,"last":0}]}`},
		"numbers":        {numbers{}, `[1,2.5]`, head + `"input":[1,2.5],"prediction":3.5}`},
		"more numbers":   {numbers{}, `[[1,2],[3,4]]`, head + `"answers":[{"input":[1,2],"prediction":3},{"input":[3,4],"prediction":7}]}`},
	} {
		if have, err := ask(t, named(t, c.value), c.body); err != nil || have != c.want {
			t.Errorf("%s: %s, %v, want %s", name, have, err, c.want)
		}
	}
	for name, c := range map[string]struct {
		value      any
		body, says string
	}{
		"half a pair":       {pair, `{"input":{"text":"a"}}`, "two texts"},
		"a text for a pair": {pair, `"a"`, "two texts"},
		"a column less":     {rows{}, `{"a":1}`, `no "b"`},
		"a list in a cell":  {rows{}, `{"a":[1],"b":1}`, "holds a list"},
		"a broken row":      {rows{}, `{"a":"broken","b":1}`, "no number"},
		"a row of text":     {rows{}, `"a"`, "an object with the columns a, b"},
		"a number less":     {numbers{}, `[1]`, "1 numbers, want 2"},
		"no number":         {numbers{}, `[1,"2"]`, "want a number"},
		"a number too far":  {numbers{}, `[1,1e99]`, "beyond float32"},
		"top of numbers":    {numbers{}, `{"input":[1,2],"top":1}`, "top does not apply"},
		"explain":           {several, `{"input":"a","explain":true}`, "explain does not apply"},
	} {
		if have, err := ask(t, named(t, c.value), c.body); !errors.Is(err, answer.ErrInput) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %s, %v, want %q", name, have, err, c.says)
		}
	}
	if _, err := named(t, several).Read([]byte(`["a","b","c"]`), false, 2); !errors.Is(err, answer.ErrTooMany) {
		t.Errorf("too many: %v", err)
	}
}

// FuzzRead: no body makes the reader of requests panic, or take memory out of
// proportion, and what is read can be answered.
func FuzzRead(f *testing.F) {
	all := []*answer.Named{named(f, texts{classify.Task{Kind: classify.Number}}), named(f, texts{classify.Task{Kind: classify.Number, Pairs: true}}), named(f, rows{}), named(f, numbers{})}
	for _, body := range []string{`"a"`, `["a","b"]`, `{"input":"a","top":1,"explain":true}`, `{"input":{"text":"a","pair":"b"}}`, `{"a":1,"b":"x"}`, `[1,2]`, `[[1,2],[3,4]]`, `{"input":[]}`, `{`, ``, `nul`, `{"input":null}`, `[[[[`, `"\ud800"`, `1e999`} {
		f.Add([]byte(body), false)
	}
	f.Add([]byte("a text\xff"), true)
	f.Fuzz(func(t *testing.T, body []byte, plain bool) {
		for _, n := range all {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r, err := n.Read(body, plain, 10)
			runtime.ReadMemStats(&after)
			if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20+1000*uint64(len(body)) {
				t.Errorf("%d bytes took %d", len(body), took)
			}
			if err != nil {
				if !errors.Is(err, answer.ErrInput) && !errors.Is(err, answer.ErrTooMany) {
					t.Fatal(err)
				}
				continue
			}
			r.Options.Top, r.Options.Explain = 0, false
			answers, err := n.Answer(context.Background(), r.Inputs, r.Options)
			if err != nil {
				if !errors.Is(err, answer.ErrInput) {
					t.Fatal(err)
				}
				continue
			}
			if reply, err := n.Reply(r, answers); err == nil && !json.Valid(reply) {
				t.Errorf("the reply is no JSON: %s", reply)
			}
		}
	})
}
