package visualize

import (
	"fmt"
	"time"

	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
)

func (p *Pipeline) totalSection(lang Language) Section {
	s := Section{Heading: lang.say("explain.total"), Text: []string{lang.say("explain.total.lead", p.Recipe.Name)},
		Formulas: lossFormulas(&p.Recipe), Code: []string{"transfer/point.go", "recipe/recipes.go", "engine/cpu/variation.go"}}
	if p.Recipe.Variation.Weight > 0 {
		s.Text = append(s.Text, lang.say("explain.variation"))
	}
	if p.Recipe.Units == recipe.GreyUnits {
		s.Text = append(s.Text, lang.say("explain.units"))
	}
	first, last := p.firstStep(), p.lastStep()
	s.Table = &Table{Head: []string{lang.say("loss.term"), lang.say("explain.atstart"), lang.say("explain.share"), lang.say("explain.atend"), lang.say("explain.share")}}
	var names []string
	var shares [2][]float64
	for i, t := range first.Terms {
		name := termName(t, lang)
		names = append(names, name)
		shares[0] = append(shares[0], of(t.Value, first.Loss))
		shares[1] = append(shares[1], of(last.Terms[i].Value, last.Loss))
		s.Table.Rows = append(s.Table.Rows, []string{name, short(t.Value), percent(round3(shares[0][i])), short(last.Terms[i].Value), percent(round3(shares[1][i]))})
	}
	s.Table.Rows = append(s.Table.Rows, []string{lang.say("loss.total"), short(first.Loss), percent(1), short(last.Loss), percent(1)})
	s.Findings = []string{p.balanceFinding(first, last, lang)}
	s.Figures = []Figure{{Drawing: drawStack([]string{lang.say("explain.start"), lang.say("explain.end")}, shares[:], names, diagramWidth), Caption: lang.say("explain.stack")}}
	return s
}

func (p *Pipeline) balanceFinding(first, last PipelineStep, lang Language) string {
	return lang.say("explain.fall", said(first.Loss), said(last.Loss), percent(round3(of(sumOf(first.Terms, transfer.ContentTerm), first.Loss))),
		percent(round3(of(sumOf(last.Terms, transfer.ContentTerm), last.Loss))))
}

// of returns a share, 0 of nothing.
func of(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return part / whole
}

func (p *Pipeline) startSection(lang Language) Section {
	s := pullSection(&p.First, p.Begin, lang.say("explain.gradient"), lang)
	s.Text = append([]string{lang.say("explain.gradient.lead")}, s.Text...)
	s.Formulas = append([]Formula{`\frac{∂L}{∂x} = Σ_l {(\frac{∂F_l}{∂x})}^T \frac{∂L}{∂F_l}`}, s.Formulas...)
	return s
}

// endSection shows what pulls at the result: content against style.
func (p *Pipeline) endSection(lang Language) Section {
	s := Section{Heading: lang.say("explain.balance"), Text: []string{lang.say("explain.balance.lead")},
		Formulas: []Formula{`α Σ_l w_l \frac{∂D_l}{∂x} + β Σ_l w_l \frac{∂E_l}{∂x} → 0`},
		Findings: balanceFindings(&p.Last, lang), Code: []string{"visualize/pull.go", "visualize/pull_study.go"}}
	if p.Recipe.Variation.Weight > 0 {
		s.Formulas = []Formula{`α Σ_l w_l \frac{∂D_l}{∂x} + β Σ_l w_l \frac{∂E_l}{∂x} + γ \frac{∂V}{∂x} → 0`}
	}
	whole := newPull(transfer.Term{Value: p.Last.Evaluation.Total}, p.Last.Evaluation.Gradient)
	for _, kind := range lossKinds {
		var of []Pull
		for _, pull := range p.Last.Pulls {
			if pull.Term.Kind == kind {
				of = append(of, pull)
			}
		}
		if len(of) > 0 {
			sum := SumPulls(transfer.Term{Kind: kind}, of...)
			s.Figures = append(s.Figures, pullFigure(&sum, &whole, p.Result, lang.say("explain."+string(kind)+"loss"), lang))
		}
	}
	s.Figures = append(s.Figures, pullFigure(&whole, nil, p.Result, lang.say("pull.whole"), lang))
	return s
}

func (p *Pipeline) optimizerSection(lang Language) Section {
	o := &p.Recipe.Optimizer
	s := Section{Heading: lang.say("explain.optimizer"), Text: []string{lang.say("explain." + o.Rule.String())},
		Formulas: ruleFormulas(o), Findings: p.descentFindings(lang), Code: ruleCode(o)}
	for _, still := range p.Stills {
		label := lang.say("explain.still", still.Done)
		if len(p.Scales) > 1 {
			label += fmt.Sprintf(" (%d×%d)", still.Picture.Width, still.Picture.Height)
		}
		s.Figures = append(s.Figures, Figure{Drawing: labelled(still.Picture, label), Caption: lang.say("explain.still.caption", still.Done, said(still.Loss))})
	}
	s.Figures = append(s.Figures,
		Figure{Drawing: p.drawLosses(lang), Caption: lang.say("explain.curves")},
		Figure{Drawing: p.drawNorms(lang), Caption: lang.say("explain.norms")})
	return s
}

