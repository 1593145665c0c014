package lstm

import (
	"slices"
	"testing"

	"github.com/gorgonia-zoo/zoo/recipe"
)

// A crop is a part of the text as it stands, of the share asked for to all of it,
// and another one in each epoch.
func TestCrop(t *testing.T) {
	text := make([]int32, 50)
	for i := range text {
		text[i] = int32(i)
	}
	task := &Task{Recipe: Recipe{Crop: 0.4, Training: recipe.Training{Seed: 1}}}
	lengths, starts := map[int]int{}, map[int32]int{}
	for epoch := range 2000 {
		part := task.crop(text, epoch, 3)
		if n := len(part); n < 20 || n > 50 || !slices.Equal(part, text[part[0]:int(part[0])+n]) {
			t.Fatalf("epoch %d: %v", epoch, part)
		}
		if !slices.Equal(part, task.crop(text, epoch, 3)) {
			t.Fatalf("epoch %d: not the same again", epoch)
		}
		lengths[len(part)]++
		starts[part[0]]++
	}
	if len(lengths) != 31 || len(starts) != 31 {
		t.Errorf("%d lengths and %d places, want 31 of each", len(lengths), len(starts))
	}
	if slices.Equal(task.crop(text, 1, 3), task.crop(text, 1, 4)) && slices.Equal(task.crop(text, 2, 3), task.crop(text, 2, 4)) {
		t.Error("two texts are cut alike")
	}
	if part := task.crop(text[:1], 0, 0); len(part) != 1 {
		t.Errorf("of one token: %v", part)
	}
	task.Recipe.Crop = 0
	if !slices.Equal(task.crop(text, 0, 3), text) {
		t.Error("cut without being asked to")
	}
}
