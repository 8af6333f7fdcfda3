package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
)

type inspectCommand struct {
	Features inspectFeaturesCommand `cmd:"" help:"What the strongest channels of a layer see in a picture, with the patches that excite them most."`
	Gram     inspectGramCommand     `cmd:"" help:"What Gram matrices measure: which features occur together in a picture, or how two pictures differ."`
	Loss     inspectLossCommand     `cmd:"" help:"Every weighted term of the loss at one picture, and the gradient. Nothing is resized."`
}

type inspectLossCommand struct {
	Content  string   `required:"" placeholder:"PICTURE" help:"Photograph."`
	Style    []string `required:"" sep:"none" placeholder:"PICTURE" help:"Painting; may be repeated to blend several."`
	At       string   `placeholder:"PICTURE" help:"Picture at which the loss is taken, of the photograph's size. Needed, but for a study (-o)."`
	Gradient string   `placeholder:"FILE" help:"Write the derivative of the total by RGB in 0..1 to a NumPy file: float32 [3,H,W]."`

	lossPageFlags
	lossFlags
	controlFlags
	machineFlags

	JSON bool `group:"report" help:"Print one JSON object."`
}

// lossResult is what --json prints. The terms add up to the total.
type lossResult struct {
	Recipe   string             `json:"recipe"`
	Network  string             `json:"network"`
	Total    float64            `json:"total"`
	Content  map[string]float64 `json:"content"`
	Style    map[string]float64 `json:"style"`
	TV       float64            `json:"tv"`
	Gradient float64            `json:"gradient_l2"`
}

// Run evaluates the loss.
func (l *inspectLossCommand) Run(ctx context.Context, c console) error {
	if l.wanted() {
		return l.runPage(ctx, c)
	}
	if l.At == "" {
		return usagef("--at: name the picture at which the loss is taken, or give -o loss.html for a study of several")
	}
	chosen, err := l.recipe(nil)
	if err != nil {
		return err
	}
	guidance, err := l.guidance(len(l.Style))
	if err != nil {
		return err
	}
	names := append([]string{l.Content, l.At}, l.Style...)
	pictures, err := loadPictures(names)
	if err != nil {
		return err
	}
	e, network, err := l.evaluate(ctx, c, chosen, pictures, guidance)
	if err != nil {
		return err
	}
	for _, note := range e.Notes {
		c.notef("note: %s", note)
	}
	if l.Gradient != "" {
		if err := writeNPY(l.Gradient, e.Gradient, 3, pictures[1].Height, pictures[1].Width); err != nil {
			return err
		}
	}
	result := newLossResult(&chosen, network, e)
	if l.JSON {
		return printJSON(c, result)
	}
	return result.print(c, e.Terms)
}

func (l *inspectLossCommand) evaluate(ctx context.Context, c console, chosen recipe.Recipe, pictures []*canvas.Picture, g *guidance) (*transfer.Evaluation, string, error) {
	model, err := l.open(ctx, c)
	if err != nil {
		return nil, "", err
	}
	defer model.Close()
	if _, err := transfer.Deepest(model.Network(), &chosen); err != nil {
		return nil, "", usageError{err}
	}
	style, err := model.Learn(ctx, g.paintings(pictures[2:])...)
	if err != nil {
		return nil, "", err
	}
	e, err := model.Evaluate(ctx, pictures[0], style, pictures[1],
		impasto.Options{Recipe: chosen, Masks: g.masks, StrengthMap: g.strength})
	return e, model.Network().Name, err
}

func newLossResult(chosen *recipe.Recipe, network string, e *transfer.Evaluation) lossResult {
	r := lossResult{Recipe: chosen.Name, Network: network, Total: e.Total, Gradient: e.GradientNorm,
		Content: map[string]float64{}, Style: map[string]float64{}}
	for _, t := range e.Terms {
		switch t.Kind {
		case transfer.ContentTerm:
			r.Content[t.Layer] = t.Value
		case transfer.StyleTerm:
			r.Style[t.Layer] = t.Value
		case transfer.VariationTerm:
			r.TV = t.Value
		}
	}
	return r
}

func (r *lossResult) print(c console, terms []transfer.Term) error {
	fmt.Fprintf(c.out, "recipe %s, network %s\n", r.Recipe, r.Network)
	table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, t := range terms {
		fmt.Fprintf(table, "%s\t%s\t%.9g\n", t.Kind, t.Layer, t.Value)
	}
	fmt.Fprintf(table, "total\t\t%.9g\ngradient_l2\t\t%.9g\n", r.Total, r.Gradient)
	return table.Flush()
}
