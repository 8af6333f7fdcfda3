package loss

import "github.com/impasto/impasto/engine"

// Variation is a weighted total variation of the image itself, which keeps it from speckling
// (Mahendran and Vedaldi 2015, section 3). It is no tap: it reads the image, not a layer.
type Variation struct {
	dev   engine.Device
	sum   engine.Sum
	kind  engine.Variation
	scale float64
}

// NewVariation makes the term scale * TV. For a variation that is stated on a range of 0..255, scale
// by 255 (L1) or 255^2 (squares).
func NewVariation(dev engine.Device, kind engine.Variation, scale float64) *Variation {
	return &Variation{dev: dev, sum: dev.NewSum(), kind: kind, scale: scale}
}

// Add returns the value at image and adds the gradient to gradient, which may be nil.
func (v *Variation) Add(image, gradient engine.Image) float64 {
	v.dev.ResetSum(v.sum)
	v.dev.AddVariation(engine.AddVariation{Kind: v.kind, Image: image, Scale: v.scale, Sum: v.sum, Gradient: gradient})
	return v.dev.ReadSum(v.sum)
}
