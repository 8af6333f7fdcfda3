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
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/study"
	"github.com/impasto/impasto/transfer"
)

type explainCommand struct {
	Content string   `arg:"" help:"Photograph: a file, or @NAME for a built-in picture."`
	Style   string   `arg:"" help:"Painting."`
	Size    longSide `group:"look" default:"256" placeholder:"PIXELS" help:"Long side of the result in pixels, or original."`
	CSV     string   `name:"csv" group:"report" placeholder:"FILE" help:"Write every iteration as CSV: the total, each term, the gradient."`

	studyFlags
	lossFlags
	runFlags
	machineFlags
	reportFlags
}

// Help is the long help of the command.
func (*explainCommand) Help() string {
	return `One run, step by step, with its own numbers: the network and its maps, both losses, Gram matrices,
gradients, the way of the optimiser, the time of each part. A page (-o lesson.html) has the sentences and formulas,
too. Of a chosen that asks for more than 100 iterations 100 are made, unless --iterations says otherwise. Ctrl-C
ends the run early and explains what was reached.`
}

// explainedIterations are those of a recipe that asks for more: most of what there is to see happens
// within them, and they take less than a minute.
const explainedIterations = 100

// Run paints and explains.
func (e *explainCommand) Run(ctx context.Context, c console) error {
	chosen, err := e.commissioned()
	if err != nil {
		return err
	}
	if err := e.check(stem(e.Content)+"-"+stem(e.Style)+"-explained", ".png", ".html"); err != nil {
		return err
	}
	commission := study.Commission{Recipe: chosen, Seed: e.Seed, Size: e.Size.pixels}
	if err := e.load(&commission); err != nil {
		return err
	}
	model, err := e.open(ctx, c)
	if err != nil {
		return err
	}
	defer model.Close()
	if _, err := transfer.Deepest(model.Network(), &chosen); err != nil {
		return usageError{err}
	}
	commission.Budget = model.Memory()
	p, err := e.paint(ctx, c, model, commission)
	if p == nil {
		if errors.Is(err, context.Canceled) {
			return interrupted{"nothing was painted yet"}
		}
		if budget := new(feature.BudgetError); errors.As(err, &budget) {
			return fmt.Errorf("%w: give a smaller --size, or more --memory", err)
		}
		return err
	}
	if failed := e.explain(ctx, c, model, p); failed != nil {
		return errors.Join(err, failed)
	}
	if err != nil && ctx.Err() != nil {
		return interrupted{fmt.Sprintf("what was reached is explained in %s", strings.Join(e.Output, ", "))}
	}
	return err
}

// commissioned returns the recipe of the run.
func (e *explainCommand) commissioned() (recipe.Recipe, error) {
	changes := e.runFlags.values()
	chosen, err := e.recipeAt(e.Effort, changes)
	if _, given := changes["iterations"]; err == nil && !given {
		chosen.Scales.Iterations = min(chosen.Scales.Iterations, explainedIterations)
	}
	if err == nil && chosen.Scales.Iterations < 1 {
		return chosen, usagef("--iterations: %d; a run has 1 or more", chosen.Scales.Iterations)
	}
	return chosen, err
}

// load reads the pictures.
func (e *explainCommand) load(to *study.Commission) error {
	names, into := []string{e.Content, e.Style}, []**canvas.Picture{&to.Photo, &to.Painting}
	if start, ok := e.start(); ok {
		names, into = append(names, start), append(into, &to.Start)
	}
	pictures, err := loadPictures(names)
	for i, p := range pictures {
		*into[i] = p
	}
	return err
}

// paint runs the method and tells how it goes.
func (e *explainCommand) paint(ctx context.Context, c console, model *impasto.Model, commission study.Commission) (*study.Pipeline, error) {
	var progress reporter
	commission.Begin = func(scales []transfer.Scale) { progress = newReporter(e.Progress, c, scales) }
	commission.Progress = func(p *transfer.Progress) { progress.tell(p) }
	p, err := study.RunPipeline(ctx, model.Device(), model.Network(), commission)
	if progress != nil {
		progress.close()
	}
	return p, err
}

// explain takes the run apart and writes what was seen. It ends what it began even where the run was ended.
func (e *explainCommand) explain(ctx context.Context, c console, model *impasto.Model, p *study.Pipeline) error {
	if e.Progress != "none" && e.Progress != "json" {
		c.notef("taking the run apart: gradients of all terms, feature maps, Gram matrices")
	}
	if err := p.Dissect(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	names, changes := e.Content+" "+e.Style, e.lossFlags.values()
	maps.Copy(changes, e.runFlags.values())
	if start, ok := e.start(); ok {
		delete(changes, "init")
		names += " --init " + start
	}
	changes["iterations"] = strconv.Itoa(p.Recipe.Scales.Iterations)
	made := fmt.Sprintf("impasto explain %s --recipe %s --size %s --seed %d%s (%s, network %s, %s)", names, e.Recipe,
		e.Size, e.Seed, settings(changes), thisBuild().String(), model.Network().Name, model.Device().Name())
	if err := e.write(func(lang figure.Language) *figure.Report { return withMade(p.Report(lang), made) }, nil); err != nil {
		return err
	}
	if err := writeCSV(e.CSV, stepRows(p)); err != nil {
		return err
	}
	return e.print(c, p)
}

// settings writes changes of a recipe as flags.
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
	Before float64 `json:"distance_at_start"` // over the length of the painting's matrix
	After  float64 `json:"distance_at_end"`
}

// partNames are those of study.Part in JSON.
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

// stepRows are all moments of a run.
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
