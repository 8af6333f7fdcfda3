package canvas_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/impasto/impasto/canvas"
)

// A photograph is brought to 512 pixels and saved with a note on how it was made.
func Example() {
	dir, err := os.MkdirTemp("", "canvas")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "photo.png")
	if err := canvas.Save(path, canvas.New(1600, 1200), canvas.EncodeOptions{}); err != nil {
		log.Fatal(err)
	}

	photo, err := canvas.Open(path, canvas.Limits{})
	if err != nil {
		log.Fatal(err)
	}
	w, h := canvas.Fit(photo.Width, photo.Height, 512, false)
	small := canvas.Resize(photo, w, h, canvas.Lanczos)

	free, err := canvas.NextFree(path) // photo.png is taken
	if err != nil {
		log.Fatal(err)
	}
	if err := canvas.Save(free, small, canvas.EncodeOptions{Recipe: "512 pixels"}); err != nil {
		log.Fatal(err)
	}
	recipe, err := canvas.ReadRecipe(free)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(filepath.Base(free), small.Width, small.Height, recipe)
	// Output: photo-2.png 512 384 512 pixels
}

// Work that takes minutes is checked before it begins.
func ExampleCheckOutput() {
	fmt.Println(canvas.CheckOutput("painting.gif"))
	fmt.Println(canvas.CheckOutput("no-such-folder/painting.png"))
	// Output:
	// painting.gif: cannot write pictures as ".gif": name it .png or .jpg
	// cannot write no-such-folder/painting.png: the folder no-such-folder does not exist: create it first
}
