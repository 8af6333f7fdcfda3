package critic

import "github.com/impasto/impasto/feature"

// bytes is about what the search takes beside the network: the largest of its passes, what a sight holds of the pictures,
// and the gradients that are kept.
func (s *search) bytes() (int64, error) {
	photo, err := s.newPass(lens{}, s.trial.Photo, false)
	if err != nil {
		return 0, err
	}
	painting, err := s.newPass(lens{}, s.trial.Painting, false)
	if err != nil {
		return 0, err
	}
	slope, err := s.newPass(lens{}, s.trial.At, s.claim.Gradient != nil)
	if err != nil {
		return 0, err
	}
	for _, p := range []*pass{photo, painting} {
		p.capture(s.all.content...)
		p.observe(s.all.style...)
	}
	slope.capture(layersOf(s.base.content)...)
	slope.observe(layersOf(s.base.style)...)
	slope.observe(layersOf(s.base.style)...) // of the painting
	var largest int64
	for _, p := range []*pass{photo, painting, slope} {
		bytes, err := p.allBytes()
		if err != nil {
			return 0, err
		}
		largest = max(largest, bytes)
	}
	// What a sight holds: maps of the photograph, and maps of style layers that are read in a wrong order.
	held := int64(0)
	for _, l := range s.all.content {
		held += photo.mapBytes(l)
	}
	for _, l := range s.base.style {
		held += 2*photo.mapBytes(l.layer) + 2*painting.mapBytes(l.layer)
	}
	return largest + held + s.gradientBytes(), nil
}

// gradientBytes is what all gradients take that can be kept at one time.
func (s *search) gradientBytes() int64 {
	if s.claim.Gradient == nil {
		return 0
	}
	lenses := int64(len(s.inputs) + 4)
	bases := int64(len(s.all.content) + 2*len(s.all.style) + 3)
	return 4 * min(lenses*bases*int64(len(s.claim.Gradient)), most)
}

// mapBytes is what a layer's maps take on the host.
func (p *pass) mapBytes(l feature.Layer) int64 { return 4 * int64(p.shape(l).Elements()) }

func layersOf(tapped []tapped) []feature.Layer {
	var all []feature.Layer
	for _, t := range tapped {
		all = append(all, t.layer)
	}
	return all
}
