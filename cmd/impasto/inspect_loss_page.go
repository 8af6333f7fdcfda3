package main

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/study"
	"github.com/impasto/impasto/transfer"
)

// lossPageFlags are the flags of a study of a loss: every term at several pictures, with the gradients of the terms.
type lossPageFlags struct {
	Output     []string `short:"o" sep:"none" group:"result" placeholder:"FILE" help:"Study of the loss at photograph, painting, noise and result, with maps of the gradient of each term: a sheet (.png) or a self-contained page (.html). May be repeated."`
	Figures    string   `group:"result" placeholder:"FOLDER" help:"Write the numbered figures of the study, with captions, to a new folder."`
	Lang       string   `group:"result" default:"en" enum:"en,ko" placeholder:"en|ko" help:"Language of the study."`
	CSV        string   `name:"csv" group:"report" placeholder:"FILE" help:"Write the terms of the study to a CSV file: picture, term, value, norm of the gradient."`
	Size       longSide `group:"look" default:"original" placeholder:"PIXELS" help:"For the study: long side in pixels to which all pictures are reduced, or original."`
	Iterations *int     `group:"optimisation" placeholder:"N" help:"For the study without --at: iterations to paint a result. Default: 60."`
}

// pageIterations is the default number of iterations of a study that paints a result itself.
const pageIterations = 60

// wanted reports whether a study is requested.
func (f *lossPageFlags) wanted() bool { return len(f.Output) > 0 || f.Figures != "" || f.CSV != "" }

// unused returns an error if a flag of the study is given without a study.
func (f *lossPageFlags) unused() error {
	for flag, given := range map[string]bool{"--size": f.Size.pixels > 0, "--iterations": f.Iterations != nil, "--lang": f.Lang != "en"} {
		if given {
			return usagef("%s is for a study of the loss: also give -o loss.html, or leave it out", flag)
		}
	}
	return nil
}

// iterations returns the number of iterations to paint a result.
func (f *lossPageFlags) iterations() int {
	if f.Iterations == nil {
		return pageIterations
	}
	return *f.Iterations
}

// checkPage returns an error if flags do not go with a study.
func (l *inspectLossCommand) checkPage() error {
	switch {
	case l.iterations() < 1:
		return usagef("--iterations: %d; it must be 1 or more", l.iterations())
	case l.Iterations != nil && l.At != "":
		return usagef("--iterations: the result is given by --at; leave one of them out")
	case l.Gradient != "":
		return usagef("--gradient: a gradient is taken at one picture, and a study has several; leave out -o, --figures and --csv")
	}
	return nil
}

// runPage writes the study.
func (l *inspectLossCommand) runPage(ctx context.Context, c console) error {
	if err := l.checkPage(); err != nil {
		return err
	}
	out := studyFlags{Output: l.Output, Figures: l.Figures, Lang: l.Lang}
	name := l.Content
	if name == "" {
		name = l.At
	}
	if err := out.check(stem(name)+"-loss", ".png", ".html"); err != nil {
		return err
	}
	v, err := l.view(ctx, c)
	if err != nil {
		return err
	}
	defer v.close()
	looked, err := l.study(ctx, c, v)
	if err != nil {
		return v.explained(err)
	}
	made := fmt.Sprintf("impasto inspect loss%s (%s, network %s, %s)", l.command(v), thisBuild().String(), v.model.Network().Name, v.model.Machine().Name)
	if err := out.write(func(lang figure.Language) *figure.Report {
		return withMade(study.LossReport(looked, lang), made)
	}, nil); err != nil {
		return err
	}
	if err := writeCSV(l.CSV, lossRows(looked)); err != nil {
		return err
	}
	return l.printPage(c, v.model.Network().Name, out.Output, looked)
}

// command returns the arguments that reproduce the study.
func (l *inspectLossCommand) command(v *lossView) string {
	words := " --content " + v.order.Photograph.Name
	for _, p := range v.order.Paintings {
		words += " --style " + p.Picture.Name
	}
	if l.At != "" {
		words += " --at " + l.At
	} else {
		words += fmt.Sprintf(" --iterations %d", l.iterations())
	}
	changes := maps.Clone(v.order.Settings)
	delete(changes, "init") // no loss depends on it
	return fmt.Sprintf("%s --recipe %s --size %s%s", words, v.order.Recipe.Name, l.Size, settings(changes))
}

// reduce reduces the pictures of a study to its size.
func (l *inspectLossCommand) reduce(v *lossView) {
	smaller := func(p *canvas.Picture) *canvas.Picture {
		if p == nil || l.Size.pixels == 0 {
			return p
		}
		w, h := canvas.Fit(p.Width, p.Height, l.Size.pixels, false)
		return canvas.Resize(p, w, h, canvas.Lanczos)
	}
	v.at, v.pictures.Photograph = smaller(v.at), smaller(v.pictures.Photograph)
	for i, p := range v.pictures.Paintings {
		v.pictures.Paintings[i] = smaller(p)
	}
}

