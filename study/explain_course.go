package study

import (
	"fmt"
	"time"

	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
)

func (p *Pipeline) totalSection(lang figure.Language) figure.Section {
	s := figure.Section{Heading: say(lang, "explain.total"), Text: []string{say(lang, "explain.total.lead", p.Recipe.Name)},
		Formulas: lossFormulas(&p.Recipe, p.firstStep().Terms), Code: []string{"transfer/objective.go", "recipe/recipes.go", "engine/cpu/variation.go"}}
	if p.Recipe.TotalVariation.Weight > 0 {
		s.Text = append(s.Text, say(lang, "explain.variation"))
	}
	if has(p.firstStep().Terms, transfer.ReducedTerm) {
		s.Text = append(s.Text, say(lang, "explain.reduced", p.Recipe.Reduced.Side))
	}
	if p.Recipe.Units == recipe.GreyUnits {
		s.Text = append(s.Text, say(lang, "explain.units"))
	}
	first, last := p.firstStep(), p.lastStep()
	s.Table = &figure.Table{Head: []string{say(lang, "loss.term"), say(lang, "explain.atstart"), say(lang, "explain.share"), say(lang, "explain.atend"), say(lang, "explain.share")}}
	var names []string
	var shares [2][]float64
	for i, t := range first.Terms {
		name := termName(t, lang)
		names = append(names, name)
		shares[0] = append(shares[0], of(t.Value, first.Loss))
		shares[1] = append(shares[1], of(last.Terms[i].Value, last.Loss))
		s.Table.Rows = append(s.Table.Rows, []string{name, figure.Short(t.Value), figure.Percent(round3(shares[0][i])), figure.Short(last.Terms[i].Value), figure.Percent(round3(shares[1][i]))})
	}
	s.Table.Rows = append(s.Table.Rows, []string{say(lang, "loss.total"), figure.Short(first.Loss), figure.Percent(1), figure.Short(last.Loss), figure.Percent(1)})
	s.Findings = []string{p.balanceFinding(first, last, lang)}
	s.Figures = []figure.Figure{{Drawing: figure.DrawStack([]string{say(lang, "explain.start"), say(lang, "explain.end")}, shares[:], names, diagramWidth), Caption: say(lang, "explain.stack")}}
	return s
}

func (p *Pipeline) balanceFinding(first, last PipelineStep, lang figure.Language) string {
	return say(lang, "explain.fall", figure.Scientific(first.Loss), figure.Scientific(last.Loss), figure.Percent(round3(of(sumOf(first.Terms, transfer.ContentTerm), first.Loss))),
		figure.Percent(round3(of(sumOf(last.Terms, transfer.ContentTerm), last.Loss))))
}

// of returns a share, 0 if the whole is 0.
func of(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return part / whole
}

func (p *Pipeline) startSection(lang figure.Language) figure.Section {
	s := pullSection(&p.First, p.Begin, say(lang, "explain.gradient"), lang)
	s.Text = append([]string{say(lang, "explain.gradient.lead")}, s.Text...)
	s.Formulas = append([]figure.Formula{`\frac{∂L}{∂x} = Σ_l {(\frac{∂F_l}{∂x})}^T \frac{∂L}{∂F_l}`}, s.Formulas...)
	return s
}

// balanceFormula returns the sum of the gradients of all terms as a formula.
func (p *Pipeline) balanceFormula() figure.Formula {
	sum := `α Σ_l w_l \frac{∂D_l}{∂x} + β Σ_l w_l \frac{∂E_l}{∂x}`
	if p.Recipe.TotalVariation.Weight > 0 {
		sum += ` + γ \frac{∂V}{∂x}`
	}
	if has(p.lastStep().Terms, transfer.ReducedTerm) {
		sum += ` + δ \frac{∂L_s}{∂x}`
	}
	return figure.Formula(sum + ` → 0`)
}

// endSection shows how the losses pull against each other at the result.
func (p *Pipeline) endSection(lang figure.Language) figure.Section {
	s := figure.Section{Heading: say(lang, "explain.balance"), Text: []string{say(lang, "explain.balance.lead")},
		Formulas: []figure.Formula{p.balanceFormula()},
		Findings: balanceFindings(&p.Last, lang), Code: []string{"study/pull.go", "study/pull_study.go"}}
	whole := newPull(transfer.Term{Value: p.Last.Evaluation.Total}, p.Last.Evaluation.Gradient)
	for _, kind := range transfer.Kinds() {
		var of []Pull
		for _, pull := range p.Last.Pulls {
			if pull.Term.Kind == kind {
				of = append(of, pull)
			}
		}
		if len(of) > 0 {
			sum := SumPulls(transfer.Term{Kind: kind}, of...)
			s.Figures = append(s.Figures, pullFigure(&sum, &whole, p.Result, say(lang, "explain."+string(kind)+"loss"), lang))
		}
	}
	s.Figures = append(s.Figures, pullFigure(&whole, nil, p.Result, say(lang, "pull.whole"), lang))
	return s
}

