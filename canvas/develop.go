package canvas

// develop reads r into a picture: colours to sRGB by the profile (nil: they are sRGB
// already), transparency over white, the picture upright.
//
// White shines through in proportion to encoded values, not to light, as in browsers and
// painting programs: a mask drawn there looks the same here.
func develop(r raster, o orientation, icc *profile) (*Picture, error) {
	p := New(o.size(r.width, r.height))
	if !icc.fits(r.channels) {
		icc = nil
	}
	red, green, blue := p.Channel(0), p.Channel(1), p.Channel(2)
	err := inParallel(r.height, func(lo, hi int) {
		l := newLine(r.width)
		for y := lo; y < hi; y++ {
			r.row(y, l)
			l.toRGB(r.channels, icc)
			if r.alpha {
				l.overWhite()
			}
			first, step := o.place(y, r.width, r.height)
			for x := range r.width {
				i := first + x*step
				red[i], green[i], blue[i] = l.c[0][x], l.c[1][x], l.c[2][x]
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// toRGB turns the line's channels into sRGB. Ink without a profile is taken as ideal:
// each ink absorbs its complement, black all.
func (l *line) toRGB(channels int, icc *profile) {
	switch {
	case channels == 1:
		copy(l.c[1], l.c[0])
		copy(l.c[2], l.c[0])
	case channels == 4 && icc == nil:
		for x, k := range l.c[3] {
			for c := range 3 {
				l.c[c][x] = (1 - l.c[c][x]) * (1 - k)
			}
		}
	}
	if icc != nil {
		icc.apply(l)
	}
}

func (l *line) overWhite() {
	for x, a := range l.alpha {
		for c := range 3 {
			l.c[c][x] = l.c[c][x]*a + (1 - a)
		}
	}
}
