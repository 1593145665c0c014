package finetune

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/texts"
)

// advise says what to do about what was found.
func advise(r *texts.Report, settings *Recipe, base *lstm.Classifier) {
	say := func(format string, args ...any) { r.Advice = append(r.Advice, fmt.Sprintf(format, args...)) }
	r.AdviseClasses(settings.ClassWeights != "", settings.Head == HeadNew)
	if r.UnknownRate > 0.15 {
		say("%.0f %% of the words are unknown to %s: is this another language, or another field? What it has learned may be of little use here", 100*r.UnknownRate, settings.Base)
	}
	r.AdviseRows()
	if limit := base.MaxTokens(); r.Lengths.Max > limit {
		say("the longest text has %d tokens, and predictions read the first %d alone", r.Lengths.Max, limit)
	}
	if n := r.Lengths.Max * settings.Batch; n > 300_000 && settings.MaxTokens == 0 {
		say("a batch of the longest texts (%d tokens each) takes much memory: cut texts at, say, %d tokens if that fails", r.Lengths.Max, max(200, 2*r.Lengths.P95))
	}
}
