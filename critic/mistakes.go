package critic

import (
	"slices"
	"strings"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
	"github.com/impasto/impasto/weights"
)

// mistake is one way to differ from the recipe. Of one kind a program makes one at most.
type mistake struct {
	kind        string
	says        phrase // a clause: what is, and what is wanted
	approximate bool   // known in kind only
	change      func(*convention)
}

// conventionOf is a recipe as a convention.
func conventionOf(net *feature.Network, t *Trial) (convention, error) {
	r := &t.Recipe
	c := convention{
		alpha: r.Content.Weight, beta: r.Style.Weight * r.Style.Strength,
		gram: r.Style.Distance == recipe.Gram, gramForm: gramForms[r.Style.Normalization],
		contentForm:    contentForm{0.5, byNothing},
		totalVariation: transfer.TotalVariation(r.TotalVariation.Kind), gamma: r.TotalVariation.Weight * r.TotalVariation.Range,
	}
	if r.Content.Normalization == recipe.ContentMean {
		c.contentForm = contentForm{1, byElements}
	}
	if r.Content.Reference > 0 {
		c.alpha *= r.Content.Reference / float64(t.Photo.Width*t.Photo.Height)
	}
	if r.TotalVariation.Kind != recipe.AbsoluteVariation {
		c.gamma *= r.TotalVariation.Range
	}
	find := func(layers recipe.LayerWeights, weight float64) (found []tapped, err error) {
		for _, l := range layers {
			if l.Weight*weight <= 0 {
				continue
			}
			layer, err := net.Layer(l.Layer)
			if err != nil {
				return nil, err
			}
			found = append(found, tapped{layer, l.Layer, l.Weight})
		}
		return found, nil
	}
	var err error
	if c.content, err = find(r.Content.Layers, c.alpha); err != nil {
		return c, err
	}
	c.style, err = find(r.Style.Layers, c.beta)
	return c, err
}

// gramForms are the recipes' own.
var gramForms = [...]gramForm{
	recipe.Textbook:    {byNothing, byPaper, 0.25, true},
	recipe.Mean:        {byPositions, byMatrix, 1, false},
	recipe.MeanElement: {byElements, byMatrix, 1, false},
	recipe.SumElement:  {byElements, byNothing, 1, false},
}

// listMistakes makes the table: what is likeliest first, since of explanations that fit alike the first is given.
func (s *search) listMistakes(model *weights.Model) {
	s.listInputs(model)
	if len(s.base.style) > 0 && s.base.gram {
		s.listGram()
	}
	if len(s.base.content) > 0 {
		s.listContent()
	}
	s.listNetwork()
	s.listLayers()
	s.listWeights()
	s.listTotalVariation()
	if s.claim.Gradient != nil {
		s.listReadings()
	}
}

func (s *search) add(kind string, says phrase, change func(*convention)) {
	s.mistakes = append(s.mistakes, mistake{kind: kind, says: says, change: change})
}

func (s *search) name() string { return s.trial.Recipe.Name }

// says tells what a form does.
func (f gramForm) says() phrase {
	matched, by := any(""), any("")
	if f.factor != 1 {
		by = saying("check.factor", f.factor)
	}
	if f.matched {
		matched = saying("check.matched")
	}
	return saying("check.gramform",
		saying([...]string{byNothing: "check.undivided", byPositions: "check.byN", byChannels: "check.byC", byElements: "check.byCN"}[f.divisor]), matched,
		saying([...]string{byNothing: "check.summed", byMatrix: "check.averaged", byPaper: "check.paper", byPicture: "check.picture"}[f.outside]), by)
}

// listGram lists all other divisions of Gram matrices.
func (s *search) listGram() {
	base := s.base.gramForm
	distance := func(f gramForm) int {
		d := 0
		for _, differs := range []bool{f.divisor != base.divisor, f.outside != base.outside, f.factor != base.factor, f.matched != base.matched} {
			if differs {
				d += 2
			}
		}
		if slices.Contains(gramForms[:], f) {
			return min(d, 3) // what other programs do is likelier than two slips
		}
		return d
	}
	var forms []gramForm
	for _, d := range []divisor{byNothing, byPositions, byChannels, byElements} {
		for _, o := range []divisor{byNothing, byMatrix, byPaper, byPicture} {
			if o == byPicture && d != byNothing {
				continue // nobody divides so
			}
			for _, factor := range []float64{1, 0.25, 0.5, 2, 4} {
				f := gramForm{d, o, factor, base.matched && (d == byNothing || d == byChannels)}
				forms = append(forms, f)
				if f.matched {
					f.matched = false
					forms = append(forms, f)
				}
			}
		}
	}
	slices.SortStableFunc(forms, func(a, b gramForm) int { return distance(a) - distance(b) })
	want := base.says()
	if base == gramForms[recipe.Textbook] {
		want = saying("check.textbook")
	}
	for _, f := range forms {
		if f == base {
			continue
		}
		s.add("gram", saying("check.gram", f.says(), s.name(), want), func(c *convention) { c.gramForm = f })
	}
	for as, says := range [...]string{rowsOfPlanes: "check.layout.planes", rowsOfPixels: "check.layout.pixels", rowsOfLines: "check.layout.lines"} {
		if says != "" {
			s.add("layout", saying(says), func(c *convention) { c.layout = layout(as) })
		}
	}
}

