package critic

import (
	"context"
	"fmt"
	"slices"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/loss"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
)

// search holds a claim against conventions.
type search struct {
	loan  *impasto.Loan
	dev   engine.Device
	trial Trial
	claim Claim
	base  convention
	total []phrase // what is to be said of a total that is not the sum of its terms

	mistakes []mistake
	inputs   []canvas.ColourMap // what a picture looks like through a wrong preprocessing; the first is none
	content  []feature.Layer    // that any convention reads
	style    []feature.Layer

	net      feature.Network
	deepest  feature.Layer // of those that any convention reads
	sights   map[lens]*sight
	held     int         // numbers in the gradients of all sights
	readings [][]float32 // the claimed gradient by RGB in [0,1], for what it may be taken by
	norms    []float64   // squared
}

func newSearch(l *impasto.Loan, trial Trial, claim Claim) (*search, error) {
	r := &trial.Recipe
	switch {
	case r.Units != recipe.PlainUnits:
		return nil, fmt.Errorf("recipe %s counts its weights in losses of a grey picture: check it with --set loss-units=plain", r.Name)
	case r.Colours != recipe.NoColours:
		return nil, fmt.Errorf("recipe %s keeps the photograph's colours: check it with --set preserve-colors=none", r.Name)
	case trial.At.Width != trial.Photo.Width || trial.At.Height != trial.Photo.Height:
		return nil, fmt.Errorf("the picture to check at is %dx%d, the photograph %dx%d: they must be of one size",
			trial.At.Width, trial.At.Height, trial.Photo.Width, trial.Photo.Height)
	}
	if err := taken(r.Style.Distance); err != nil {
		return nil, fmt.Errorf("recipe %s: %w", r.Name, err)
	}
	model := l.Model()
	net, err := feature.NetworkOf(model)
	if err != nil {
		return nil, err
	}
	s := &search{loan: l, dev: l.Device(), trial: trial, claim: claim, net: net, sights: map[lens]*sight{}}
	if s.base, err = conventionOf(&net, &trial); err != nil {
		return nil, err
	}
	if err := s.fits(); err != nil {
		return nil, err
	}
	s.listMistakes(model)
	s.reach()
	s.readClaim(model)
	return s, nil
}

// fits returns an error where a claimed term is none of the recipe's.
func (s *search) fits() error {
	if g := s.claim.Gradient; g != nil && len(g) != len(s.trial.At.Pix) {
		return fmt.Errorf("the gradient has %d numbers, the picture %d", len(g), len(s.trial.At.Pix))
	}
	if s.claim.Gradient == nil && len(s.claim.Terms) == 0 {
		return fmt.Errorf("there is no term of the loss to check")
	}
	for _, t := range s.claim.Terms {
		layers := s.base.style
		if t.Kind == transfer.ContentTerm {
			layers = s.base.content
		}
		if t.Layer != "" && !slices.ContainsFunc(layers, func(l tapped) bool { return l.name == t.Layer }) {
			var names []string
			for _, l := range layers {
				names = append(names, l.name)
			}
			return fmt.Errorf("recipe %s has no %s term of %q; it has %v", s.trial.Recipe.Name, t.Kind, t.Layer, names)
		}
	}
	return nil
}

// reach collects the layers that any mistake leads to, on both sides of their ReLU.
func (s *search) reach() {
	all := []convention{s.base}
	for _, m := range s.mistakes {
		c := s.base.clone()
		m.change(&c)
		all = append(all, c)
	}
	for _, c := range all {
		s.content, s.style = withLayers(s.content, c.content), withLayers(s.style, c.style)
	}
	order := s.net.Layers()
	s.deepest = order[0]
	for _, l := range slices.Concat(s.content, s.style) {
		if slices.Index(order, l) > slices.Index(order, s.deepest) {
			s.deepest = l
		}
	}
}

// withLayers adds what is not there yet.
func withLayers(known []feature.Layer, more []tapped) []feature.Layer {
	for _, l := range more {
		for _, l := range []feature.Layer{l.layer, across(l.layer)} {
			if !slices.Contains(known, l) {
				known = append(known, l)
			}
		}
	}
	return known
}

// taken returns an error where a distance of styles cannot be taken apart into layers and their moments.
func taken(name recipe.Distance) error {
	d, err := loss.FindDistance(string(name))
	if err != nil {
		return err
	}
	gram, err := loss.FindDistance(string(recipe.Gram))
	if err == nil && (d.Joint || d.Learns != gram.Learns) {
		return fmt.Errorf("its distance of styles, %s, does not compare moments layer by layer, as check needs", name)
	}
	return err
}

func otherPadding(p engine.Padding) engine.Padding {
	if p == engine.PadZero {
		return engine.PadReplicate
	}
	return engine.PadZero
}

// extractor returns the network and the pooling of a lens.
func (s *search) extractor(l lens) (*feature.Extractor, engine.Pooling, error) {
	pooling, padding := transfer.Pooling(s.trial.Recipe.Pooling), transfer.Padding(s.trial.Recipe.StemPadding)
	if l.pooling {
		pooling = engine.MaxPooling + engine.AveragePooling - pooling
	}
	if l.padding {
		padding = otherPadding(padding)
	}
	x, err := s.loan.Prepare(feature.Options{StemPadding: padding, Input: transfer.Preprocessing(s.trial.Recipe.Input), Deepest: s.deepest})
	return x, pooling, err
}

