package study

import (
	"fmt"
	"image"

	"github.com/impasto/impasto/feature"
)

// Field is the receptive field of a layer: the pixels of the picture on which a position of its map depends. Position
// (x, y) sees the square with sides of Size pixels whose upper left corner is at (Start + x Stride, Start + y Stride);
// its pixels outside the picture are padding.
type Field struct {
	Size, Stride, Start int
}

// FieldOf returns the receptive field of a layer of a VGG network. A 3x3 convolution adds one stride on each side; a 2x2
// pooling adds half a stride on each side and doubles the stride (Araujo, Norris and Sim, Computing Receptive Fields of
// Convolutional Neural Networks, Distill 2019, equations 2 and 4). It panics if the network does not have the layer.
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

// At returns the pixels that position (x, y) sees. The rectangle may extend beyond the picture.
func (f Field) At(x, y int) image.Rectangle {
	corner := image.Pt(f.Start+x*f.Stride, f.Start+y*f.Stride)
	return image.Rectangle{Min: corner, Max: corner.Add(image.Pt(f.Size, f.Size))}
}
