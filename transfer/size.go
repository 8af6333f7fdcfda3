package transfer

import (
	"fmt"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
)

// size is the size of a picture in pixels.
type size struct{ width, height int }

func (s size) short() int { return min(s.width, s.height) }
func (s size) long() int  { return max(s.width, s.height) }

func (s size) String() string { return fmt.Sprintf("%dx%d", s.width, s.height) }

// imageBytes returns the bytes of an image in an arena.
func imageBytes(s size) int64 { return engine.Align(4 * 3 * int64(s.height) * int64(s.width)) }

// numbers returns how many numbers an image has.
func (s size) numbers() int { return 3 * s.width * s.height }

// shrink returns the size of s with another long side.
func (s size) shrink(long int) size {
	w, h := canvas.Fit(s.width, s.height, max(long, 1), false)
	return size{w, h}
}
