package weights_test

import (
	"context"
	"fmt"

	"github.com/impasto/impasto/weights"
	"github.com/impasto/impasto/weights/vgg16"
)

// A file that PyTorch saved says nothing about what its network reads. Who knows it says so.
func ExampleReadFile() {
	m, err := weights.ReadFile(context.Background(), "testdata/module16.pth")
	if err != nil {
		fmt.Println(err)
		return
	}
	if !m.Input.Stated {
		m.Input = weights.ImageNet()
	}
	fmt.Println(m.Architecture, len(m.Convolutions), m.Convolutions[2].Name)
	// Output: vgg16 13 conv2_1
}

// What a user gives where a network is asked for: nothing, a name, or a file.
func ExampleStore_Resolve() {
	store, err := weights.FromEnvironment()
	if err != nil {
		fmt.Println(err)
		return
	}
	store.BuiltIn = vgg16.Network
	for _, given := range []string{"", "testdata/layers19.pth"} {
		m, err := store.Resolve(context.Background(), given)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(m.Name, m.Architecture)
	}
	// Output:
	// vgg16 vgg16
	// layers19 vgg19
}