// painting returns the painting at the size at which a lens sees it.
func (s *search) painting(l lens) *canvas.Picture {
	p, w, h := s.trial.Painting, s.trial.Photo.Width, s.trial.Photo.Height
	switch l.resize {
	case photoBilinear:
		return &canvas.Picture{Width: w, Height: h, Pix: canvas.Resample(p.Pix, p.Width, p.Height, w, h, canvas.Bilinear)}
	case photoLanczos:
		return canvas.Resize(p, w, h, canvas.Lanczos)
	}
	return p
}

// shapes are those of the pictures that a lens sees.
func (s *search) shapes(l lens) shapes {
	at, w, h := s.trial.At, s.trial.Painting.Width, s.trial.Painting.Height
	if l.resize != ownSize {
		w, h = s.trial.Photo.Width, s.trial.Photo.Height
	}
	return shapes{
		picture:  func(l feature.Layer) engine.Shape { return s.net.Shape(l, at.Height, at.Width) },
		painting: func(l feature.Layer) engine.Shape { return s.net.Shape(l, h, w) },
		pixels:   at.Width * at.Height,
	}
}

// sight is what is seen through a lens.
type sight struct {
	lens lens
	// What gradients need; given up for another sight and read again where it is missed.
	photo    map[feature.Layer][]float32
	painting map[feature.Layer]engine.Statistics
	maps     map[feature.Layer]mapPair // of what is read in a wrong order; given up with the rest

	values    map[basis]float64
	gradients map[basis][]float32
	dots      map[[2]basis]float64
	claimed   map[claimedKey]float64
}

type claimedKey struct {
	basis
	reading reading
}

// sight reads the pictures through a lens. Its numbers are kept, and of its maps those of the last one.
func (s *search) sight(ctx context.Context, l lens) (*sight, error) {
	if v := s.sights[l]; v != nil {
		return v, nil
	}
	v := newSight(l)
	if s.claim.Gradient != nil {
		s.sights[l] = v // gradients are taken when they are asked for
		return v, nil
	}
	if err := s.learn(ctx, v, s.content, s.style); err != nil {
		return nil, err
	}
	look, err := s.newPass(l, s.trial.At, false)
	if err != nil {
		return nil, err
	}
	look.capture(s.content...)
	look.observe(s.style...)
	if !s.base.gram {
		for _, layer := range s.style {
			look.addStyle(layer, s.trial.Recipe.Style.Distance, v.painting[layer], 1)
		}
	}
	at, err := look.run(ctx)
	if err != nil {
		return nil, err
	}
	for i, layer := range s.content {
		v.values[basis{kind: contentDistance, layer: layer}] = squaredDistance(v.photo[layer], at.maps[i])
	}
	for i, layer := range s.style {
		v.compare(layer, at.statistics[i], v.painting[layer])
		if !s.base.gram {
			v.values[basis{kind: transport, layer: layer}] = at.values[i]
		}
	}
	if err := s.totalVariations(v); err != nil {
		return nil, err
	}
	s.sights[l] = v
	return v, nil
}

func newSight(l lens) *sight {
	return &sight{lens: l, values: map[basis]float64{}, gradients: map[basis][]float32{}, dots: map[[2]basis]float64{}, claimed: map[claimedKey]float64{}}
}

// learn reads layers of photograph and painting, which only one sight holds at a time.
func (s *search) learn(ctx context.Context, v *sight, content, style []feature.Layer) error {
	if v.painting != nil {
		return nil
	}
	for _, other := range s.sights {
		other.photo, other.painting, other.maps = nil, nil, nil
	}
	photo, err := s.read(ctx, v.lens, s.trial.Photo, content, nil)
	if err != nil {
		return err
	}
	painting, err := s.read(ctx, v.lens, s.painting(v.lens), nil, style)
	if err != nil {
		return err
	}
	v.photo, v.painting = map[feature.Layer][]float32{}, map[feature.Layer]engine.Statistics{}
	for i, layer := range content {
		v.photo[layer] = photo.maps[i]
	}
	for i, layer := range style {
		v.painting[layer] = painting.statistics[i]
	}
	return nil
}

// squaredDistance returns sum (a - b)^2.
func squaredDistance(a, b []float32) float64 {
	sum := 0.0
	for i, x := range a {
		d := float64(x) - float64(b[i])
		sum += d * d
	}
	return sum
}

// compare sets the values of a layer's Gram matrices.
func (v *sight) compare(l feature.Layer, picture, painting engine.Statistics) {
	var distance, own, theirs float64
	for i, x := range picture.Gram {
		g, a := x/picture.Weight, painting.Gram[i]/painting.Weight
		distance += (g - a) * (g - a)
		own += g * g
		theirs += a * a
	}
	v.keep(l, asRead, distance, own, theirs)
}

// keep remembers the values of a layer's Gram matrices.
func (v *sight) keep(l feature.Layer, as layout, distance, own, theirs float64) {
	v.values[basis{gramDistance, l, as}] = distance
	v.values[basis{gramSquare, l, as}] = own
	v.values[basis{paintingSquare, l, as}] = theirs
}
