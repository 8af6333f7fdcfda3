package recipe

import (
	"math"
	"strconv"
	"testing"
)

// TestMoveTo checks the factors against those that the gallery was painted with: content by 58^2, Gram matrices by 58^4.
func TestMoveTo(t *testing.T) {
	imagenet := InputImageNet.Scale()
	for name, want := range map[string]bool{"neural-style-pt": true, "leongatys": true, "gordicaleksa": true,
		"gatys": false, "pytorch-tutorial": false, "crowsonkb": false, "impasto": false} {
		r, err := Find(name)
		if err != nil {
			t.Fatal(err)
		}
		before := r.Clone()
		content, style, moved := r.MoveTo(imagenet)
		if moved != want {
			t.Errorf("%s: moved %v, want %v", name, moved, want)
			continue
		}
		if !moved {
			continue
		}
		if math.Abs(math.Sqrt(content)-58) > 1 || math.Abs(math.Pow(style, 0.25)-58) > 1 {
			t.Errorf("%s: content by %v, style by %v", name, content, style)
		}
		if r.Content.Weight != before.Content.Weight*content || r.Style.Weight != before.Style.Weight*style {
			t.Errorf("%s: weights %v and %v", name, r.Content.Weight, r.Style.Weight)
		}
		if _, _, again := r.MoveTo(InputCaffe.Scale()); again {
			t.Errorf("%s is moved to its own scale", name)
		}
	}
}

// TestMoveToByScale checks that weights of single scales are moved too, each by the degree of the distance there.
func TestMoveToByScale(t *testing.T) {
	r, _ := Find("neural-style-pt")
	if err := r.Override(map[string]string{"scale.first.style-loss": "wasserstein", "scale.last.style-weight": "2", "scale.2.content-weight": "3"}); err != nil {
		t.Fatal(err)
	}
	weight := r.Style.Weight
	content, style, _ := r.MoveTo(InputImageNet.Scale())
	for name, want := range map[string]float64{
		"scale.first.style-weight": weight * content, // a Wasserstein distance grows like content
		"scale.last.style-weight":  2 * style,
		"scale.2.content-weight":   3 * content,
	} {
		text, err := r.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := strconv.ParseFloat(text, 64); err != nil || math.Abs(got/want-1) > 1e-12 {
			t.Errorf("%s is %s, want %v (%v)", name, text, want, err)
		}
	}
}
