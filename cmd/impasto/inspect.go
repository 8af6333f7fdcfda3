package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/order"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
)

type inspectCommand struct {
	Features inspectFeaturesCommand `cmd:"" help:"Show the strongest channels of a layer and the patches of a picture that activate them most."`
	Gram     inspectGramCommand     `cmd:"" help:"Show the Gram matrix of a picture, which measures the features that occur together, or compare those of two pictures."`
	Loss     inspectLossCommand     `cmd:"" help:"Print every weighted term of the loss at a picture, and the gradient."`
}

type inspectLossCommand struct {
	Content  string   `placeholder:"PICTURE" help:"Photograph. Required if --at has no record of its run, or the photograph has been moved."`
	Style    []string `sep:"none" placeholder:"PICTURE" help:"Painting, likewise. May be repeated to blend several."`
	At       string   `placeholder:"PICTURE" help:"Picture at which the loss is evaluated: a result, or any picture of the photograph's size. Required, except for a study (-o)."`
	AsGiven  bool     `help:"Ignore the record in --at and use every picture at its own size, as check and exported programs do."`
	Gradient string   `placeholder:"FILE" help:"Write the gradient of the total with respect to RGB in 0..1 to a NumPy file: float32 [3,H,W]."`

	lossPageFlags
	lossFlags `set:"recipe="`
	controlFlags
	machineFlags

	JSON bool `group:"report" help:"Print one JSON object."`
}

// Help is the long help of the command.
func (*inspectLossCommand) Help() string {
	return defaultRecipe + ` A picture painted by Impasto contains a record of its run, which takes precedence:
inspect loss --at result.png evaluates the loss of that run at the end of its last scale, with its recipe, sizes and
paintings. For any other picture, and with --as-given, every picture is used at its own size; nothing is resized.`
}

// lossResult is what --json prints. The terms add up to the total.
type lossResult struct {
	Recipe   string             `json:"recipe"`
	Network  string             `json:"network"`
	Total    float64            `json:"total"`
	Content  map[string]float64 `json:"content"`
	Style    map[string]float64 `json:"style"`
	TV       float64            `json:"tv"`
	Reduced  float64            `json:"reduced,omitempty"` // of the reduced picture, beyond 512 pixels
	Gradient float64            `json:"gradient_l2"`
}

// Run evaluates the loss.
func (l *inspectLossCommand) Run(ctx context.Context, c console) error {
	if l.wanted() {
		return l.runPage(ctx, c)
	}
	if l.At == "" {
		return usagef("--at: name the picture at which to evaluate the loss, or give -o loss.html for a study of several pictures")
	}
	if err := l.lossPageFlags.unused(); err != nil {
		return err
	}
	v, err := l.view(ctx, c)
	if err != nil {
		return err
	}
	defer v.close()
	plan, err := v.plan(ctx)
	if err != nil {
		return err
	}
	for _, note := range plan.Notes() {
		c.notef("note: %s", note)
	}
	e, err := plan.Evaluate(ctx, v.at)
	if err != nil {
		return v.explained(err)
	}
	if note := l.beyond(v, e.Total); note != "" {
		c.notef("note: %s", note)
	}
	if l.Gradient != "" {
		if err := writeNPY(l.Gradient, e.Gradient, 3, v.at.Height, v.at.Width); err != nil {
			return err
		}
	}
	result := newLossResult(&v.recipe, v.model.Network().Name, e)
	if l.JSON {
		return printJSON(c, result)
	}
	return result.print(c, e.Terms)
}

// lossView is the loss to evaluate: that of the run recorded in a picture, or one with every picture as given.
type lossView struct {
	*sitting
	name     string          // of at
	at       *canvas.Picture // nil if none is given
	record   *order.Record   // of at; nil if every picture is used as given
	recorded order.Order     // the order in the record
}

// view prepares the loss that the flags describe.
func (l *inspectLossCommand) view(ctx context.Context, c console) (*lossView, error) {
	v := &lossView{name: l.At}
	var err error
	if v.record, err = l.record(c); err != nil {
		return nil, err
	}
	if l.At != "" {
		if v.at, err = loadPicture(l.At); err != nil {
			return nil, err
		}
	}
	if err := l.resolve(ctx, v); err != nil {
		return nil, err
	}
	if v.record == nil {
		l.reduce(v)
	}
	machine := l.machineFlags
	if machine.Network == "" && v.record != nil {
		machine.Network = networkOf(&v.recorded)
	}
	if err := v.open(ctx, c, &machine); err != nil {
		return nil, err
	}
	v.at = v.seen(v.at)
	for _, note := range v.differences() {
		c.notef("note: %s", note)
	}
	return v, nil
}

// resolve finds the pictures of the loss.
func (l *inspectLossCommand) resolve(ctx context.Context, v *lossView) (err error) {
	if v.record != nil {
		v.sitting, v.recorded, err = l.resolveRecorded(ctx, v.record)
		return err
	}
	if l.Content == "" || len(l.Style) == 0 {
		return usagef("--content and --style: name the photograph and the painting%s", map[bool]string{
			true: fmt.Sprintf("; %s has no record of its run", l.At)}[l.At != ""])
	}
	o, err := l.order()
	if err != nil {
		return err
	}
	v.sitting, err = resolve(ctx, o, trusting())
	return err
}

// order returns the order of a loss with every picture as given.
func (l *inspectLossCommand) order() (order.Order, error) {
	return (&request{content: l.Content, styles: l.Style, network: l.Network, loss: &l.lossFlags, control: &l.controlFlags}).order()
}

// plan plans the evaluation.
func (v *lossView) plan(ctx context.Context) (*impasto.Plan, error) {
	if v.record != nil {
		return v.sitting.plan(ctx, v.options())
	}
	plan, err := v.model.PlanAsGiven(v.pictures.Photograph, v.style, v.options())
	if err != nil {
		return nil, err
	}
	return plan, nil
}

// seen returns a picture as a recorded run sees its own: in grey if only brightness is painted.
func (v *lossView) seen(p *canvas.Picture) *canvas.Picture {
	if p == nil || v.record == nil || v.recipe.Colours != recipe.LuminanceColours {
		return p
	}
	return canvas.Grey().Apply(p)
}

// explained returns err with advice if the picture does not have the size of the loss.
func (v *lossView) explained(err error) error {
	var size *transfer.SizeError
	switch {
	case !errors.As(err, &size):
		return err
	case v.record == nil:
		return fmt.Errorf("%s is %dx%d, the photograph %dx%d: without a record of a run, both must have one size; resize one of them",
			v.name, size.Width, size.Height, size.WantWidth, size.WantHeight)
	case !v.record.Finished:
		return fmt.Errorf("%s is %dx%d: its run was interrupted before the last scale, %dx%d, at which the loss is evaluated; paint it to the end",
			v.name, size.Width, size.Height, size.WantWidth, size.WantHeight)
	}
	return fmt.Errorf("%s is %dx%d, but its recorded run ends at %dx%d: the picture was resized; use the original",
		v.name, size.Width, size.Height, size.WantWidth, size.WantHeight)
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
		case transfer.TotalVariationTerm:
			r.TV = t.Value
		case transfer.ReducedTerm:
			r.Reduced = t.Value
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
