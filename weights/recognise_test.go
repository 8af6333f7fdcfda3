package weights

import (
	"fmt"
	"strings"
	"testing"
)

// layersOf returns tensors of 3x3 convolutions of the given widths under the given numbers.
func layersOf(prefix string, numbers []int, width int64) []*tensor {
	store := &storage{kind: float32s, elements: 1 << 30}
	var tensors []*tensor
	in := int64(3)
	for _, n := range numbers {
		shape := []int64{width, in, 3, 3}
		w := &tensor{name: fmt.Sprintf("%s%d.weight", prefix, n), store: store, shape: shape, strides: contiguous(shape)}
		b := &tensor{name: fmt.Sprintf("%s%d.bias", prefix, n), store: store, shape: shape[:1], strides: []int64{1}}
		tensors = append(tensors, w, b)
		in = width
	}
	return tensors
}

func TestRecognise(t *testing.T) {
	vgg13 := []int{0, 2, 5, 7, 10, 12, 15, 17, 20, 22}
	for name, c := range map[string]struct {
		tensors []*tensor
		want    Architecture
		word    string
	}{
		"vgg16":          {layersOf("features.", VGG16.indices(), 64), VGG16, ""},
		"vgg19":          {layersOf("features.", VGG19.indices(), 64), VGG19, ""},
		"prefixes":       {layersOf("state_dict.module.encoder.features.", VGG19.indices(), 64), VGG19, ""},
		"cut vgg16":      {layersOf("", VGG16.indices()[:11], 64), VGG16, ""},
		"cut vgg19":      {layersOf("", VGG19.indices()[:13], 64), VGG19, ""},
		"cut early":      {layersOf("", VGG19.indices()[:7], 64), "", "7 3x3 convolutions in blocks of 2, 2, 3"},
		"vgg13":          {layersOf("features.", vgg13, 64), "", "blocks of 2, 2, 2, 2, 2"},
		"no poolings":    {layersOf("", []int{0, 1, 2, 3}, 64), "", "a chain of 4 3x3 convolutions"},
		"of two kinds":   {append(layersOf("a.", VGG16.indices(), 64), layersOf("b.", VGG19.indices(), 64)...), "", "2 VGG networks"},
		"and a decoder":  {append(layersOf("enc.", VGG19.indices(), 64), layersOf("dec.", []int{1, 4, 7}, 64)...), VGG19, ""},
		"without a bias": {layersOf("", VGG16.indices(), 64)[:25], "", "28.weight has 64 channels, but not a bias"},
		"nothing":        {nil, "", "no tensors"},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := recognise(c.tensors)
			switch {
			case c.word == "" && (err != nil || n.architecture != c.want):
				t.Errorf("recognised as %q, %v", n.architecture, err)
			case c.word != "" && (err == nil || !strings.Contains(err.Error(), c.word)):
				t.Errorf("the error is %v, which does not say %q", err, c.word)
			}
		})
	}
	broken := layersOf("features.", VGG16.indices(), 64)
	broken[4].shape = []int64{64, 32, 3, 3}
	if _, err := recognise(broken); err == nil || !strings.Contains(err.Error(), "features.5.weight has shape [64 32 3 3]") {
		t.Errorf("a broken chain: %v", err)
	}
	normed := append(layersOf("features.", VGG16.indices(), 64), &tensor{name: "features.1.running_mean", shape: []int64{64}})
	if _, err := recognise(normed); err == nil || !strings.Contains(err.Error(), "batch normalisation") {
		t.Errorf("batch normalisation: %v", err)
	}
	resnet := []*tensor{{name: "conv1.weight", shape: []int64{64, 3, 7, 7}}, {name: "fc.weight", shape: []int64{1000, 2048}}}
	if _, err := recognise(resnet); err == nil || !strings.Contains(err.Error(), `holds 2 tensors`) {
		t.Errorf("a ResNet: %v", err)
	}
}

func TestLayers(t *testing.T) {
	got := strings.Join(VGG19.Layers(), " ")
	want := "conv1_1 conv1_2 conv2_1 conv2_2 conv3_1 conv3_2 conv3_3 conv3_4 " +
		"conv4_1 conv4_2 conv4_3 conv4_4 conv5_1 conv5_2 conv5_3 conv5_4"
	if got != want {
		t.Errorf("Layers() = %s, want %s", got, want)
	}
	// The published indices of torchvision's vgg19.
	if got := fmt.Sprint(VGG19.indices()); got != "[0 2 5 7 10 12 14 16 19 21 23 25 28 30 32 34]" {
		t.Errorf("indices() = %s", got)
	}
	if Architecture("vgg11").Blocks() != nil {
		t.Error("an unknown architecture has blocks")
	}
}
