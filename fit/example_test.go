package fit_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/fit"
)

// The best model for a file, and how good it is. A zoo with pretrained models,
// zoo.Default(), and more time try more.
func Example() {
	dir, err := os.MkdirTemp("", "zoo")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "tickets.csv")
	rows := []string{"text,label"}
	for i := range 100 {
		rows = append(rows, fmt.Sprintf("the invoice of day %d is wrong,billing", i), fmt.Sprintf("parcel %d is lost,shipping", i))
	}
	if err := os.WriteFile(path, []byte(strings.Join(rows, "\n")), 0o644); err != nil {
		fmt.Println(err)
		return
	}
	data, err := zoo.OpenTexts(path, zoo.TextsConfig{Cache: "none"})
	if err != nil {
		fmt.Println(err)
		return
	}
	z := &zoo.Zoo{Families: zoo.Families()}
	r, err := fit.Run(context.Background(), z, data, fit.Config{Seed: 1, Time: time.Nanosecond})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Best, "expected", r.Expected)
	p, err := r.Model.Value.(zoo.TextClassifier).Predict(context.Background(), "where is my parcel?")
	fmt.Println(p.Label, err)
	// Output:
	// tfidf --c 1 expected 100.0 % (93.7 to 100.0)
	// shipping <nil>
}