// descentFindings are sentences about the course of the losses at the last scale.
func (p *Pipeline) descentFindings(lang Language) []string {
	first, last := p.firstStep(), p.lastStep()
	var all []string
	if fall := first.Loss - last.Loss; fall > 0 {
		half, nearly := p.reached(first.Loss-fall/2), p.reached(first.Loss-0.9*fall)
		all = append(all, lang.say("explain.reached", half, nearly, last.Iteration))
	}
	if n := len(p.Steps) - len(p.Scales); n > 0 {
		all = append(all, lang.say("explain.evaluations", n, p.Evaluations, float64(p.Evaluations)/float64(n)))
	}
	return append(all, lang.say("explain.normfall", said(first.GradientNorm), said(last.GradientNorm)))
}

// reached returns the first iteration of the last scale whose loss is no more than a number.
func (p *Pipeline) reached(loss float64) int {
	for _, s := range p.Steps {
		if s.Scale == len(p.Scales)-1 && s.Loss <= loss {
			return s.Iteration
		}
	}
	return p.lastStep().Iteration
}

// drawLosses draws the terms of the loss over the iterations.
func (p *Pipeline) drawLosses(lang Language) *Drawing {
	c := chart{title: lang.say("explain.losses"), xLabel: lang.say("iteration"), yLabel: lang.say("loss.axis"), logY: true}
	for _, t := range p.Steps[0].Terms {
		c.series = append(c.series, series{name: termName(t, lang)})
	}
	c.series = append(c.series, series{name: lang.say("loss.total")})
	for _, s := range p.Steps {
		for i, t := range s.Terms {
			if t.Value > 0 { // the logarithm of nothing has no place
				c.series[i].add(float64(s.Done), t.Value)
			}
		}
		c.series[len(s.Terms)].add(float64(s.Done), s.Loss)
	}
	return c.draw(diagramWidth, 280)
}

func (s *series) add(x, y float64) { s.x, s.y = append(s.x, x), append(s.y, y) }

// drawNorms draws the length of the gradient over the iterations.
func (p *Pipeline) drawNorms(lang Language) *Drawing {
	line := series{}
	for _, s := range p.Steps {
		line.add(float64(s.Done), s.GradientNorm)
	}
	c := chart{title: lang.say("explain.norm"), xLabel: lang.say("iteration"), yLabel: lang.say("explain.norm.axis"), logY: true, series: []series{line}}
	return c.draw(diagramWidth, 280)
}

func (p *Pipeline) timeSection(lang Language) Section {
	s := Section{Heading: lang.say("explain.time"), Text: []string{lang.say("explain.time.lead")},
		Code: []string{"visualize/pipeline_clock.go", "feature/plan.go", "engine/device.go"}}
	n := len(p.Steps) - len(p.Scales)
	total := p.Spent.Total()
	if n == 0 || total == 0 || p.Evaluations == 0 {
		return s
	}
	var bars []bar
	s.Table = &Table{Head: []string{lang.say("explain.part"), lang.say("explain.ms"), lang.say("explain.share")}}
	milliseconds := func(d time.Duration) string { return fmt.Sprintf("%.3g ms", 1000*d.Seconds()/float64(n)) }
	for i, d := range p.Spent {
		name, share := lang.say(fmt.Sprintf("part.%d", i)), percent(round3(of(float64(d), float64(total))))
		bars = append(bars, bar{name, milliseconds(d) + ", " + share, float64(d), seriesColour(i)})
		s.Table.Rows = append(s.Table.Rows, []string{name, milliseconds(d), share})
	}
	s.Table.Rows = append(s.Table.Rows, []string{lang.say("explain.all"), milliseconds(total), percent(1)})
	network := p.Spent[ForwardPart] + p.Spent[BackwardPart]
	s.Findings = []string{
		lang.say("explain.network.share", percent(round3(of(float64(network), float64(total)))), milliseconds(total)),
		lang.say("explain.prepare", seconds(p.Preparation))}
	if len(p.Scales) == 1 {
		rate := 2 * p.Work() * float64(p.Evaluations) / network.Seconds()
		s.Findings = append(s.Findings, lang.say("explain.rate", count(2*p.Work(), lang), fmt.Sprintf("%.3g", rate/1e9), p.Device, p.Threads))
	}
	s.Figures = []Figure{{Drawing: drawBars(bars, diagramWidth), Caption: lang.say("explain.time.caption", n, p.Evaluations)}}
	return s
}
