package critic

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
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
	Sentence string     // the verdict for the eye, in the trial's language as the mistakes and hints are

	// Where no mistake explains the claim, its terms beside the recipe's, and what their ratios suggest.
	Ratios []Ratio
	Hints  []string
}

// Trial is a loss at a picture that a claim is compared with. All pictures have their own size.
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
// recipe; then whole programs that are well known, and weights other than the recipe's. It needs a recipe in plain
// units that keeps no colours, and whose distance of styles compares moments layer by layer. What it takes of the model's
// budget is taken for the whole search; where the budget has less the error is an *impasto.BudgetError.
func Check(ctx context.Context, model *impasto.Model, trial Trial, claim Claim) (verdict *Verdict, err error) {
	var s *search
	err = model.Lend(ctx, func(l *impasto.Loan) (bytes int64, err error) {
		if s, err = newSearch(l, trial, claim); err != nil {
			return 0, err
		}
		return s.bytes()
	}, func(*impasto.Loan) error {
		verdict, err = s.judge(ctx)
		return err
	})
	return verdict, err
}

// judge searches.
func (s *search) judge(ctx context.Context) (*Verdict, error) {
	if v := infinite(&s.trial, &s.claim); v != nil {
		return v, nil
	}
	base, err := s.measure(ctx, &s.base)
	if err != nil {
		return nil, err
	}
	if v := s.zero(base); v != nil {
		return v, nil
	}
	s.total = s.splitTotal()
	found, right, err := s.explain(ctx)
	if err != nil {
		return nil, err
	}
	return s.verdict(ctx, found, right)
}

// explain finds what explains the claim with the fewest mistakes, and how far the recipe itself is from it. The recipe
// itself is an explanation without mistakes.
func (s *search) explain(ctx context.Context) (found []explanation, right float64, err error) {
	base, err := s.measure(ctx, &s.base)
	if err != nil {
		return nil, 0, err
	}
	right = base.fit().miss
	itself := []explanation{{by: s.base, miss: right}}
	if right <= exactly {
		return itself, right, nil
	}
	if found, err = s.singles(ctx); err != nil {
		return nil, 0, err
	}
	reweighted, err := s.reweighted(ctx)
	if err != nil {
		return nil, 0, err
	}
	if s.claim.Gradient != nil && right <= nearly && !clearly(found, right) && !clearly(reweighted, right) {
		return itself, right, nil
	}
	if len(found) == 0 && !(s.claim.Gradient != nil && len(reweighted) > 0 && reweighted[0].miss <= exactly) {
		if found, err = s.pairs(ctx); err != nil {
			return nil, 0, err
		}
	}
	if len(reweighted) > 0 && (len(found) == 0 || found[0].miss > exactly && clearly(reweighted, found[0].miss)) {
		found = reweighted
	}
	for _, further := range []func(context.Context) ([]explanation, error){
		func(ctx context.Context) ([]explanation, error) { return s.wholePrograms(ctx, [][]group{nil}) },
		s.reweightedSingles,
		func(ctx context.Context) ([]explanation, error) { return s.wholePrograms(ctx, losses()) },
		s.reweightedPairs,
	} {
		if len(found) > 0 && found[0].miss <= s.doubtful() {
			break
		}
		more, err := further(ctx)
		if err != nil {
			return nil, 0, err
		}
		if len(found) == 0 || clearly(more, found[0].miss) {
			found = more
		}
	}
	return found, right, nil
}

// doubtful is how much an explanation may leave so that none is sought that explains more. What kinks leave of a gradient
// may be as large as what a small term of another weight leaves.
func (s *search) doubtful() float64 {
	if s.claim.Gradient != nil {
		return exactly
	}
	return resampled
}

// clearly reports whether an explanation leaves less than a tenth of a miss.
func clearly(found []explanation, miss float64) bool {
	return len(found) > 0 && found[0].miss <= miss/10
}

// explanation is what mistakes, and factors of terms besides, leave unexplained.
type explanation struct {
	mistakes []mistake
	fit      fit        // of factors; none in the zero value
	by       convention // with the mistakes
	program  string     // the key of the program that has all of the mistakes
	miss     float64
}

// fits reports whether there is an explanation.
func (e *explanation) fits() bool { return len(e.mistakes)+len(e.fit.groups) > 0 }

// cost counts what is assumed.
func (e *explanation) cost() int { return len(e.mistakes) + len(e.fit.groups) }

func (e explanation) list() []explanation {
	if !e.fits() {
		return nil
	}
	return []explanation{e}
}

func (e explanation) says(s *search) []string {
	var all []string
	for _, m := range e.mistakes {
		all = append(all, m.says.in(s.trial.Language))
	}
	for _, p := range append(e.factors(s), s.total...) {
		all = append(all, p.in(s.trial.Language))
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
			no, err := s.excluded(ctx, [][]group{nil}, a, b)
			if err != nil {
				return nil, err
			}
			if no {
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
	if no, err := s.dull(ctx, &c, [][]group{nil}, s.bound(mistakes...)); no || err != nil {
		return err
	}
	measure := s.measure
	if len(mistakes) > 1 && s.claim.Gradient != nil && s.unseen(mistakes...) {
		measure = s.measureOnce // no other pair needs what this one does
	}
	m, err := measure(ctx, &c)
	if err != nil {
		return err
	}
	if miss := m.fit().miss; miss <= s.bound(mistakes...) {
		*found = append(*found, explanation{mistakes: slices.Clone(mistakes), by: c, miss: miss})
	}
	return nil
}

// rounding is by how much the misses of equal explanations may differ.
const rounding = 2e-6

// best returns those explanations that fit as well as the best one does, in the order of the table.
func best(found []explanation) []explanation {
	least := math.Inf(1)
	for _, e := range found {
		least = min(least, e.miss)
	}
	return slices.DeleteFunc(found, func(e explanation) bool { return e.miss > 3*least+rounding })
}

// verdict says what was found.
func (s *search) verdict(ctx context.Context, found []explanation, right float64) (*Verdict, error) {
	lang := s.trial.Language
	if len(found) == 0 {
		return s.unknown(ctx, right)
	}
	v := &Verdict{Mistakes: found[0].says(s), Error: found[0].miss}
	switch {
	case len(v.Mistakes) == 0 && found[0].fits():
		return s.unknown(ctx, right) // only factors that cannot be distinguished from 1
	case len(v.Mistakes) == 0:
		v.Right, v.Sentence = true, say(lang, "check.right", s.name(), right)
		if right > exactly {
			v.Sentence = say(lang, "check.right.kinks", s.name(), right)
		}
		return v, nil
	}
	for _, e := range found[1:] {
		v.Others = append(v.Others, e.says(s))
	}
	v.Sentence = s.differs(v.Mistakes)
	if found[0].program != "" {
		v.Sentence += say(lang, "check.program", say(lang, found[0].program))
	}
	if len(v.Others) > 0 {
		v.Sentence += say(lang, "check.others", strings.Join(v.Others[0], say(lang, "check.and")))
	}
	return v, nil
}

// unknown says what is unlike where no mistake explains it.
func (s *search) unknown(ctx context.Context, right float64) (*Verdict, error) {
	v := &Verdict{Error: right, Sentence: say(s.trial.Language, "check.unknown", right)}
	for _, p := range s.total {
		v.Hints = append(v.Hints, p.in(s.trial.Language))
	}
	return v, s.compare(ctx, v)
}

// differs is the sentence of mistakes.
func (s *search) differs(mistakes []string) string {
	return say(s.trial.Language, "check.differs", strings.Join(mistakes, say(s.trial.Language, "check.and")))
}
