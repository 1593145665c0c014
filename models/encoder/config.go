package encoder

// Config is the shape of a Network.
type Config struct {
	Architecture   string  // "bert", "distilbert" or "roberta"
	Vocab          int     // V: rows of the table of words
	Hidden         int     // F: features of a token
	Layers         int     // L
	Heads          int     // A: a divisor of F
	Intermediate   int     // I: features inside the feed-forward sublayers
	Positions      int     // P: rows of the table of positions
	Types          int     // rows of the table of segments; 0: there is none
	PositionOffset int     // position of the first token; RoBERTa's is its padding id + 1
	LayerNormEps   float64 // added to variances
	Activation     string  // "gelu", exact by erf, or "gelu_tanh"
}
