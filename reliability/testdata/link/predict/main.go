// Command predict is what a program does that only predicts.
package main

import (
	"context"
	"fmt"

	"github.com/gorgonia-zoo/zoo"
)

func main() {
	clf, err := zoo.LSTMIMDB()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(clf.Predict(context.Background(), "A quiet, beautiful film."))
}
