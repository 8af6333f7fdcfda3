package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/order"
	"github.com/impasto/impasto/study"
)

type explainCommand struct {
	Content string   `arg:"" help:"Photograph: a file, or @NAME for a built-in picture."`
	Style   string   `arg:"" help:"Painting."`
	Size    longSide `group:"look" default:"256" placeholder:"PIXELS" help:"Long side of the result in pixels, or original for that of the photograph."`
	CSV     string   `name:"csv" group:"report" placeholder:"FILE" help:"Write the total, each term and the gradient of every iteration to a CSV file."`

	studyFlags
	lossFlags
	runFlags
	machineFlags
	reportFlags
}

// Help is the long help of the command.
func (*explainCommand) Help() string {
	return defaultRecipe + `

Paints a picture and explains the run step by step with its own numbers: the network and its feature maps, both losses,
Gram matrices, gradients, the steps of the optimiser, and the time of each part. A page (-o lesson.html) also has text
and formulas. The run has at most 100 iterations unless --iterations is given. Ctrl-C stops the run early and explains
what it has reached.`
}

// explainedIterations is the number of iterations of a recipe that has more: most of what there is to see happens
// within them, and they take less than a minute.
const explainedIterations = 100

// Run paints and explains.
func (e *explainCommand) Run(ctx context.Context, c console) error {
	o, err := e.order()
	if err != nil {
		return err
	}
	if err := e.check(stem(e.Content)+"-"+stem(e.Style)+"-explained", ".png", ".html"); err != nil {
		return err
	}
	ready, err := e.sit(ctx, c, o)
	if err != nil {
		return err
	}
	defer ready.close()
	p, err := e.paint(ctx, c, ready)
	if err != nil && (p == nil || p.Result == nil) {
		return nothingPainted(err)
	}
	if failed := e.explain(ctx, c, ready, p); failed != nil {
		return errors.Join(err, failed)
	}
	if err != nil && ctx.Err() != nil {
		return interrupted{fmt.Sprintf("the run so far is explained in %s", strings.Join(e.Output, ", "))}
	}
	return err
}

// order returns the order of the run, with at most explainedIterations unless the user sets them.
func (e *explainCommand) order() (order.Order, error) {
	o, err := (&request{content: e.Content, styles: []string{e.Style}, size: e.Size, network: e.Network,
		loss: &e.lossFlags, run: &e.runFlags}).order()
	if err != nil {
		return o, err
	}
	r, err := o.FinishedRecipe()
	if err != nil {
		return o, err
	}
	if r.Scales.Iterations < 1 {
		return o, usagef("--iterations: %d; it must be 1 or more", r.Scales.Iterations)
	}
	if _, given := o.Settings["iterations"]; !given && r.Scales.Iterations > explainedIterations {
		o.Settings["iterations"] = strconv.Itoa(explainedIterations)
		o.Settings["taper"] = strconv.Itoa(r.Scales.Taper) // setting iterations would reset it
	}
	return o, checkOrder(&o)
}

// paint runs the method and reports progress.
func (e *explainCommand) paint(ctx context.Context, c console, ready *sitting) (*study.Pipeline, error) {
	var progress reporter
	options := ready.options()
	options.Progress = func(p *impasto.Progress) { progress.tell(p) }
	p, err := study.NewPipeline(ctx, ready.model, ready.pictures.Photograph, ready.paintings()[0], options)
	if err != nil {
		return nil, ready.withWhatWorks(ctx, err, ready.options())
	}
	if e.Progress != "none" && e.Progress != "json" {
		for _, note := range append(p.Notes(), ready.notes()...) {
			c.notef("note: %s", note)
		}
	}
	progress = newReporter(e.Progress, c, p.Scales)
	defer progress.close()
	return p, p.Run(ctx)
}

// explain analyses the run and writes the study, even if the run was interrupted.
func (e *explainCommand) explain(ctx context.Context, c console, ready *sitting, p *study.Pipeline) error {
	if e.Progress != "none" && e.Progress != "json" {
		c.notef("analysing the run: gradients of all terms, feature maps, Gram matrices")
	}
	if err := p.Dissect(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	made := fmt.Sprintf("impasto explain %s (%s, network %s, %s)", e.command(&ready.order),
		thisBuild().String(), ready.model.Network().Name, ready.model.Machine().Name)
	if err := e.write(func(lang figure.Language) *figure.Report { return withMade(p.Report(lang), made) }, nil); err != nil {
		return err
	}
	if err := writeCSV(e.CSV, stepRows(p)); err != nil {
		return err
	}
	return e.print(c, p)
}

// command returns the arguments of explain for an order.
func (e *explainCommand) command(o *order.Order) string {
	words, changes := e.Content+" "+e.Style, maps.Clone(o.Settings)
	if o.Start != nil {
		delete(changes, "init")
		words += " --init " + o.Start.Name
	}
	return fmt.Sprintf("%s --recipe %s --size %s --effort %s --seed %d%s", words, e.Recipe, e.Size, o.Effort, o.Seed, settings(changes))
}

// settings returns changes of a recipe as flags.
func settings(changes map[string]string) string {
	words := ""
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		words += fmt.Sprintf(" --set %s=%s", name, changes[name])
	}
	return words
}

