package canvas

import "image"

// A yccMatrix holds the coefficients that convert luma and chroma bytes to RGB.
type yccMatrix struct {
	black, gain    float32 // luma: (Y - black) * gain
	rv, gu, gv, bu float32 // chroma: what U = Cb-128 and V = Cr-128 add to R, G and B
}

// fullRange is JFIF: luma takes all of 0..255 (ITU-T T.871, section 7).
var fullRange = &yccMatrix{0, 1, 1.402, -0.344136, -0.714136, 1.772}

// studioRange is VP8's, and so WebP's: BT.601 with luma in 16..235 (RFC 6386, section
// 9.2). The decoder hands its bytes over untouched in a type whose documentation says
// full range, so blacks would come out grey.
var studioRange = &yccMatrix{16, 255.0 / 219, 1.596027, -0.391762, -0.812968, 2.017232}

// row converts row y of img to RGB. Subsampled chroma is interpolated linearly between
// the centres of its samples, as libjpeg and libwebp do, so that the edges of strong
// colours do not become stairs.
func (m *yccMatrix) row(img *image.YCbCr, y int, l *line) {
	h, v := subsampling(img.SubsampleRatio)
	width := len(l.alpha)
	cw := (width + h - 1) / h
	ch := (img.Rect.Dy() + v - 1) / v
	y0, y1, fy := between(y, v, ch)
	// The fourth channel and alpha, which are unused here, hold one row of chroma each.
	cb, cr := l.c[3][:cw], l.alpha[:cw]
	for x := range cb {
		cb[x] = mix(img.Cb[y0*img.CStride+x], img.Cb[y1*img.CStride+x], fy) - 128
		cr[x] = mix(img.Cr[y0*img.CStride+x], img.Cr[y1*img.CStride+x], fy) - 128
	}
	red, green, blue := l.c[0], l.c[1], l.c[2]
	for x, luma := range img.Y[y*img.YStride:][:width] {
		x0, x1, fx := x, x, float32(0)
		if h > 1 {
			x0, x1, fx = between(x, h, cw)
		}
		u := cb[x0] + (cb[x1]-cb[x0])*fx
		w := cr[x0] + (cr[x1]-cr[x0])*fx
		lum := (float32(luma) - m.black) * m.gain
		red[x] = unit(lum + m.rv*w)
		green[x] = unit(lum + m.gu*u + m.gv*w)
		blue[x] = unit(lum + m.bu*u)
	}
}

// between returns the two samples on either side of pixel i, where n samples have a
// distance of step pixels, and the relative distance from the first to the second.
func between(i, step, n int) (i0, i1 int, f float32) {
	twice := 2*i + 1 - step // twice the distance to the centre of sample 0, in pixels
	if twice < 0 {
		return 0, 0, 0
	}
	i0 = twice / (2 * step)
	f = float32(twice-2*step*i0) / float32(2*step)
	return min(i0, n-1), min(i0+1, n-1), f
}

func mix(a, b uint8, f float32) float32 {
	return float32(a) + (float32(b)-float32(a))*f
}

// unit scales 0..255 to [0, 1], clamped.
func unit(v float32) float32 {
	return min(max(v, 0), 255) / 255
}

// subsampling returns how many pixels share a chroma sample, horizontally and vertically.
func subsampling(r image.YCbCrSubsampleRatio) (h, v int) {
	switch r {
	case image.YCbCrSubsampleRatio422:
		return 2, 1
	case image.YCbCrSubsampleRatio420:
		return 2, 2
	case image.YCbCrSubsampleRatio440:
		return 1, 2
	case image.YCbCrSubsampleRatio411:
		return 4, 1
	case image.YCbCrSubsampleRatio410:
		return 4, 2
	}
	return 1, 1
}
