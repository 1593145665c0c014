package tagger

import (
	"cmp"
	"context"
	"slices"

	"github.com/gorgonia-zoo/zoo/ops"
	G "gorgonia.org/gorgonia"
)

// What a predictor's graph takes at once, and with it the memory of predicting: some
// 5 kB a word at H = 200.
const (
	predictSentences = 128
	predictWords     = 4096
)

// answer is what is predicted for a word in one column.
type answer struct {
	tag         int32
	probability float32 // of the tag
	given       float32 // of the tag given the one before
}

// predictor is a graph that shares the network's weights.
type predictor struct {
	program *ops.Program
	packed
}

func (p *predictor) build(n *Network, words, sentences, chars, different int) (err error) {
	p.program, err = ops.Build(func(g *ops.Graph) (loss, output *G.Node, err error) {
		in := p.packed.build(g, words, sentences, chars, different)
		scores, err := n.scores(g, in, ops.InferLSTM, nil)
		if err != nil {
			return nil, nil, err
		}
		var answers []*G.Node
		for k, s := range scores {
			a, err := ops.CRFDecode(s, in.lengths, n.heads[k].crf(g), rules(n.config.Columns[k]))
			if err != nil {
				return nil, nil, err
			}
			answers = append(answers, a)
		}
		if len(answers) == 1 {
			return nil, answers[0], nil
		}
		output, err = ops.Concat(answers...)
		return nil, output, err
	})
	return err
}

// lender lends predictors of a network.
func (n *Network) lender() *ops.Lender[*predictor] {
	return ops.NewLender(ops.LenderConfig[*predictor]{
		Build: func() (*predictor, error) {
			p := &predictor{}
			return p, p.build(n, predictWords, predictSentences, 8*predictWords, predictWords)
		},
		Params: n.Params(),
		Keep:   func(p *predictor) bool { return p.program != nil && len(p.chars) <= 8*predictWords },
	})
}

// predict answers sentences, by sentence, column and word. The answers to one do not
// depend on the others.
func predict(ctx context.Context, n *Network, lender *ops.Lender[*predictor], sentences []Sentence) ([][][]answer, error) {
	order := make([]int, len(sentences))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(len(sentences[j].Words), len(sentences[i].Words)) })
	out := make([][][]answer, len(sentences))
	err := lender.Lend(ctx, func(p *predictor) error {
		for len(order) > 0 {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			count, words := 0, 0
			for count < min(len(order), predictSentences) && (count == 0 || words+len(sentences[order[count]].Words) <= predictWords) {
				words += len(sentences[order[count]].Words)
				count++
			}
			chosen := make([]Sentence, count)
			for i, at := range order[:count] {
				chosen[i] = sentences[at]
			}
			if err := p.run(n, NewBatch(chosen)); err != nil {
				return err
			}
			data, width := p.program.Output()
			row := 0
			for i, at := range order[:count] {
				out[at] = make([][]answer, width/3)
				for k := range out[at] {
					out[at][k] = make([]answer, len(chosen[i].Words))
				}
			}
			for t := 0; row < words; t++ {
				for i, at := range order[:count] {
					if t >= len(chosen[i].Words) {
						break
					}
					for k := range out[at] {
						a := data[row*width+3*k:]
						out[at][k][t] = answer{int32(a[0]), a[1], a[2]}
					}
					row++
				}
			}
			order = order[count:]
		}
		return nil
	})
	return out, err
}

func (p *predictor) run(n *Network, b Batch) error {
	words, sentences, chars, different := p.sizes(b)
	if !p.fits(words, sentences, chars, different) {
		if err := p.build(n, max(words, predictWords), max(sentences, predictSentences), max(chars, 8*predictWords), max(different, predictWords)); err != nil {
			return err
		}
	}
	if err := p.fill(b); err != nil {
		return err
	}
	return p.program.Run()
}
