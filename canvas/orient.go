package canvas

// An orientation is the EXIF tag 274: how the stored rows and columns lie in the picture
// as it is meant to be seen. 1 is upright; 5 to 8 swap width and height.
type orientation int

// size returns the size of the upright picture for one stored as width x height.
func (o orientation) size(width, height int) (w, h int) {
	if o >= 5 {
		return height, width
	}
	return width, height
}

// place returns where the pixels of stored row y lie in the upright picture of a stored
// width x height: pixel x at first + x*step.
func (o orientation) place(y, width, height int) (first, step int) {
	switch o {
	case 2: // mirrored left to right
		return y*width + width - 1, -1
	case 3: // turned by 180 degrees
		return (height-1-y)*width + width - 1, -1
	case 4: // mirrored top to bottom
		return (height - 1 - y) * width, 1
	case 5: // rows are columns
		return y, height
	case 6: // needs a quarter turn clockwise
		return height - 1 - y, height
	case 7: // rows are columns, from the far corner
		return (width-1)*height + height - 1 - y, -height
	case 8: // needs a quarter turn counterclockwise
		return (width-1)*height + y, -height
	}
	return y * width, 1
}
