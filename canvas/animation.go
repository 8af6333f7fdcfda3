package canvas

import (
	"image"
	"image/draw"
)

// onScreen returns frame with its corner at the given place on a transparent screen.
func onScreen(frame image.Image, at image.Point, screen image.Config) image.Image {
	bounds := image.Rect(0, 0, screen.Width, screen.Height)
	if at == (image.Point{}) && frame.Bounds() == bounds {
		return frame
	}
	img := image.NewNRGBA(bounds)
	place := frame.Bounds().Sub(frame.Bounds().Min).Add(at)
	draw.Draw(img, place, frame, frame.Bounds().Min, draw.Src)
	return img
}
