package examples_test

import (
	"bytes"
	"fmt"
	"image/png"

	"github.com/impasto/impasto/examples"
)

func ExampleOpen() {
	data, err := examples.Open("@astronaut")
	if err != nil {
		fmt.Println(err)
		return
	}
	config, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(config.Width, config.Height)

	_, err = examples.Open("@nigth")
	fmt.Println(err)
	// Output:
	// 512 512
	// no built-in picture is called "nigth": did you mean night?
}
