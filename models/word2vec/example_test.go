package word2vec_test

import (
	"fmt"
	"strings"

	"github.com/gorgonia-zoo/zoo/models/word2vec"
)

func Example() {
	// The form in which GloVe's vectors come; word2vec's forms and gzip are
	// recognised too.
	file := "man 1 0 0\nwoman 1 1 0\nking 1 0 2\nqueen 1 1 2\n"
	v, format, err := word2vec.Read(strings.NewReader(file))
	if err != nil {
		fmt.Println(err)
		return
	}
	near, err := v.Analogy("man", "woman", "king", 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(format, v.Len(), v.Dim())
	fmt.Println("man is to woman as king is to", near[0].Word)
	// Output:
	// GloVe text 4 3
	// man is to woman as king is to queen
}
