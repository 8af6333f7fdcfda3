package critic

import (
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
	"github.com/impasto/impasto/weights"
)

// preprocessing is what the network is meant to read: matrix and offset.
func (s *search) preprocessing(model *weights.Model) (m [3][3]float64, b [3]float64) {
	p := transfer.Preprocessing(s.trial.Recipe.Input)
	if model.Input.Stated {
		p = engine.Preprocessing{Matrix: model.Input.Matrix, Offset: model.Input.Offset}
	}
	for i := range 3 {
		b[i] = float64(p.Offset[i])
		for j := range 3 {
			m[i][j] = float64(p.Matrix[i][j])
		}
	}
	return m, b
}

// listInputs lists wrong preprocessings. The network stays; the picture is recoloured so that it reads what
// it would.
func (s *search) listInputs(model *weights.Model) {
	m, b := s.preprocessing(model)
	right := canvas.ColourMap{A: m, B: b}
	s.inputs = []canvas.ColourMap{{A: diagonal(1)}}
	toPixels := right.Inverse()
	add := func(says phrase, wrong canvas.ColourMap) {
		if closeMaps(wrong, right) {
			return
		}
		see := toPixels.After(wrong)
		for _, known := range s.inputs {
			if closeMaps(see, known) {
				return
			}
		}
		s.inputs = append(s.inputs, see)
		input := len(s.inputs) - 1
		s.add("input", says, func(c *convention) { c.lens.input = input })
	}
	reversed := canvas.ColourMap{A: [3][3]float64{{0, 0, 1}, {0, 1, 0}, {1, 0, 0}}}
	order, swapped := "R, G, B", saying("check.bgr")
	if m[0][2] != 0 && m[0][0] == 0 {
		order, swapped = "B, G, R", saying("check.rgb")
	}
	add(swapped, right.After(reversed))
	add(saying("check.reversed", order), reversed.After(right))
	add(saying("check.raw1"), canvas.ColourMap{A: diagonal(1)})
	add(saying("check.raw255"), canvas.ColourMap{A: diagonal(255)})
	add(saying("check.nomean"), canvas.ColourMap{A: m})
	add(saying("check.nostd"), canvas.ColourMap{A: diagonal(1), B: [3]float64{-toPixels.B[0], -toPixels.B[1], -toPixels.B[2]}})
	add(saying("check.norm255"), right.After(canvas.ColourMap{A: diagonal(255)}))
	add(saying("check.mean255"), right.After(canvas.ColourMap{A: diagonal(1.0 / 255)}))
	add(saying("check.half"), canvas.ColourMap{A: diagonal(2), B: [3]float64{-1, -1, -1}})
	for input, says := range [...]string{
		recipe.InputImageNet: "check.torchvision",
		recipe.InputCaffe:    "check.caffe",
		recipe.InputRGB255:   "check.rgb255",
	} {
		p := transfer.Preprocessing(recipe.Input(input))
		var other canvas.ColourMap
		for i := range 3 {
			other.B[i] = float64(p.Offset[i])
			for j := range 3 {
				other.A[i][j] = float64(p.Matrix[i][j])
			}
		}
		add(saying(says, s.name()), other)
	}
	add(saying("check.added"), canvas.ColourMap{A: m, B: [3]float64{-b[0], -b[1], -b[2]}})
	add(saying("check.twice"), right.After(right))
}

// diagonal returns the matrix that multiplies by a number.
func diagonal(by float64) [3][3]float64 {
	return [3][3]float64{{by, 0, 0}, {0, by, 0}, {0, 0, by}}
}

// closeMaps reports whether two maps are the same but for rounding in float32.
func closeMaps(a, b canvas.ColourMap) bool {
	for i := range 3 {
		if d := a.B[i] - b.B[i]; d*d > 1e-10*(1+b.B[i]*b.B[i]) {
			return false
		}
		for j := range 3 {
			if d := a.A[i][j] - b.A[i][j]; d*d > 1e-10*(1+b.A[i][j]*b.A[i][j]) {
				return false
			}
		}
	}
	return true
}
