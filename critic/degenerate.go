package critic

import (
	"math"

	"github.com/impasto/impasto/transfer"
)

// infinite returns the verdict on a claim with numbers that are not finite, and nil where all are.
func infinite(trial *Trial, claim *Claim) *Verdict {
	lang := trial.Language
	var says string
	for _, t := range claim.Terms {
		if bad(t.Value) {
			says = say(lang, "check.nan.term", termName(t).in(lang), t.Value)
			break
		}
	}
	count, first := 0, -1
	for i, v := range claim.Gradient {
		if bad(float64(v)) {
			if count++; first < 0 {
				first = i
			}
		}
	}
	if w, n := trial.At.Width, trial.At.Width*trial.At.Height; first >= 0 && len(claim.Gradient) == 3*n {
		says = say(lang, "check.nan.gradient", count, len(claim.Gradient), float64(claim.Gradient[first]),
			first/n, "RGB"[first/n:first/n+1], first%n/w, first%w)
	}
	if says == "" {
		return nil
	}
	return &Verdict{Mistakes: []string{says}, Error: 1, Sentence: say(lang, "check.differs", says)}
}

func bad(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }

// termName names a claimed term.
func termName(t transfer.Term) phrase {
	switch {
	case t.Kind == "":
		return saying("check.term.total")
	case t.Layer == "":
		return saying("check.term.kind", saying("check.kind."+string(t.Kind)))
	}
	return saying("check.term.layer", saying("check.kind."+string(t.Kind)), t.Layer)
}

// zero returns the verdict on a claim that is zero where the recipe's loss is not, and nil for others.
func (s *search) zero(base *measured) *Verdict {
	key := "check.zero.terms"
	if s.claim.Gradient != nil {
		key = "check.zero.gradient"
		own := 0.0
		for i := range base.products {
			own += base.products[i][i]
		}
		if base.target > 0 || own == 0 {
			return nil
		}
	} else {
		sum := 0.0
		for _, v := range base.values {
			sum += math.Abs(v)
		}
		if sum == 0 {
			return nil
		}
		for _, t := range base.claimed {
			if t.Value != 0 {
				return nil
			}
		}
	}
	says := say(s.trial.Language, key)
	return &Verdict{Mistakes: []string{says}, Error: 1, Sentence: say(s.trial.Language, "check.differs", says)}
}

// splitTotal takes a claimed total away where all its terms are claimed, so that it says nothing further, and returns
// what to say where it is not their sum.
func (s *search) splitTotal() []phrase {
	sum, total, at := 0.0, 0.0, -1
	for i, t := range s.claim.Terms {
		if t.Kind == "" {
			total, at = t.Value, i
		} else {
			sum += t.Value
		}
	}
	if at < 0 {
		return nil
	}
	for _, term := range s.base.summands(s.shapes(s.base.lens)) {
		covered := false
		for _, t := range s.claim.Terms {
			covered = covered || t.Kind != "" && claims(t, term)
		}
		if !covered {
			return nil
		}
	}
	s.claim.Terms = append(append([]transfer.Term{}, s.claim.Terms[:at]...), s.claim.Terms[at+1:]...)
	if math.Abs(total-sum) > exactly*max(math.Abs(total), math.Abs(sum)) {
		return []phrase{saying("check.total", total, sum)}
	}
	return nil
}