// says tells what a form does.
func (f contentForm) says() phrase {
	return saying([...]string{byNothing: "check.squares", byPositions: "check.squares.byN", byChannels: "check.squares.byC", byElements: "check.squares.byCN"}[f.divisor], f.factor)
}

// listContent lists other forms of the content loss.
func (s *search) listContent() {
	for _, d := range []divisor{byNothing, byElements, byPositions, byChannels} {
		for _, factor := range []float64{0.5, 1, 0.25, 2} {
			if f := (contentForm{factor, d}); f != s.base.contentForm {
				s.add("content", saying("check.content", f.says(), s.name(), s.base.contentForm.says()), func(c *convention) { c.contentForm = f })
			}
		}
	}
	if s.trial.Recipe.Content.Reference > 0 {
		s.add("alpha", saying("check.reference"), func(c *convention) { c.alpha = s.trial.Recipe.Content.Weight })
	}
}

// listNetwork lists what else can be wrong about how pictures pass the network.
func (s *search) listNetwork() {
	s.add("pooling", s.otherPooling(), func(c *convention) { c.lens.pooling = true })
	border := saying("check.replicates", s.name())
	if s.trial.Recipe.StemPadding != recipe.PadZero {
		border = saying("check.zeros", s.name(), s.trial.Recipe.StemPadding.String())
	}
	s.add("padding", border, func(c *convention) { c.lens.padding = true })
	if p := s.trial.Painting; len(s.base.style) > 0 && (p.Width != s.trial.Photo.Width || p.Height != s.trial.Photo.Height) {
		for _, r := range []resize{photoBilinear, photoLanczos} {
			s.mistakes = append(s.mistakes, mistake{"resize", saying("check.resized"), true,
				func(c *convention) { c.lens.resize = r }})
		}
	}
}

// otherPooling says what pooling the other way is.
func (s *search) otherPooling() phrase {
	if s.trial.Recipe.Pooling == recipe.MaxPooling {
		return saying("check.average", s.name())
	}
	return saying("check.maximum", s.name())
}

// across returns the same layer on the other side of its ReLU; a pooling has none.
func across(l feature.Layer) feature.Layer {
	switch l.Kind {
	case feature.Conv:
		l.Kind = feature.ReLU
	case feature.ReLU:
		l.Kind = feature.Conv
	}
	return l
}

// listLayers lists layers that are read in place of others.
func (s *search) listLayers() {
	known := s.net.Layers()
	swap := func(layers []tapped) {
		for i := range layers {
			layers[i].layer = across(layers[i].layer)
		}
	}
	side := func(layers []tapped) phrase {
		if len(layers) > 0 && layers[0].layer.Kind == feature.Conv {
			return saying("check.after", s.name())
		}
		return saying("check.before", s.name())
	}
	if len(s.base.content) > 0 && len(s.base.style) > 0 {
		s.add("relu", saying("check.relu.all", side(s.base.style)), func(c *convention) { swap(c.content); swap(c.style) })
	}
	if len(s.base.style) > 0 {
		s.add("relu", saying("check.relu.style", side(s.base.style)), func(c *convention) { swap(c.style) })
	}
	if len(s.base.content) > 0 {
		s.add("relu", saying("check.relu.content", side(s.base.content)), func(c *convention) { swap(c.content) })
	}
	for i, l := range s.base.content {
		for _, other := range neighbours(known, l.layer) {
			s.add("content layer", saying("check.layer.content", other, l.name), func(c *convention) { c.content[i].layer = beside(c.content[i].layer, other) })
		}
	}
	for i, l := range s.base.style {
		for _, other := range neighbours(known, l.layer) {
			s.add("style layer", saying("check.layer.style", other, l.name), func(c *convention) { c.style[i].layer = beside(c.style[i].layer, other) })
		}
	}
	var all []feature.Layer
	var names []string
	for _, l := range s.base.style {
		next := l.layer
		next.Index++
		if !slices.Contains(known, next) {
			next = l.layer // the last of a network that ends there
		}
		all, names = append(all, next), append(names, next.String())
	}
	if len(all) > 1 {
		s.add("style layer", saying("check.late", strings.Join(names, ", ")), func(c *convention) {
			for i := range c.style {
				c.style[i].layer = beside(c.style[i].layer, all[i])
			}
		})
	}
}

