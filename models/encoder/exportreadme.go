package encoder

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/gorgonia-zoo/zoo/weights"
)

// licenceID is the form of a licence that Hugging Face's front matter takes.
var licenceID = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,40}$`)

// readme returns the README.md of a directory that is written.
func readme(e *Encoder, c *Classifier, card weights.Card) []byte {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	task := "sentence-similarity"
	if c != nil {
		task = "text-classification"
	}
	say("---\nlibrary_name: sentence-transformers\npipeline_tag: %s\n", task)
	if id := strings.ToLower(card.Licence); licenceID.MatchString(id) {
		say("license: %s\n", id)
	}
	name := card.Name
	if name == "" {
		name = "An encoder"
	}
	say("---\n\n# %s\n", name)
	var said []string
	if card.Description != "" {
		said = append(said, card.Description)
	}
	if card.Data != "" {
		said = append(said, "Data: "+card.Data)
	}
	if card.Licence != "" {
		said = append(said, "Licence of the weights: "+card.Licence)
	}
	if said = append(said, card.Limits...); len(said) > 0 {
		say("\nThe card of the model that this was written from says:\n\n- %s\n", strings.Join(said, "\n- "))
	}
	say("\nHere all weights are F32.\n")
	if c == nil {
		say(`
    from sentence_transformers import SentenceTransformer

    vectors = SentenceTransformer(DIR).encode(texts)

gives a vector of %d numbers for each text, where DIR is this directory; at most %d tokens of a text
are read. transformers' AutoModel and AutoTokenizer read it too; what makes one vector of the states is in
1_Pooling/config.json (%s). No vector depends on the pooler, which transformers may begin at random.
`, e.Dim(), e.settings.MaxTokens, e.settings.Pooling)
		return []byte(b.String())
	}
	say(`
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(DIR)
    logits = model.encode(texts, convert_to_tensor=True)
    probabilities = (logits / %v).softmax(-1)
    labels = [model[0].auto_model.config.id2label[k] for k in logits.argmax(-1).tolist()]

gives the classes of texts, of %d, where DIR is this directory; at most %d tokens of a text are read.
The classifier is one linear layer over the vector of a text. transformers'
AutoModelForSequenceClassification has no such form: its heads put a layer of their own before it, so it
would begin one at random.
`, c.temperature, len(c.classes), e.settings.MaxTokens)
	return []byte(b.String())
}
