package order

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/impasto/impasto/canvas"
)

// Inputs are the files of an order, read and verified, in memory: release them once they are decoded. They
// are safe for concurrent use.
type Inputs struct {
	files map[Input]*file
}

// file returns the file of an input, by name and digest or otherwise by its digest; nil if it is not there.
func (in *Inputs) file(i Input) *file {
	if f := in.files[i]; f != nil || i.SHA256 == "" {
		return f
	}
	for _, f := range in.files {
		if f.sha256 == i.SHA256 {
			return f
		}
	}
	return nil
}

// Bytes returns the contents of an input, which the caller must not change, or nil if the input is not one of
// the order's.
func (in *Inputs) Bytes(i Input) []byte {
	if f := in.file(i); f != nil {
		return f.data
	}
	return nil
}

// File returns where an input was found: a path, or the name of a built-in picture; "" if the input is not
// one of the order's.
func (in *Inputs) File(i Input) string {
	if f := in.file(i); f != nil {
		return f.name
	}
	return ""
}

// Picture decodes an input. The error names it.
func (in *Inputs) Picture(i Input, limits canvas.Limits) (*canvas.Picture, error) {
	f := in.file(i)
	if f == nil {
		return nil, fmt.Errorf("read picture %s: %w", i.String(), errNotFound)
	}
	p, err := canvas.Decode(bytes.NewReader(f.data), limits)
	if err != nil {
		return nil, fmt.Errorf("read picture %s: %w", f.name, err)
	}
	return p, nil
}

// Mask decodes an input as a mask: its brightness, in [0,1]. An entirely black picture is an error: it
// would leave nothing to paint.
func (in *Inputs) Mask(i Input, limits canvas.Limits) (*canvas.Plane, error) {
	p, err := in.Picture(i, limits)
	if err != nil {
		return nil, err
	}
	mask := p.Luma()
	for k, v := range mask.Pix {
		mask.Pix[k] = min(max(v, 0), 1) // rounding may take white above 1
	}
	if slices.Max(mask.Pix) == 0 {
		return nil, fmt.Errorf("%s is entirely black, so there is nothing to paint; mark the area to paint in white", in.File(i))
	}
	return mask, nil
}

// Pictures are the decoded inputs of an order, in the form that painting needs.
type Pictures struct {
	Photograph  *canvas.Picture
	Paintings   []*canvas.Picture
	Masks       []*canvas.Plane // of the paintings, one each, nil for none; nil if there are none at all
	Regions     []*canvas.Plane // of the photograph, likewise
	Colours     []string        // of the regions in the region map, if any: "#ff0000"
	Start       *canvas.Picture // nil: the recipe's start
	StrengthMap *canvas.Plane   // nil: full strength everywhere
}

// Pictures decodes all inputs of an order. Errors name the field of the order that cannot be used.
func (in *Inputs) Pictures(o *Order, limits canvas.Limits) (*Pictures, error) {
	d := decoder{in: in, limits: limits}
	p := &Pictures{Photograph: d.picture("photograph", &o.Photograph), Start: d.picture("start", o.Start)}
	for i := range o.Paintings {
		from, path := &o.Paintings[i], element("paintings", i)
		p.Paintings = append(p.Paintings, d.picture(path+".picture", &from.Picture))
		p.Masks = append(p.Masks, d.mask(path+".mask", from.Mask))
		p.Regions = append(p.Regions, d.mask(path+".region", from.Region))
	}
	p.Masks, p.Regions = someOf(p.Masks), someOf(p.Regions)
	p.StrengthMap = d.mask("strength_map", o.StrengthMap)
	if o.RegionMap != nil {
		p.Regions, p.Colours = d.regions(o.RegionMap, len(o.Paintings))
	}
	if d.err != nil {
		return nil, d.err
	}
	return p, nil
}

// decoder decodes until an error occurs.
type decoder struct {
	in     *Inputs
	limits canvas.Limits
	err    error
}

func (d *decoder) picture(path string, i *Input) *canvas.Picture {
	if i == nil || d.err != nil {
		return nil
	}
	p, err := d.in.Picture(*i, d.limits)
	if err != nil {
		d.err = &FieldError{path, err}
	}
	return p
}

func (d *decoder) mask(path string, i *Input) *canvas.Plane {
	if i == nil || d.err != nil {
		return nil
	}
	p, err := d.in.Mask(*i, d.limits)
	if err != nil {
		d.err = &FieldError{path, err}
	}
	return p
}

func (d *decoder) regions(i *Input, n int) (masks []*canvas.Plane, colours []string) {
	p := d.picture("region_map", i)
	if d.err != nil {
		return nil, nil
	}
	regions, err := canvas.Regions(p, n)
	if err != nil {
		d.err = fieldf("region_map", "%s: %w", d.in.File(*i), err)
	}
	for _, r := range regions {
		masks, colours = append(masks, r.Mask), append(colours, r.Colour)
	}
	return masks, colours
}

// someOf returns a list of masks, or nil if all are nil.
func someOf(row []*canvas.Plane) []*canvas.Plane {
	if slices.ContainsFunc(row, func(p *canvas.Plane) bool { return p != nil }) {
		return row
	}
	return nil
}
