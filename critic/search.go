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
	all      reads              // of any convention
	usual    reads              // of those that read all layers otherwise, and of the recipe
	few      reads              // of the recipe

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
		return nil, fmt.Errorf("recipe %s counts its weights in losses of a grey picture; set loss-units to plain", r.Name)
	case r.Colours != recipe.NoColours:
		return nil, fmt.Errorf("recipe %s keeps the photograph's colours; set preserve-colors to none", r.Name)
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

// reads are layers that are read at one time.
type reads struct {
	content, style []feature.Layer
}

// add adds the layers of a convention that are not there yet.
func (r *reads) add(c *convention) {
	r.content, r.style = withLayers(r.content, layersOf(c.content)), withLayers(r.style, layersOf(c.style))
}

// withLayers adds what is not there yet.
func withLayers(known, more []feature.Layer) []feature.Layer {
	for _, l := range more {
		if !slices.Contains(known, l) {
			known = append(known, l)
		}
	}
	return known
}

// reach collects the layers that mistakes lead to, on both sides of their ReLU.
func (s *search) reach() {
	s.few.add(&s.base)
	s.usual.add(&s.base)
	s.all.add(&s.base)
	s.all.add(s.base.across())
	for _, m := range s.mistakes {
		c := s.base.clone()
		m.change(&c)
		if s.base.differs(&c) > 1 {
			s.usual.add(&c)
		}
		s.all.add(&c)
		s.all.add(c.across())
	}
	order := s.net.Layers()
	s.deepest = order[0]
	for _, l := range slices.Concat(s.all.content, s.all.style) {
		if slices.Index(order, l) > slices.Index(order, s.deepest) {
			s.deepest = l
		}
	}
}

// expected returns the layers that a convention needs, with those that others will through the same lens: through the
// recipe's all; through one mistake's few in place of single layers, for which another mistake is seldom the reason; and
// through the lens of two mistakes no others.
func (s *search) expected(c *convention) reads {
	r := [...]reads{s.all, s.usual, s.few}[min(c.lens.mistakes(), 2)]
	r = reads{slices.Clone(r.content), slices.Clone(r.style)}
	r.add(c)
	return r
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

// sight returns what is seen through a lens: of claimed terms the values that a convention needs. Its numbers are kept,
// and of its maps those of the last one.
func (s *search) sight(ctx context.Context, c *convention) (*sight, error) {
	v := s.sights[c.lens]
	if v == nil {
		v = newSight(c.lens)
	}
	if s.claim.Gradient == nil { // gradients are taken when they are asked for
		if err := s.look(ctx, v, c); err != nil {
			return nil, err
		}
	}
	s.sights[c.lens] = v
	return v, nil
}

// look sets the values that a convention needs and a sight lacks, with those that others will need. Distances that are
// not made of Gram matrices are dear, and are taken where they are needed.
func (s *search) look(ctx context.Context, v *sight, c *convention) error {
	r := s.expected(c)
	content, style := lacking(v.values, r.content, contentDistance), lacking(v.values, r.style, gramDistance)
	var dear []feature.Layer
	if !s.base.gram {
		dear = lacking(v.values, layersOf(c.style), transport)
	}
	if len(content)+len(style)+len(dear) > 0 {
		if err := s.learn(ctx, v, content, withLayers(slices.Clone(style), dear)); err != nil {
			return err
		}
		if err := s.lookAt(ctx, v, content, style, dear); err != nil {
			return err
		}
	}
	if _, ok := v.values[variationBasis(s.base.totalVariation)]; ok {
		return nil
	}
	return s.totalVariations(v)
}

// lacking returns the layers whose basis has no value yet.
func lacking(known map[basis]float64, layers []feature.Layer, kind basisKind) []feature.Layer {
	return slices.DeleteFunc(slices.Clone(layers), func(l feature.Layer) bool {
		_, ok := known[basis{kind: kind, layer: l}]
		return ok
	})
}

// lookAt sets values at the picture beside what was learned of photograph and painting.
func (s *search) lookAt(ctx context.Context, v *sight, content, style, dear []feature.Layer) error {
	p, err := s.newPass(v.lens, s.trial.At, false)
	if err != nil {
		return err
	}
	p.capture(content...)
	p.observe(style...)
	for _, layer := range dear {
		p.addStyle(layer, s.trial.Recipe.Style.Distance, v.painting[layer], 1)
	}
	at, err := p.run(ctx)
	if err != nil {
		return err
	}
	for i, layer := range content {
		v.values[basis{kind: contentDistance, layer: layer}] = squaredDistance(v.photo[layer], at.maps[i])
	}
	for i, layer := range style {
		distance, own, theirs := gramDistances(at.statistics[i], v.painting[layer])
		keep(v.values, layer, asRead, distance, own, theirs)
	}
	for i, layer := range dear {
		v.values[basis{kind: transport, layer: layer}] = at.values[i]
	}
	return nil
}

func newSight(l lens) *sight {
	return &sight{lens: l, values: map[basis]float64{}, gradients: map[basis][]float32{}, dots: map[[2]basis]float64{}, claimed: map[claimedKey]float64{}}
}

// learn reads layers of photograph and painting that a sight lacks. Only one sight holds any at a time.
func (s *search) learn(ctx context.Context, v *sight, content, style []feature.Layer) error {
	content, style = without(content, v.photo), without(style, v.painting)
	if len(content)+len(style) == 0 {
		return nil
	}
	if v.photo == nil {
		for _, other := range s.sights {
			other.photo, other.painting, other.maps = nil, nil, nil
		}
		v.photo, v.painting = map[feature.Layer][]float32{}, map[feature.Layer]engine.Statistics{}
	}
	photo, err := s.read(ctx, v.lens, s.trial.Photo, content, nil)
	if err != nil {
		return err
	}
	painting, err := s.read(ctx, v.lens, s.painting(v.lens), nil, style)
	if err != nil {
		return err
	}
	for i, layer := range content {
		v.photo[layer] = photo.maps[i]
	}
	for i, layer := range style {
		v.painting[layer] = painting.statistics[i]
	}
	return nil
}

// without returns the layers that nothing is known of.
func without[T any](layers []feature.Layer, known map[feature.Layer]T) []feature.Layer {
	return slices.DeleteFunc(slices.Clone(layers), func(l feature.Layer) bool {
		_, ok := known[l]
		return ok
	})
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

// gramDistances returns the squared distance of a layer's Gram matrices, and their squares.
func gramDistances(picture, painting engine.Statistics) (distance, own, theirs float64) {
	for i, x := range picture.Gram {
		g, a := x/picture.Weight, painting.Gram[i]/painting.Weight
		distance += (g - a) * (g - a)
		own += g * g
		theirs += a * a
	}
	return distance, own, theirs
}

// keep sets the values of a layer's Gram matrices.
func keep(values map[basis]float64, l feature.Layer, as layout, distance, own, theirs float64) {
	values[basis{gramDistance, l, as}] = distance
	values[basis{gramSquare, l, as}] = own
	values[basis{paintingSquare, l, as}] = theirs
}