// beside returns other on the side of the ReLU that the layer is read on.
func beside(l, other feature.Layer) feature.Layer {
	if other.Kind != feature.Pool && l.Kind != feature.Pool {
		other.Kind = l.Kind
	}
	return other
}

// neighbours returns the layers that are easily taken for one: the ones next to it, and its like in the
// blocks before and behind.
func neighbours(known []feature.Layer, l feature.Layer) []feature.Layer {
	var found []feature.Layer
	for _, step := range [][2]int{{0, -1}, {0, 1}, {-1, 0}, {1, 0}} {
		other := l
		other.Block += step[0]
		other.Index += step[1]
		if slices.Contains(known, other) {
			found = append(found, other)
		}
	}
	return found
}

// listWeights lists weights that are left out.
func (s *search) listWeights() {
	b := &s.base
	if len(b.content) > 0 && b.alpha != 1 {
		s.add("alpha", saying("check.alpha", b.alpha), func(c *convention) { c.alpha = 1 })
	}
	if len(b.style) > 0 && b.beta != 1 {
		s.add("beta", saying("check.beta", b.beta), func(c *convention) { c.beta = 1 })
	}
	if len(b.content) > 0 && len(b.style) > 0 && b.alpha != b.beta {
		s.add("swap", saying("check.swap"), func(c *convention) { c.alpha, c.beta = c.beta, c.alpha })
	}
	set := func(weight float64) func(*convention) {
		return func(c *convention) {
			for i := range c.style {
				c.style[i].weight = weight
			}
		}
	}
	differ := func(weight float64) bool {
		return slices.ContainsFunc(b.style, func(l tapped) bool { return l.weight != weight })
	}
	if n := len(b.style); n > 0 && differ(1) {
		s.add("layer weights", saying("check.weights.one"), set(1))
		if share := 1 / float64(n); differ(share) {
			s.add("layer weights", saying("check.weights.alike", s.name()), set(share))
		}
	} else if n > 1 {
		s.add("layer weights", saying("check.weights.mean", n, s.name()), set(1/float64(n)))
	}
}

// listTotalVariation lists what can be wrong about total variation.
func (s *search) listTotalVariation() {
	base := s.base
	if base.gamma == 0 {
		return
	}
	r := s.trial.Recipe.TotalVariation.Range
	n := float64(len(s.trial.At.Pix))
	s.add("tv", saying("check.tv.missing"), func(c *convention) { c.gamma = 0 })
	if r != 1 {
		by := base.gamma / r
		if base.totalVariation != engine.AbsoluteVariation {
			by /= r
		}
		s.add("tv", saying("check.tv.range", r), func(c *convention) { c.gamma = by })
	}
	s.add("tv", saying("check.tv.mean", s.name()), func(c *convention) { c.gamma = base.gamma / n })
	weight := s.trial.Recipe.TotalVariation.Weight
	for kind, says := range []string{engine.AbsoluteVariation: "check.tv.absolute", engine.SquaredVariation: "check.tv.squared", engine.NinePointVariation: "check.tv.nine"} {
		if kind := engine.TotalVariation(kind); kind != base.totalVariation {
			by := weight * r
			if kind != engine.AbsoluteVariation {
				by *= r
			}
			s.add("tv", saying(says, s.name()), func(c *convention) { c.totalVariation, c.gamma = kind, by })
		}
	}
	for _, factor := range []float64{0.5, 2} {
		s.add("tv", saying("check.tv.factor", factor, s.name()), func(c *convention) { c.gamma = base.gamma * factor })
	}
}

// listReadings lists what a gradient may be taken by.
func (s *search) listReadings() {
	s.add("reading", saying("check.by255"), func(c *convention) { c.reading = byRange })
	s.add("reading", saying("check.byBGR"), func(c *convention) { c.reading = byReversed })
	s.add("reading", saying("check.byinput"), func(c *convention) { c.reading = byInput })
}
