// Command train is what a program does that trains.
package main

import (
	"context"
	"fmt"

	"github.com/gorgonia-zoo/zoo"
)

func main() {
	r, err := zoo.ReadRecipe("mlp-line")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, result, err := zoo.Train(context.Background(), r, nil, zoo.Run{Steps: 1})
	fmt.Println(result.Steps, err)
}
