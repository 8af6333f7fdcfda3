package critic

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
	"github.com/impasto/impasto/weights"
)

// Claim is what someone's own program computed for known pictures and parameters.
type Claim struct {
	// Terms of the loss, weighted as the recipe has it. A term of kind content or style without a layer
	// is the sum of its kind, and one without a kind the total.
	Terms []transfer.Term
	// Gradient of the total by RGB in [0,1], [3,H,W]; nil where terms are claimed.
	Gradient []float32
}

// Verdict says what is different in a program.
type Verdict struct {
	Right    bool       // nothing is
	Mistakes []string   // the fewest that explain the claim; none where it is right, or where no known one does
	Others   [][]string // other explanations as good as that one
	Error    float64    // that is left: the largest relative one of the terms, or the relative L2 of the gradient
	Sentence string     // the verdict for the eye, in the trial's language as the mistakes are
}

// Trial is a loss at a picture that a claim is held against. All pictures have their own size.
type Trial struct {
	Recipe              recipe.Recipe
	Photo, Painting, At *canvas.Picture
	Language            figure.Language // of the verdict; the zero value is English
}

const (
	// exactly is how well float32 programs that do the same agree on terms, with room for a long sum in float32.
	exactly = 1e-4
	// nearly is the relative distance of gradients whose cosine is 0.9997: a unit whose sign rounding
	// flipped, or a tie of a pooling, moves a gradient by up to 1e-2 without anything being wrong.
	nearly = 0.0245
	// resampled is for conventions that are known in kind only: programs differ in how they resize.
	resampled = 0.02
)

// Check searches the known conventions, singly and in pairs, for those by which a program differs from a
// recipe. It needs a recipe in plain units that keeps no colours.
func Check(ctx context.Context, dev engine.Device, model *weights.Model, trial Trial, claim Claim) (*Verdict, error) {
	s, err := newSearch(dev, model, trial, claim)
	if err != nil {
		return nil, err
	}
	right, err := s.miss(ctx, s.base)
	if err != nil {
		return nil, err
	}
	if right <= exactly {
		return s.right(right), nil
	}
	found, err := s.singles(ctx)
	if err != nil {
		return nil, err
	}
	if claim.Gradient != nil && right <= nearly && (len(found) == 0 || found[0].miss > right/10) {
		return s.right(right), nil
	}
	if len(found) == 0 {
		if found, err = s.pairs(ctx); err != nil {
			return nil, err
		}
	}
	if len(found) == 0 {
		if v := s.scaled(ctx); v != nil {
			return v, nil
		}
	}
	return s.verdict(found, right), nil
}

// explanation is one or two mistakes and what they leave unexplained.
type explanation struct {
	mistakes []mistake
	miss     float64
}

func (e explanation) says(l figure.Language) []string {
	var all []string
	for _, m := range e.mistakes {
		all = append(all, m.says.in(l))
	}
	return all
}

// bound is how well an explanation must fit.
func (s *search) bound(mistakes ...mistake) float64 {
	bound := float64(exactly)
	if s.claim.Gradient != nil {
		bound = nearly
	}
	for _, m := range mistakes {
		if m.approximate {
			bound = max(bound, resampled)
		}
	}
	return bound
}

// singles tries every mistake alone.
func (s *search) singles(ctx context.Context) ([]explanation, error) {
	var found []explanation
	for _, m := range s.mistakes {
		if err := s.try(ctx, &found, m); err != nil {
			return nil, err
		}
	}
	return best(found), nil
}

// pairs tries every two mistakes of different kinds.
func (s *search) pairs(ctx context.Context) ([]explanation, error) {
	var found []explanation
	for i, a := range s.mistakes {
		for _, b := range s.mistakes[i+1:] {
			if a.kind == b.kind {
				continue
			}
			if err := s.try(ctx, &found, a, b); err != nil {
				return nil, err
			}
		}
	}
	return best(found), nil
}

func (s *search) try(ctx context.Context, found *[]explanation, mistakes ...mistake) error {
	c := s.base.clone()
	for _, m := range mistakes {
		m.change(&c)
	}
	miss, err := s.miss(ctx, c)
	if err != nil {
		return err
	}
	if miss <= s.bound(mistakes...) {
		*found = append(*found, explanation{slices.Clone(mistakes), miss})
	}
	return nil
}

// best returns those explanations that fit as well as the best one does, in the order of the table.
func best(found []explanation) []explanation {
	least := math.Inf(1)
	for _, e := range found {
		least = min(least, e.miss)
	}
	const rounding = 2e-6
	return slices.DeleteFunc(found, func(e explanation) bool { return e.miss > 3*least+rounding })
}

func (s *search) right(miss float64) *Verdict {
	key := "check.right"
	if miss > exactly {
		key = "check.right.kinks"
	}
	return &Verdict{Right: true, Error: miss, Sentence: say(s.trial.Language, key, s.name(), miss)}
}

func (s *search) verdict(found []explanation, right float64) *Verdict {
	lang := s.trial.Language
	if len(found) == 0 {
		return &Verdict{Error: right, Sentence: say(lang, "check.unknown", right)}
	}
	v := &Verdict{Mistakes: found[0].says(lang), Error: found[0].miss}
	for _, e := range found[1:] {
		v.Others = append(v.Others, e.says(lang))
	}
	v.Sentence = s.differs(v.Mistakes)
	if len(v.Others) > 0 {
		v.Sentence += say(lang, "check.others", strings.Join(v.Others[0], say(lang, "check.and")))
	}
	return v
}

// differs is the sentence of mistakes.
func (s *search) differs(mistakes []string) string {
	return say(s.trial.Language, "check.differs", strings.Join(mistakes, say(s.trial.Language, "check.and")))
}

// scaled explains a claim by a factor that no convention has.
func (s *search) scaled(ctx context.Context) *Verdict {
	if s.claim.Gradient != nil {
		factor, miss := s.bestFactor(ctx)
		if miss > nearly {
			return nil
		}
		says := []string{say(s.trial.Language, "check.gradient.factor", factor, s.name())}
		return &Verdict{Mistakes: says, Error: miss, Sentence: s.differs(says)}
	}
	ratios := map[transfer.Kind][]float64{}
	predicted, err := s.predict(ctx, s.base)
	if err != nil {
		return nil
	}
	for i, t := range s.claim.Terms {
		if t.Layer == "" || predicted[i] == 0 {
			continue
		}
		ratios[t.Kind] = append(ratios[t.Kind], t.Value/predicted[i])
	}
	var says []string
	for _, kind := range []transfer.Kind{transfer.ContentTerm, transfer.StyleTerm} {
		all := ratios[kind]
		if len(all) == 0 {
			continue
		}
		low, high := slices.Min(all), slices.Max(all)
		if low <= 0 || high/low-1 > exactly || kind == transfer.ContentTerm && len(all) < 2 && math.Abs(high-1) > exactly {
			return nil
		}
		if math.Abs(high-1) > exactly {
			says = append(says, say(s.trial.Language, "check.factor."+string(kind), high, s.name()))
		}
	}
	if len(says) == 0 {
		return nil
	}
	return &Verdict{Mistakes: says, Sentence: s.differs(says)}
}