// study evaluates the loss at each picture.
func (l *inspectLossCommand) study(ctx context.Context, c console, v *lossView) (*study.LossStudy, error) {
	plan, err := v.plan(ctx)
	if err != nil {
		return nil, err
	}
	w, h := plan.Size()
	sized := func(p *canvas.Picture) *canvas.Picture { return v.seen(canvas.Resize(p, w, h, canvas.Lanczos)) }
	loss := &study.Loss{Model: v.model, Photo: v.pictures.Photograph, Style: v.style, AsGiven: v.record == nil, Options: v.options()}
	noise, err := paintAt(ctx, loss, recipe.InitNoise, 0)
	if err != nil {
		return nil, err
	}
	result := v.at
	switch {
	case result == nil:
		c.notef("painting a result with %s; give --at FILE to use your own", count(l.iterations(), "iteration"))
		if result, err = paintAt(ctx, loss, v.recipe.Start.Init, l.iterations()); err != nil {
			return nil, err
		}
	case v.record != nil && l.Size.pixels > 0:
		result = sized(result)
	case result.Width != w || result.Height != h:
		return nil, &transfer.SizeError{Width: result.Width, Height: result.Height, WantWidth: w, WantHeight: h}
	}
	c.notef("computing the gradient of each term at the photograph and at the result")
	return study.StudyLoss(ctx, loss, []study.Sitting{
		{Role: study.PhotographRole, Picture: sized(v.pictures.Photograph)},
		{Role: study.PaintingRole, Picture: sized(v.pictures.Paintings[0])},
		{Role: study.NoiseRole, Picture: noise},
		{Role: study.ResultRole, Picture: result},
	}, study.PhotographRole, study.ResultRole)
}

// noiseDeviation is the least standard deviation of the noise at which a loss is studied: recipes that start from
// almost no noise would show grey.
const noiseDeviation = 0.25

// paintAt paints at the size of the loss only and returns the result; with 0 iterations that is the start.
func paintAt(ctx context.Context, loss *study.Loss, init recipe.Init, iterations int) (*canvas.Picture, error) {
	o := loss.Options
	o.Exact = loss.AsGiven
	o.Recipe = o.Recipe.Clone()
	o.Recipe.Scales.Count, o.Recipe.Scales.Iterations = 1, iterations
	o.Recipe.Start.Init = init
	if init == recipe.InitNoise {
		o.Recipe.Start.Noise = max(o.Recipe.Start.Noise, noiseDeviation)
	}
	result, err := loss.Model.Stylize(ctx, loss.Photo, loss.Style, o)
	if err != nil {
		return nil, err
	}
	return result.Picture, nil
}

// lossPageResult is what --json prints of a study.
type lossPageResult struct {
	Outputs  []string          `json:"outputs"`
	Recipe   string            `json:"recipe"`
	Network  string            `json:"network"`
	Pictures []lossPagePicture `json:"pictures"`
}

type lossPagePicture struct {
	Role      string             `json:"picture"`
	Total     float64            `json:"total"`
	Terms     map[string]float64 `json:"terms"`
	Gradient  float64            `json:"gradient_l2"`
	Gradients map[string]float64 `json:"term_gradient_l2,omitempty"`
}

func (l *inspectLossCommand) printPage(c console, network string, outputs []string, looked *study.LossStudy) error {
	result := lossPageResult{Outputs: outputs, Recipe: looked.Recipe.Name, Network: network}
	for i := range looked.Sittings {
		at := &looked.Sittings[i]
		p := lossPagePicture{string(at.Role), at.Evaluation.Total, termValues(at.Evaluation.Terms), at.Evaluation.GradientNorm, nil}
		for _, pull := range at.Pulls {
			if p.Gradients == nil {
				p.Gradients = map[string]float64{}
			}
			p.Gradients[termName(pull.Term)] = pull.Norm
		}
		result.Pictures = append(result.Pictures, p)
	}
	if l.JSON {
		return printJSON(c, result)
	}
	for _, p := range result.Pictures {
		fmt.Fprintf(c.out, "%s: loss %.6g, gradient %.6g\n", p.Role, p.Total, p.Gradient)
	}
	_, err := fmt.Fprintf(c.out, "written: %s\n", strings.Join(outputs, ", "))
	return err
}

// lossRows returns the CSV rows of all terms at all pictures; the norm of a gradient that was not computed is empty.
func lossRows(looked *study.LossStudy) [][]string {
	rows := [][]string{{"picture", "term", "value", "gradient_l2"}}
	for i := range looked.Sittings {
		at := &looked.Sittings[i]
		for k, t := range at.Evaluation.Terms {
			length := ""
			if at.Pulls != nil {
				length = exact(at.Pulls[k].Norm)
			}
			rows = append(rows, []string{string(at.Role), termName(t), exact(t.Value), length})
		}
		rows = append(rows, []string{string(at.Role), "total", exact(at.Evaluation.Total), exact(at.Evaluation.GradientNorm)})
	}
	return rows
}
