package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"text/tabwriter"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/critic"
	"github.com/impasto/impasto/figure"
)

type checkCommand struct {
	File string `arg:"" help:"Output of your program: the terms of the loss as JSON, in the form of inspect loss --json, or the gradient as a .npy file of shape [3,H,W] or [1,3,H,W]."`

	Content string `required:"" placeholder:"PICTURE" help:"Photograph that your program read."`
	Style   string `required:"" placeholder:"PICTURE" help:"Painting that your program read."`
	At      string `required:"" placeholder:"PICTURE" help:"Picture at which your program evaluated the loss, of the photograph's size. Noise is the most informative."`

	lossFlags `set:"recipe=gatys"`
	machineFlags

	JSON bool   `group:"report" help:"Print one JSON object."`
	Lang string `group:"report" default:"en" enum:"en,ko" placeholder:"en|ko" help:"Language of the verdict."`
}

// Help is the long help of the command.
func (*checkCommand) Help() string {
	return `The default recipe is gatys, whose loss follows the textbook formulas. (The recipe impasto, the default of the other
commands, expresses its weights in units that other programs do not have.)

The check tries the conventions in which programs differ, one at a time and in pairs: preprocessing, pooling, padding,
layers and their ReLU, normalisation of Gram matrices and sums, and weights; then well-known programs; then arbitrary
weights. If nothing explains the numbers, it prints the ratio of every term and what the ratios suggest. Small pictures,
of about 100 pixels, are enough.

The exit status is 0 if the program agrees with the recipe, and 1 if it does not.`
}

// checkResult is what --json prints.
type checkResult struct {
	Recipe   string     `json:"recipe"`
	Network  string     `json:"network"`
	Right    bool       `json:"right"`
	Sentence string     `json:"sentence"`
	Mistakes []string   `json:"mistakes"`
	Others   [][]string `json:"others,omitempty"` // equally good explanations
	Error    float64    `json:"error"`            // remaining relative error

	Ratios []checkRatio `json:"ratios,omitempty"` // if no mistake explains the numbers
	Hints  []string     `json:"hints,omitempty"`
}

// checkRatio compares a term with ours. A gradient has only the ratio, and a term that is zero here has no ratio.
type checkRatio struct {
	Kind   string   `json:"kind"`
	Layer  string   `json:"layer,omitempty"`
	Theirs *float64 `json:"theirs,omitempty"`
	Ours   *float64 `json:"ours,omitempty"`
	Ratio  *float64 `json:"ratio"`
}

// errDifferent is the error of a check that found differences.
var errDifferent = errors.New("the program differs from the recipe")

// Run checks.
func (k *checkCommand) Run(ctx context.Context, c console) error {
	chosen, err := k.recipe(nil)
	if err != nil {
		return err
	}
	pictures, err := loadPictures([]string{k.Content, k.Style, k.At})
	if err != nil {
		return err
	}
	claim, err := k.claim(pictures[2])
	if err != nil {
		return err
	}
	model, err := k.open(ctx, c)
	if err != nil {
		return err
	}
	defer model.Close()
	return k.judge(ctx, c, model, critic.Trial{
		Recipe: chosen, Photo: pictures[0], Painting: pictures[1], At: pictures[2], Language: figure.Language(k.Lang)}, claim)
}

// claim reads the file.
func (k *checkCommand) claim(at *canvas.Picture) (claim critic.Claim, err error) {
	if isNumPy(k.File) {
		claim.Gradient, err = readGradient(k.File, at.Height, at.Width)
		return claim, err
	}
	claim.Terms, err = readTerms(k.File)
	return claim, err
}

func (k *checkCommand) judge(ctx context.Context, c console, model *impasto.Model, trial critic.Trial, claim critic.Claim) error {
	if err := model.Check(&trial.Recipe); err != nil {
		return usageError{err}
	}
	v, err := critic.Check(ctx, model, trial, claim)
	if err != nil {
		return err
	}
	if k.JSON {
		err = printJSON(c, newCheckResult(&trial, model.Network().Name, claim, v))
	} else {
		err = printVerdict(c, &trial, claim, v)
	}
	if err == nil && !v.Right {
		err = errDifferent
	}
	return err
}

// rowsOf returns the ratios of a verdict as they are printed.
func rowsOf(claim critic.Claim, v *critic.Verdict) []checkRatio {
	var rows []checkRatio
	for _, r := range v.Ratios {
		row := checkRatio{Kind: string(r.Kind), Layer: r.Layer}
		if row.Kind == "" {
			row.Kind = "total"
		}
		if claim.Gradient == nil {
			row.Theirs, row.Ours = &r.Theirs, &r.Ours
		}
		if !math.IsNaN(r.Ratio) {
			row.Ratio = &r.Ratio
		}
		rows = append(rows, row)
	}
	return rows
}

func newCheckResult(trial *critic.Trial, network string, claim critic.Claim, v *critic.Verdict) checkResult {
	return checkResult{trial.Recipe.Name, network, v.Right, v.Sentence, append([]string{}, v.Mistakes...), v.Others, v.Error,
		rowsOf(claim, v), v.Hints}
}

// checkTexts holds the table heads of the ratios of terms and of a gradient.
var checkTexts = figure.Texts{
	"terms":    {"term\tlayer\tyours\t%s\tratio\n", "항\t층\t프로그램\t%s\t비율\n"},
	"gradient": {"term\tlayer\tfactor in your gradient\n", "항\t층\t기울기에서의 배율\n"},
}

// printVerdict prints the sentence and, if nothing explains the numbers, the ratios and what they suggest.
func printVerdict(c console, trial *critic.Trial, claim critic.Claim, v *critic.Verdict) error {
	fmt.Fprintln(c.out, v.Sentence)
	table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	if rows := rowsOf(claim, v); len(rows) > 0 {
		head := checkTexts.In(trial.Language, "terms", trial.Recipe.Name)
		if claim.Gradient != nil {
			head = checkTexts.In(trial.Language, "gradient")
		}
		fmt.Fprint(table, "\n", head)
		for _, r := range rows {
			fmt.Fprintf(table, "%s\t%s", r.Kind, r.Layer)
			if r.Theirs != nil {
				fmt.Fprintf(table, "\t%.6g\t%.6g", *r.Theirs, *r.Ours)
			}
			ratio := "-"
			if r.Ratio != nil {
				ratio = fmt.Sprintf("%.6g", *r.Ratio)
			}
			fmt.Fprintf(table, "\t%s\n", ratio)
		}
		fmt.Fprintln(table)
	}
	err := table.Flush()
	for _, h := range v.Hints {
		_, err = fmt.Fprintln(c.out, h)
	}
	return err
}
