package encoder

import (
	"context"
	"math"

	"github.com/gorgonia-zoo/zoo/models/encoder"
)

// sample is texts of several kinds and lengths, by which an encoder before and
// after its weights were rounded is compared.
var sample = []string{
	"A quiet, beautiful film.",
	"The plot is thin and the jokes are older than the actors.",
	"How do I reset my password?",
	"My card was charged twice for the same order, and nobody answers my e-mails.",
	"Where is my parcel? The tracking page has not changed for six days.",
	"Interest rates rose by a quarter of a point on Thursday.",
	"The patient was given 5 mg twice a day and recovered within a week.",
	"def add(a, b): return a + b",
	"SELECT name FROM users WHERE id = 7;",
	"E = mc^2",
	"The court held that the contract was void for want of consideration.",
	"Add the onions, stir for five minutes, and season with salt and pepper.",
	"What is the capital of Australia?",
	"Who wrote the music for the film?",
	"lol that was sooo funny 😂😂",
	"Free entry!! Text WIN to 80086 now to claim your prize",
	"See you at eight, bring the blue folder.",
	"The quick brown fox jumps over the lazy dog.",
	"Light travels about 299,792 kilometres in a second.",
	"He said he would come; she did not believe him.",
	"Not good at all, but the music is lovely.",
	"I would not say that I disliked it.",
	"Der Zug nach Berlin fährt heute nicht.",
	"La película me pareció larga y aburrida.",
	"東京は今日も雨です。",
	"",
	"no",
	"Error: connection refused (os error 111)",
	"Version 2.4.1 fixes a crash when the window is resized while a download is running.",
	"The mitochondrion is the powerhouse of the cell.",
	"We regret to inform you that your application has not been successful on this occasion.",
	"Our team won three to one, with two goals in the last ten minutes.",
	"Wheat futures fell after rain was forecast for the plains.",
	"Turn left at the church, then second right after the bridge.",
	"The hotel was clean and the staff were kind, but the walls are so thin that we heard every word from the room next door, and breakfast ended at nine on a Sunday.",
	"In this paper we present a method for the compression of neural networks, show that it loses little accuracy on four tasks, and release the code with which every figure can be made again.",
}

// agreement is the mean and the least cosine between two lists of vectors.
func agreement(a, b []encoder.Embedding) (mean, least float64) {
	least = 1
	for i := range a {
		var xy, xx, yy float64
		for k, x := range a[i].Vector {
			y := float64(b[i].Vector[k])
			xy += float64(float64(x) * y)
			xx += float64(float64(x) * float64(x))
			yy += float64(y * y)
		}
		c := xy / math.Sqrt(xx*yy)
		mean += c / float64(len(a))
		least = min(least, c)
	}
	return mean, least
}

// round rounds an encoder's weights and returns what that changed.
func round(ctx context.Context, e *encoder.Encoder, by func() error) (map[string]float64, error) {
	before, err := e.Embed(ctx, sample)
	if err != nil {
		return nil, err
	}
	if err := by(); err != nil {
		return nil, err
	}
	after, err := e.Embed(ctx, sample)
	if err != nil {
		return nil, err
	}
	mean, least := agreement(before, after)
	return map[string]float64{"cosine_mean": mean, "cosine_least": least}, nil
}
