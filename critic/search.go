package critic

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/loss"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
	"github.com/impasto/impasto/weights"
)

// search holds a claim against conventions.
type search struct {
	dev   engine.Device
	trial Trial
	claim Claim
	base  convention

	mistakes []mistake
	inputs   []canvas.ColourMap // what a picture looks like through a wrong preprocessing; the first is none
	content  []feature.Layer    // that any convention reads
	style    []feature.Layer

	net      feature.Network
	straight *feature.Extractor // padded as the recipe has it
	padded   *feature.Extractor // the other way; nil until a lens needs it
	build    func(engine.Padding) (*feature.Extractor, error)
	sights   map[lens]*sight
	held     int         // numbers in the gradients of all sights
	readings [][]float32 // the claimed gradient by RGB in [0,1], for what it may be taken by
	norms    []float64   // squared
}

func newSearch(dev engine.Device, model *weights.Model, trial Trial, claim Claim) (*search, error) {
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
	net, err := feature.NetworkOf(model)
	if err != nil {
		return nil, err
	}
	s := &search{dev: dev, trial: trial, claim: claim, net: net, sights: map[lens]*sight{}}
	if s.base, err = conventionOf(&net, &trial); err != nil {
		return nil, err
	}
	if err := s.fits(); err != nil {
		return nil, err
	}
	s.listMistakes(model)
	s.reach()
	if err := s.prepare(model); err != nil {
		return nil, err
	}
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

func (s *search) prepare(model *weights.Model) error {
	order := s.net.Layers()
	deepest := order[0]
	for _, l := range append(slices.Clone(s.content), s.style...) {
		if slices.Index(order, l) > slices.Index(order, deepest) {
			deepest = l
		}
	}
	s.build = func(padding engine.Padding) (*feature.Extractor, error) {
		return feature.New(s.dev, model, feature.Options{StemPadding: padding, Input: transfer.Preprocessing(s.trial.Recipe.Input), Deepest: deepest})
	}
	var err error
	s.straight, err = s.build(transfer.Padding(s.trial.Recipe.StemPadding))
	return err
}

func otherPadding(p engine.Padding) engine.Padding {
	if p == engine.PadZero {
		return engine.PadReplicate
	}
	return engine.PadZero
}

// extractor returns the network and the pooling of a lens.
func (s *search) extractor(l lens) (x *feature.Extractor, pooling engine.Pooling, err error) {
	pooling = transfer.Pooling(s.trial.Recipe.Pooling)
	if l.pooling {
		pooling = engine.MaxPooling + engine.AveragePooling - pooling
	}
	if !l.padding {
		return s.straight, pooling, nil
	}
	if s.padded == nil {
		s.padded, err = s.build(otherPadding(transfer.Padding(s.trial.Recipe.StemPadding)))
	}
	return s.padded, pooling, err
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

// summands returns a convention's loss with the shapes of its pictures put in.
func (s *search) summands(c *convention) []summand {
	at, painting := s.trial.At, s.painting(lens{resize: c.lens.resize})
	return c.summands(
		func(l feature.Layer) engine.Shape { return s.net.Shape(l, at.Height, at.Width) },
		func(l feature.Layer) engine.Shape { return s.net.Shape(l, painting.Height, painting.Width) })
}

// miss returns how far a convention is from the claim.
func (s *search) miss(ctx context.Context, c convention) (float64, error) {
	if s.claim.Gradient != nil {
		return s.gradientMiss(ctx, &c)
	}
	predicted, err := s.predict(ctx, c)
	if err != nil {
		return 0, err
	}
	worst := 0.0
	for i, t := range s.claim.Terms {
		if scale := max(math.Abs(t.Value), math.Abs(predicted[i])); scale > 0 {
			worst = max(worst, math.Abs(t.Value-predicted[i])/scale)
		}
	}
	return worst, nil
}

// predict returns what a convention gives for each claimed term.
func (s *search) predict(ctx context.Context, c convention) ([]float64, error) {
	view, err := s.sight(ctx, c.lens)
	if err != nil {
		return nil, err
	}
	predicted := make([]float64, len(s.claim.Terms))
	for _, term := range s.summands(&c) {
		value := 0.0
		for _, p := range term.parts {
			value += p.by * view.values[p.basis]
		}
		for i, t := range s.claim.Terms {
			if t.Kind == "" || t.Kind == term.kind && (t.Layer == "" || t.Layer == term.layer) {
				predicted[i] += value
			}
		}
	}
	return predicted, nil
}

// gradientMiss is the relative L2 distance of the gradients. All that it needs of vectors are their inner
// products, which are taken once.
func (s *search) gradientMiss(ctx context.Context, c *convention) (float64, error) {
	along, own, err := s.products(ctx, c)
	if err != nil {
		return 0, err
	}
	target := s.norms[c.reading]
	return math.Sqrt(max(0, target-2*along+own) / max(target, own, math.SmallestNonzeroFloat64)), nil
}

// bestFactor returns by what the base gradient is to be multiplied to come next to the claim.
func (s *search) bestFactor(ctx context.Context) (factor, miss float64) {
	along, own, err := s.products(ctx, &s.base)
	target := s.norms[s.base.reading]
	if err != nil || !(along > 0) {
		return 0, 1
	}
	return along / own, math.Sqrt(max(0, 1-along*along/(own*target)))
}

// products returns the inner product of a convention's gradient with the claim, and with itself.
func (s *search) products(ctx context.Context, c *convention) (along, own float64, err error) {
	view, err := s.sight(ctx, c.lens)
	if err != nil {
		return 0, 0, err
	}
	var parts []part
	for _, term := range s.summands(c) {
		for _, p := range term.parts {
			if p.kind != paintingSquare {
				parts = append(parts, p)
			}
		}
	}
	for i, p := range parts {
		d, err := s.against(ctx, view, p.basis, c.reading)
		if err != nil {
			return 0, 0, err
		}
		along += p.by * d
		for j, q := range parts[:i+1] {
			if d, err = s.dot(ctx, view, p.basis, q.basis); err != nil {
				return 0, 0, err
			}
			if j < i {
				d *= 2 // and the same the other way about
			}
			own += p.by * q.by * d
		}
	}
	return along, own, nil
}

// sight is what is seen through a lens.
type sight struct {
	lens lens
	// What gradients need; given up for another sight and read again where it is missed.
	photo    map[feature.Layer][]float32
	painting map[feature.Layer]engine.Statistics

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
	v := &sight{lens: l, values: map[basis]float64{}, gradients: map[basis][]float32{}, dots: map[[2]basis]float64{}, claimed: map[claimedKey]float64{}}
	if err := s.learn(ctx, v); err != nil {
		return nil, err
	}
	var taps []feature.Placement
	if !s.base.gram {
		for _, layer := range s.style {
			taps = append(taps, feature.Placement{Layer: layer, Tap: s.transport(v.painting[layer])})
		}
	}
	x, pooling, err := s.extractor(l)
	if err != nil {
		return nil, err
	}
	at, err := s.read(ctx, x, pooling, s.inputs[l.input].Apply(s.trial.At), s.content, s.style, taps)
	if err != nil {
		return nil, err
	}
	for i, layer := range s.content {
		v.values[basis{contentDistance, layer}] = squaredDistance(v.photo[layer], at.maps[i])
	}
	for i, layer := range s.style {
		v.compare(layer, at.statistics[i], v.painting[layer])
		if taps != nil {
			v.values[basis{transport, layer}] = at.values[i]
		}
	}
	if err := s.variations(v); err != nil {
		return nil, err
	}
	s.sights[l] = v
	return v, nil
}

// learn reads photograph and painting, which only one sight holds at a time.
func (s *search) learn(ctx context.Context, v *sight) error {
	if v.painting != nil {
		return nil
	}
	for _, other := range s.sights {
		other.photo, other.painting = nil, nil
	}
	x, pooling, err := s.extractor(v.lens)
	if err != nil {
		return err
	}
	change := s.inputs[v.lens.input]
	photo, err := s.read(ctx, x, pooling, change.Apply(s.trial.Photo), s.content, nil, nil)
	if err != nil {
		return err
	}
	painting, err := s.read(ctx, x, pooling, change.Apply(s.painting(v.lens)), nil, s.style, nil)
	if err != nil {
		return err
	}
	v.photo, v.painting = map[feature.Layer][]float32{}, map[feature.Layer]engine.Statistics{}
	for i, layer := range s.content {
		v.photo[layer] = photo.maps[i]
	}
	for i, layer := range s.style {
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
	v.values[basis{gramDistance, l}], v.values[basis{gramSquare, l}], v.values[basis{paintingSquare, l}] = distance, own, theirs
}

// transport is the recipe's Wasserstein distance of one layer, without its weight.
func (s *search) transport(painting engine.Statistics) *loss.Wasserstein {
	roots := loss.Exact
	if s.trial.Recipe.Style.Distance == "wasserstein-truncated" {
		roots = loss.Truncated
	}
	return loss.NewWasserstein(s.dev, painting, nil, roots, 1)
}
