package weights_test

import (
	"testing"

	"github.com/impasto/impasto/weights"
)

// TestDigestIsOfTheParameters: names and sources do not count, every number does.
func TestDigestIsOfTheParameters(t *testing.T) {
	make := func() *weights.Model {
		return &weights.Model{Name: "a", Input: weights.ImageNet(), Convolutions: []weights.Convolution{
			{Name: "conv1_1", In: 3, Out: 1, Weight: []float32{1, 2, 3}, Bias: []float32{4}}}}
	}
	m := make()
	want := m.Digest()
	if len(want) != 64 {
		t.Fatalf("the digest %q has %d digits", want, len(want))
	}
	m.Name, m.Source = "b", "elsewhere"
	if got := m.Digest(); got != want {
		t.Error("a name changes the digest")
	}
	m.Convolutions[0].Weight[2] = 5
	if got := m.Digest(); got == want {
		t.Error("another weight has the same digest")
	}
	m = make()
	m.Input.Offset[0]++
	if got := m.Digest(); got == want {
		t.Error("another preprocessing has the same digest")
	}
}
