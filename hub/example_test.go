package hub_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/gorgonia-zoo/zoo/hub"
)

// What is in the cache is found without a network; what is not is an error.
// Without Offline it would be fetched.
func ExamplePull() {
	cache, err := os.MkdirTemp("", "hub")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(cache)
	_, err = hub.Pull(context.Background(), hub.Config{Repo: "sentence-transformers/all-MiniLM-L6-v2", CacheDir: cache, Offline: true})
	fmt.Println(errors.Is(err, hub.ErrOffline))
	// Output: true
}
