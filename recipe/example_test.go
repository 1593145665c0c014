package recipe_test

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo"
)

// A recipe is taken by its name from a table of families and changed by its
// settings; it then says by which command it is trained.
func Example() {
	table := zoo.Families()
	r, err := table.Read("mlp")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range r.Family.Settings {
		if s.Flag == "target" {
			if err := s.Of(r.Body).Set("price"); err != nil {
				fmt.Println(err)
				return
			}
		}
	}
	r.Body.BySteps().Epochs = 50
	command, err := r.Command(0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(command)
	// Output:
	// zoo train mlp --data DATA --target price --seed 1 --epochs 50 --out DIR
}
