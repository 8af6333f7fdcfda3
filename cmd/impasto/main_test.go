package main

import (
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/impasto/impasto/weights"
	"github.com/impasto/impasto/weights/vgg16"
)

func TestMain(m *testing.M) {
	defaultNetwork = narrow
	os.Exit(m.Run())
}

// narrow returns the built-in network with the first few channels of each block: what most tests look at does not depend
// on the parameters, and preparing them all takes longer than a test.
func narrow() *weights.Model {
	m := *narrowOnce()
	m.Convolutions = slices.Clone(m.Convolutions)
	return &m
}

var narrowOnce = sync.OnceValue(func() *weights.Model {
	channels := [...]int{16, 16, 16, 16, 16}
	m, in, at := vgg16.Network(), 3, 0
	for block, count := range m.Architecture.Blocks() {
		for range count {
			if at == len(m.Convolutions) {
				break
			}
			c := &m.Convolutions[at]
			out := channels[block]
			weight := make([]float32, 0, 9*in*out)
			for k := range out {
				weight = append(weight, c.Weight[k*c.In*9:][:9*in]...)
			}
			c.In, c.Out, c.Weight, c.Bias = in, out, weight, slices.Clone(c.Bias[:out])
			in, at = out, at+1
		}
	}
	return m
})

// wholeNetwork lets a test use the built-in network itself.
func wholeNetwork(t *testing.T) {
	t.Helper()
	defaultNetwork = vgg16.Network
	t.Cleanup(func() { defaultNetwork = narrow })
}
