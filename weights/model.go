// Package weights reads the pretrained parameters of VGG networks: safetensors files, both file
// formats of PyTorch, and pickled NumPy arrays, from disk, from the cache, or from where they are
// published. Nothing that it reads is ever executed, and only the convolutions of a file are read.
//
// A [Store] finds a network by name and keeps what it downloads; [ReadFile] reads one file. The built-in
// network, which needs neither, is in package weights/vgg16.
package weights

import "fmt"

// Model is the parameters of a VGG network (Simonyan and Zisserman 2015), in float32. They are frozen:
// nothing in this module changes them, and a Model may be shared by goroutines.
type Model struct {
	// Name is the network's name ("vgg16", "vgg19-normalised"), or a file's name without its extension.
	Name string
	// Architecture is VGG16 or VGG19.
	Architecture Architecture
	// Convolutions are in the order of the network, starting with conv1_1. There may be fewer than the
	// architecture has: layers that nothing reads need not be stored.
	Convolutions []Convolution
	// Input is the preprocessing that the first convolution expects.
	Input Input
	// Padding is the padding of the convolutions that the network was trained with or made for:
	// "zero" or "reflect", or empty if unknown.
	Padding string
	// Source is the origin of the parameters, in words or as a URL. It may be empty.
	Source string
	// SourceSHA256 is the digest of the file that the parameters were first read from, in hexadecimal.
	SourceSHA256 string
	// Licence is an SPDX identifier or a sentence. It is empty if unknown.
	Licence string
}

// Parameters returns the number of weights and biases.
func (m *Model) Parameters() int {
	n := 0
	for _, c := range m.Convolutions {
		n += len(c.Weight) + len(c.Bias)
	}
	return n
}

// Convolution is one layer of 3x3 kernels.
type Convolution struct {
	// Name is the usual name of the layer: conv1_1, conv1_2, conv2_1 ...
	Name string
	// In and Out are the numbers of channels.
	In, Out int
	// Weight is [Out,In,3,3], a cross-correlation as in PyTorch (the kernels are not flipped).
	Weight []float32
	// Bias is [Out].
	Bias []float32
}

// Input is the preprocessing of pictures: channel k of the first convolution's input is
//
//	sum over j of Matrix[k][j]*rgb[j] + Offset[k]
//
// with rgb in [0,1]. The zero value is unstated.
type Input struct {
	// Stated is false if the parameters come from a file that does not state its preprocessing. Then
	// that of the recipe applies.
	Stated bool
	Matrix [3][3]float32
	Offset [3]float32
	// Description says the same in words: channel order, range, mean and standard deviation.
	Description string
}

// ImageNet returns the preprocessing of torchvision's networks: RGB in [0,1], minus the mean of ImageNet,
// divided by its standard deviation.
func ImageNet() Input {
	mean := [3]float64{0.485, 0.456, 0.406}
	std := [3]float64{0.229, 0.224, 0.225}
	in := Input{
		Stated:      true,
		Description: "RGB in 0..1, minus (0.485, 0.456, 0.406), divided by (0.229, 0.224, 0.225)",
	}
	for k := range 3 {
		in.Matrix[k][k] = float32(1 / std[k])
		in.Offset[k] = float32(-mean[k] / std[k])
	}
	return in
}

// Caffe returns the preprocessing of the networks as Simonyan and Zisserman published them for Caffe:
// BGR in 0..255, minus the mean of their training images.
func Caffe() Input {
	in := Input{
		Stated:      true,
		Offset:      [3]float32{-103.939, -116.779, -123.68},
		Description: "BGR in 0..255, minus (103.939, 116.779, 123.68)",
	}
	for k := range 3 {
		in.Matrix[k][2-k] = 255
	}
	return in
}

// mixed returns the preprocessing that an initial 1x1 convolution performs: weight [3,3], bias [3].
func mixed(weight, bias []float32) Input {
	in := Input{Stated: true, Description: "RGB in 0..1 through a 1x1 convolution"}
	for k := range 3 {
		copy(in.Matrix[k][:], weight[3*k:])
	}
	copy(in.Offset[:], bias)
	if c := Caffe(); in.Matrix == c.Matrix {
		in.Description = fmt.Sprintf("BGR in 0..255, minus (%g, %g, %g)", -bias[0], -bias[1], -bias[2])
	}
	return in
}
