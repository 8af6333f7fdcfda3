package canvas

import (
	"image"
	"image/gif"
	"io"
)

// GIF is the Graphics Interchange Format: the first frame is read.
var GIF = register(codec{
	name:    "GIF",
	endings: []string{".gif"},
	magics:  []string{"GIF87a", "GIF89a"},
	config:  gif.DecodeConfig,
	decode:  decodeGIF,
})

// decodeGIF returns the first frame at its place on the animation's screen.
func decodeGIF(r io.Reader) (image.Image, error) {
	file := r.(*io.SectionReader)
	frame, err := gif.Decode(file)
	if err != nil {
		return nil, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	config, err := gif.DecodeConfig(file)
	if err != nil {
		return nil, err
	}
	return onScreen(frame, frame.Bounds().Min, config), nil
}