// explainResult is what --json prints.
type explainResult struct {
	Outputs     []string           `json:"outputs"`
	Width       int                `json:"width"`
	Height      int                `json:"height"`
	Recipe      string             `json:"recipe"`
	Network     string             `json:"network"`
	Finished    bool               `json:"finished"`
	Iterations  int                `json:"iterations"`
	Evaluations int                `json:"evaluations"`
	Parameters  int                `json:"parameters"`
	Work        float64            `json:"multiply_adds"` // of one forward pass
	Start       explainPoint       `json:"start"`
	End         explainPoint       `json:"end"`
	Preparation float64            `json:"preparation_seconds"`
	Seconds     map[string]float64 `json:"seconds"` // of the iterations, by part
	Grams       []explainGram      `json:"gram"`
}

type explainPoint struct {
	Total     float64            `json:"total"`
	Terms     map[string]float64 `json:"terms"`
	Shares    map[string]float64 `json:"shares"` // of the terms of the same loss
	Gradient  float64            `json:"gradient_l2"`
	Gradients map[string]float64 `json:"term_gradient_l2"`
	Cosine    float64            `json:"cosine_content_style"`
}

type explainGram struct {
	Layer  string  `json:"layer"`
	Before float64 `json:"distance_at_start"` // relative to the norm of the painting's matrix
	After  float64 `json:"distance_at_end"`
}

// partNames are the names of the values of study.Part in JSON.
var partNames = [...]string{"forward", "losses", "backward", "optimizer", "rest"}

func explainPointOf(p *study.Point) explainPoint {
	e := p.Evaluation
	point := explainPoint{Total: e.Total, Terms: termValues(e.Terms), Shares: map[string]float64{}, Gradient: e.GradientNorm,
		Gradients: map[string]float64{}, Cosine: p.Balance().Cosine}
	for i, t := range e.Terms {
		point.Shares[termName(t)] = study.ShareOfKind(e.Terms, i)
		point.Gradients[termName(t)] = p.Pulls[i].Norm
	}
	return point
}

func (e *explainCommand) print(c console, p *study.Pipeline) error {
	last := p.Steps[len(p.Steps)-1]
	result := explainResult{Outputs: e.Output, Width: p.Photo.Width, Height: p.Photo.Height, Recipe: p.Recipe.Name, Network: p.Model,
		Finished: p.Finished, Iterations: last.Done, Evaluations: p.Evaluations, Parameters: p.Parameters(), Work: p.Work(),
		Start: explainPointOf(&p.First), End: explainPointOf(&p.Last), Preparation: p.Preparation.Seconds(), Seconds: map[string]float64{}}
	for i, d := range p.Spent {
		result.Seconds[partNames[i]] = d.Seconds()
	}
	for i := range p.Grams {
		g := &p.Grams[i]
		result.Grams = append(result.Grams, explainGram{g.Layer.String(), g.Before(), g.After()})
	}
	if e.JSON {
		return printJSON(c, result)
	}
	_, err := fmt.Fprintf(c.out, "%s in %s: loss %.5g -> %.5g\nwritten: %s\n", count(last.Done, "iteration"),
		clock(p.Preparation+p.Spent.Total()), p.First.Evaluation.Total, p.Last.Evaluation.Total, strings.Join(e.Output, ", "))
	return err
}

// stepRows returns the CSV rows of all steps of a run.
func stepRows(p *study.Pipeline) [][]string {
	head := []string{"scale", "iteration", "total"}
	for _, t := range p.Steps[0].Terms {
		head = append(head, termName(t))
	}
	rows := [][]string{append(head, "gradient_l2")}
	for _, s := range p.Steps {
		row := []string{strconv.Itoa(s.Scale + 1), strconv.Itoa(s.Iteration), exact(s.Loss)}
		for _, t := range s.Terms {
			row = append(row, exact(t.Value))
		}
		rows = append(rows, append(row, exact(s.GradientNorm)))
	}
	return rows
}
