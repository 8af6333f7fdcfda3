package transfer

import (
	"math/rand/v2"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/recipe"
)

// start returns the initial picture of the first scale.
func (sc *scale) start() *canvas.Picture {
	p := sc.plainStart()
	if s := sc.in.Recipe.Start; s.Jitter > 0 && s.Init != recipe.InitNoise {
		p = p.Clone()
		rng := rand.New(rand.NewPCG(sc.in.Seed, 1)) // a stream other than InitNoise's
		for i := range p.Pix {
			p.Pix[i] += float32(s.Jitter * rng.NormFloat64())
		}
	}
	return p
}

// plainStart is start without jitter.
func (sc *scale) plainStart() *canvas.Picture {
	in := sc.in
	switch in.Recipe.Start.Init {
	case recipe.InitStyle:
		return in.painting(0, sc.size)
	case recipe.InitPicture:
		return resample(in.Start, sc.size)
	case recipe.InitNoise:
		return flat(sc.size, rand.New(rand.NewPCG(in.Seed, 0)), in.Recipe.Start.Noise)
	case recipe.InitGrey:
		return flat(sc.size, nil, 0)
	}
	return sc.photograph()
}

// flat returns a picture of the mean colour, with Gaussian noise if rng is not nil.
func flat(s size, rng *rand.Rand, deviation float64) *canvas.Picture {
	p := canvas.New(s.width, s.height)
	for c, mean := range recipe.MeanColour {
		channel := p.Channel(c)
		for i := range channel {
			v := mean
			if rng != nil {
				v += deviation * rng.NormFloat64()
			}
			channel[i] = float32(v)
		}
	}
	return p
}

// resample resamples an iterate to another size, in the network's space.
func resample(p *canvas.Picture, to size) *canvas.Picture {
	return &canvas.Picture{Width: to.width, Height: to.height,
		Pix: canvas.Resample(p.Pix, p.Width, p.Height, to.width, to.height, canvas.Bicubic)}
}

// photograph returns the photograph at the scale's size.
func (sc *scale) photograph() *canvas.Picture {
	return canvas.Resize(sc.in.Photograph, sc.size.width, sc.size.height, canvas.Lanczos)
}
