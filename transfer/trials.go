package transfer

// trials holds the terms of all evaluations of a step, since a line search may return to an earlier one.
type trials struct {
	totals []float64
	terms  [][]float64 // the most that a step has had; the first len(totals) are of this one
}

// begin returns zeroed room for the terms of another trial.
func (t *trials) begin(terms int) []float64 {
	n := len(t.totals)
	if n == len(t.terms) {
		t.terms = append(t.terms, make([]float64, terms))
	}
	clear(t.terms[n])
	return t.terms[n]
}

// end sums the terms of the current trial.
func (t *trials) end(trial []float64) (total float64) {
	for _, v := range trial {
		total += v
	}
	t.totals = append(t.totals, total)
	return total
}

// settle writes the terms of the trial at which a step ended to rows and discards the others. A step that did not
// move keeps its terms.
func (t *trials) settle(rows []Term, total float64) {
	for i := len(t.totals) - 1; i >= 0; i-- {
		if t.totals[i] == total {
			for k, v := range t.terms[i] {
				rows[k].Value = v
			}
			break
		}
	}
	t.totals = t.totals[:0]
}
