package study

import (
	"fmt"
	"image"

	"github.com/impasto/impasto/feature"
)

// Field is the receptive field of a layer: which pixels of the picture one position of its map depends
// on. Position (x, y) sees the square of Size pixels whose upper left corner is at
// (Start + x Stride, Start + y Stride); what of it lies outside of the picture is padding.
type Field struct {
	Size, Stride, Start int
}

// FieldOf returns the receptive field of a layer of a VGG network. A 3x3 convolution adds one step on each
// side, a 2x2 pooling half of one in all and doubles the step (Araujo, Norris and Sim, Computing Receptive
// Fields of Convolutional Neural Networks, Distill 2019, equations 2 and 4). It panics where the layer is
// not the network's.
func FieldOf(net feature.Network, layer feature.Layer) Field {
	f := Field{Size: 1, Stride: 1}
	for _, l := range net.Layers() {
		switch l.Kind {
		case feature.Conv:
			f = Field{f.Size + 2*f.Stride, f.Stride, f.Start - f.Stride}
		case feature.Pool:
			f = Field{f.Size + f.Stride, 2 * f.Stride, f.Start}
		}
		if l == layer {
			return f
		}
	}
	panic(fmt.Sprintf("study: %s has no layer %s", net.Name, layer))
}

// At returns the pixels that position (x, y) sees. The rectangle may reach beyond the picture.
func (f Field) At(x, y int) image.Rectangle {
	corner := image.Pt(f.Start+x*f.Stride, f.Start+y*f.Stride)
	return image.Rectangle{Min: corner, Max: corner.Add(image.Pt(f.Size, f.Size))}
}
