package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/study"
	"github.com/impasto/impasto/transfer"
)

// lossPageFlags make a page of a loss: every term at several pictures, and where each pulls.
type lossPageFlags struct {
	Output     []string `short:"o" sep:"none" group:"result" placeholder:"FILE" help:"Make a study of the loss at photograph, painting, noise and result, with maps of where each term pulls: .png is one sheet, .html a page with everything inside. May be repeated."`
	Figures    string   `group:"result" placeholder:"FOLDER" help:"Write the numbered figures of the study with captions into a new folder."`
	Lang       string   `group:"result" default:"en" enum:"en,ko" placeholder:"en|ko" help:"Language of the study."`
	CSV        string   `name:"csv" group:"report" placeholder:"FILE" help:"Write the terms of the study as CSV: picture, term, value, length of its gradient."`
	Size       longSide `group:"look" default:"original" placeholder:"PIXELS" help:"For the study: long side that all pictures are reduced to, or original."`
	Iterations int      `group:"optimisation" default:"60" placeholder:"N" help:"For the study without --at: iterations that are painted to have a result."`
}

// wanted says whether there is to be a study.
func (f *lossPageFlags) wanted() bool { return len(f.Output) > 0 || f.Figures != "" || f.CSV != "" }

// runPage makes the study.
func (l *inspectLossCommand) runPage(ctx context.Context, c console) error {
	chosen, err := l.recipe(nil)
	if err != nil {
		return err
	}
	if l.Iterations < 1 {
		return usagef("--iterations: %d; it must be 1 or more", l.Iterations)
	}
	if l.Gradient != "" {
		return usagef("--gradient: it is of one picture, and a study has several; leave -o, --figures and --csv out")
	}
	out := studyFlags{Output: l.Output, Figures: l.Figures, Lang: l.Lang}
	if err := out.check(stem(l.Content)+"-loss", ".png", ".html"); err != nil {
		return err
	}
	guidance, err := l.guidance(len(l.Style))
	if err != nil {
		return err
	}
	pictures, err := l.pagePictures()
	if err != nil {
		return err
	}
	model, err := l.open(ctx, c)
	if err != nil {
		return err
	}
	defer model.Close()
	looked, err := l.study(ctx, c, model, chosen, pictures, guidance)
	if err != nil {
		return err
	}
	made := fmt.Sprintf("impasto inspect loss --content %s --style %s%s --recipe %s --size %s%s (%s, network %s, %s)", l.Content,
		strings.Join(l.Style, " --style "), l.seen(), l.Recipe, l.Size, settings(l.values()), thisBuild().String(), model.Network().Name, model.Device().Name())
	if err := out.write(func(lang figure.Language) *figure.Report {
		return withMade(study.LossReport(looked, lang), made)
	}, nil); err != nil {
		return err
	}
	if err := writeCSV(l.CSV, lossRows(looked)); err != nil {
		return err
	}
	return l.printPage(c, model.Network().Name, out.Output, looked)
}

// seen says with which flag the result came.
func (l *inspectLossCommand) seen() string {
	if l.At != "" {
		return " --at " + l.At
	}
	return fmt.Sprintf(" --iterations %d", l.Iterations)
}

// pagePictures loads the photograph, the paintings and, where there is one, the result, which comes last.
func (l *inspectLossCommand) pagePictures() ([]*canvas.Picture, error) {
	names := append([]string{l.Content}, l.Style...)
	if l.At != "" {
		names = append(names, l.At)
	}
	pictures, err := loadPictures(names)
	if err != nil {
		return nil, err
	}
	photo := pictures[0]
	if at := pictures[len(pictures)-1]; l.At != "" && (at.Width != photo.Width || at.Height != photo.Height) {
		return nil, fmt.Errorf("%s is %dx%d, the photograph %dx%d: they must be of one size", l.At, at.Width, at.Height, photo.Width, photo.Height)
	}
	for i, p := range pictures {
		if l.Size.pixels == 0 {
			break
		}
		w, h := canvas.Fit(p.Width, p.Height, l.Size.pixels, false)
		pictures[i] = canvas.Resize(p, w, h, canvas.Lanczos)
	}
	return pictures, nil
}

// study takes the loss at each picture.
func (l *inspectLossCommand) study(ctx context.Context, c console, model *impasto.Model, chosen recipe.Recipe, pictures []*canvas.Picture, g *guidance) (*study.LossStudy, error) {
	x, err := transfer.Prepare(model.Device(), model.Network(), chosen)
	if err != nil {
		return nil, usageError{err}
	}
	photo, paintings := pictures[0], pictures[1:1+len(l.Style)]
	style, err := model.Learn(ctx, g.paintings(paintings)...)
	if err != nil {
		return nil, err
	}
	job := transfer.Job{Network: x, Recipe: chosen, Content: photo, Style: style,
		Masks: g.masks, StrengthMap: g.strength, Budget: max(model.Memory()-x.Bytes(), 1)}
	noise, err := paintAt(ctx, job, recipe.InitNoise, 0)
	if err != nil {
		return nil, err
	}
	var result *canvas.Picture
	if l.At != "" {
		result = pictures[len(pictures)-1]
	} else {
		c.notef("painting %s to have a result; --at FILE takes one of yours", count(l.Iterations, "iteration"))
		if result, err = paintAt(ctx, job, chosen.Start.Init, l.Iterations); err != nil {
			return nil, err
		}
	}
	c.notef("taking the gradient of each term at the photograph and at the result")
	return study.StudyLoss(ctx, job, []study.Sitting{
		{Role: study.PhotographRole, Picture: photo},
		{Role: study.PaintingRole, Picture: canvas.Resize(paintings[0], photo.Width, photo.Height, canvas.Lanczos)},
		{Role: study.NoiseRole, Picture: noise},
		{Role: study.ResultRole, Picture: result},
	}, study.PhotographRole, study.ResultRole)
}

// noiseDeviation is that of the noise at which a loss is looked at: recipes that begin with next to none
// would show grey.
const noiseDeviation = 0.25

// paintAt paints at the photograph's own size and returns what came of it: the start after no iteration.
func paintAt(ctx context.Context, job transfer.Job, init recipe.Init, iterations int) (*canvas.Picture, error) {
	job.Recipe = job.Recipe.Clone()
	job.Recipe.Scales.Count, job.Recipe.Scales.Iterations = 1, iterations
	job.Recipe.Start.Init = init
	if init == recipe.InitNoise {
		job.Recipe.Start.Noise = max(job.Recipe.Start.Noise, noiseDeviation)
	}
	plan, err := transfer.NewPlan(job)
	if err != nil {
		return nil, err
	}
	result, err := plan.Run(ctx, nil)
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

// lossRows are all terms at all pictures; the length of a gradient is empty where it was not taken.
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
