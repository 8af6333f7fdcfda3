package vgg16_test

import (
	"fmt"

	"github.com/impasto/impasto/weights/vgg16"
)

func ExampleNetwork() {
	network := vgg16.Network()
	last := network.Convolutions[len(network.Convolutions)-1]
	fmt.Println(network.Name, "up to", last.Name, "reads", network.Input.Description)
	// Output: vgg16 up to conv5_1 reads RGB in 0..1, minus (0.485, 0.456, 0.406), divided by (0.229, 0.224, 0.225)
}
