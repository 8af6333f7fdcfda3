package study_test

import (
	"fmt"

	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/study"
)

// How much of a picture does one value of a feature map see?
func ExampleFieldOf() {
	net := feature.VGG16
	for _, name := range []string{"relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"} {
		layer, err := net.Layer(name)
		if err != nil {
			panic(err)
		}
		f := study.FieldOf(net, layer)
		fmt.Printf("%s: %d pixels, every %d; the one at (10, 10): %v\n", name, f.Size, f.Stride, f.At(10, 10))
	}
	// Output:
	// relu1_1: 3 pixels, every 1; the one at (10, 10): (9,9)-(12,12)
	// relu2_1: 10 pixels, every 2; the one at (10, 10): (16,16)-(26,26)
	// relu3_1: 24 pixels, every 4; the one at (10, 10): (30,30)-(54,54)
	// relu4_1: 60 pixels, every 8; the one at (10, 10): (54,54)-(114,114)
	// relu5_1: 132 pixels, every 16; the one at (10, 10): (102,102)-(234,234)
}
