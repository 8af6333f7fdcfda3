package canvas

import (
	"errors"

	"golang.org/x/image/bmp"
)

// BMP is the Windows bitmap.
var BMP = register(codec{
	name:        "BMP",
	endings:     []string{".bmp"},
	magics:      []string{"BM????\x00\x00\x00\x00"},
	config:      bmp.DecodeConfig,
	decode:      bmp.Decode,
	unsupported: func(err error) bool { return errors.Is(err, bmp.ErrUnsupported) },
})