func (p *Pipeline) optimizerSection(lang figure.Language) figure.Section {
	rule := p.Recipe.Optimizer.Rule
	s := figure.Section{Heading: say(lang, "explain.optimizer"), Text: []string{ruleText(rule, lang)},
		Formulas: ruleFormulas(rule), Findings: p.descentFindings(lang), Code: ruleCode(rule)}
	for _, still := range p.Stills {
		label := say(lang, "explain.still", still.Done)
		if len(p.Scales) > 1 {
			label += fmt.Sprintf(" (%d×%d)", still.Picture.Width, still.Picture.Height)
		}
		s.Figures = append(s.Figures, figure.Figure{Drawing: labelled(still.Picture, label), Caption: say(lang, "explain.still.caption", still.Done, figure.Scientific(still.Loss))})
	}
	s.Figures = append(s.Figures,
		figure.Figure{Drawing: p.drawLosses(lang), Caption: say(lang, "explain.curves")},
		figure.Figure{Drawing: p.drawNorms(lang), Caption: say(lang, "explain.norms")})
	return s
}

// descentFindings returns sentences on the losses over the iterations of the last scale.
func (p *Pipeline) descentFindings(lang figure.Language) []string {
	first, last := p.firstStep(), p.lastStep()
	var all []string
	if fall := first.Loss - last.Loss; fall > 0 {
		half, nearly := p.reached(first.Loss-fall/2), p.reached(first.Loss-0.9*fall)
		all = append(all, say(lang, "explain.reached", half, nearly, last.Iteration))
	}
	if n := len(p.Steps) - len(p.Scales); n > 0 {
		all = append(all, say(lang, "explain.evaluations", n, p.Evaluations, float64(p.Evaluations)/float64(n)))
	}
	return append(all, say(lang, "explain.normfall", figure.Scientific(first.GradientNorm), figure.Scientific(last.GradientNorm)))
}

// reached returns the first iteration of the last scale with at most the given loss.
func (p *Pipeline) reached(loss float64) int {
	for _, s := range p.Steps {
		if s.Scale == len(p.Scales)-1 && s.Loss <= loss {
			return s.Iteration
		}
	}
	return p.lastStep().Iteration
}

// drawLosses draws a chart of the terms of the loss over the iterations.
func (p *Pipeline) drawLosses(lang figure.Language) *figure.Drawing {
	c := figure.Chart{Title: say(lang, "explain.losses"), XLabel: say(lang, "iteration"), YLabel: say(lang, "loss.axis"), LogY: true}
	for _, t := range p.Steps[0].Terms {
		c.Series = append(c.Series, figure.Series{Name: termName(t, lang)})
	}
	c.Series = append(c.Series, figure.Series{Name: say(lang, "loss.total")})
	for _, s := range p.Steps {
		for i, t := range s.Terms {
			if t.Value > 0 { // zero has no logarithm
				c.Series[i].Add(float64(s.Done), t.Value)
			}
		}
		c.Series[len(s.Terms)].Add(float64(s.Done), s.Loss)
	}
	return c.Draw(diagramWidth, 280)
}

// drawNorms draws a chart of the norm of the gradient over the iterations.
func (p *Pipeline) drawNorms(lang figure.Language) *figure.Drawing {
	line := figure.Series{}
	for _, s := range p.Steps {
		line.Add(float64(s.Done), s.GradientNorm)
	}
	c := figure.Chart{Title: say(lang, "explain.norm"), XLabel: say(lang, "iteration"), YLabel: say(lang, "explain.norm.axis"), LogY: true, Series: []figure.Series{line}}
	return c.Draw(diagramWidth, 280)
}

func (p *Pipeline) timeSection(lang figure.Language) figure.Section {
	s := figure.Section{Heading: say(lang, "explain.time"), Text: []string{say(lang, "explain.time.lead")},
		Code: []string{"study/pipeline_clock.go", "feature/plan.go", "engine/device.go"}}
	n := len(p.Steps) - len(p.Scales)
	total := p.Spent.Total()
	if n == 0 || total == 0 || p.Evaluations == 0 {
		return s
	}
	var bars []figure.Bar
	s.Table = &figure.Table{Head: []string{say(lang, "explain.part"), say(lang, "explain.ms"), say(lang, "explain.share")}}
	milliseconds := func(d time.Duration) string { return fmt.Sprintf("%.3g ms", 1000*d.Seconds()/float64(n)) }
	for i, d := range p.Spent {
		name, share := say(lang, fmt.Sprintf("part.%d", i)), figure.Percent(round3(of(float64(d), float64(total))))
		bars = append(bars, figure.Bar{Name: name, Note: milliseconds(d) + ", " + share, Value: float64(d), Colour: figure.SeriesColour(i)})
		s.Table.Rows = append(s.Table.Rows, []string{name, milliseconds(d), share})
	}
	s.Table.Rows = append(s.Table.Rows, []string{say(lang, "explain.all"), milliseconds(total), figure.Percent(1)})
	network := p.Spent[ForwardPart] + p.Spent[BackwardPart]
	s.Findings = []string{
		say(lang, "explain.network.share", figure.Percent(round3(of(float64(network), float64(total)))), milliseconds(total)),
		say(lang, "explain.prepare", seconds(p.Preparation))}
	if len(p.Scales) == 1 {
		rate := 2 * p.Work() * float64(p.Evaluations) / network.Seconds()
		s.Findings = append(s.Findings, say(lang, "explain.rate", count(2*p.Work(), lang), fmt.Sprintf("%.3g", rate/1e9), p.Machine.Name, p.Machine.Threads))
	}
	s.Figures = []figure.Figure{{Drawing: figure.DrawBars(bars, diagramWidth), Caption: say(lang, "explain.time.caption", n, p.Evaluations)}}
	return s
}
