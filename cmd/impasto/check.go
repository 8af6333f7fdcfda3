package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/critic"
	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/transfer"
)

type checkCommand struct {
	File string `arg:"" help:"What your program computed: the terms of the loss as JSON, in the form of inspect loss --json, or the gradient as .npy of the shape [3,H,W]."`

	Content string `required:"" placeholder:"PICTURE" help:"Photograph that it read."`
	Style   string `required:"" placeholder:"PICTURE" help:"Painting that it read."`
	At      string `required:"" placeholder:"PICTURE" help:"Picture at which it took the loss, of the photograph's size. One of noise tells most."`

	lossFlags
	machineFlags

	JSON bool   `group:"report" help:"Print one JSON object."`
	Lang string `group:"report" default:"en" enum:"en,ko" placeholder:"en|ko" help:"Language of the verdict."`
}

// Help is the long help of the command.
func (*checkCommand) Help() string {
	return `It searches the conventions in which programs differ, singly and in pairs: preprocessing, pooling, padding,
layers and their ReLU, how Gram matrices and sums are divided, weights. Small pictures, of 100 pixels or so, are enough.

The exit status is 0 where the program is right, and 1 where it is not.`
}

// checkResult is what --json prints.
type checkResult struct {
	Recipe   string     `json:"recipe"`
	Network  string     `json:"network"`
	Right    bool       `json:"right"`
	Sentence string     `json:"sentence"`
	Mistakes []string   `json:"mistakes"`
	Others   [][]string `json:"others,omitempty"` // explanations as good as that
	Error    float64    `json:"error"`            // that is left
}

// errDifferent ends a check that found a program wrong.
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
	if strings.EqualFold(filepath.Ext(k.File), ".npy") {
		claim.Gradient, err = readGradient(k.File, at.Height, at.Width)
		return claim, err
	}
	claim.Terms, err = readTerms(k.File)
	return claim, err
}

func (k *checkCommand) judge(ctx context.Context, c console, model *impasto.Model, trial critic.Trial, claim critic.Claim) error {
	if _, err := transfer.Deepest(model.Network(), &trial.Recipe); err != nil {
		return usageError{err}
	}
	v, err := critic.Check(ctx, model.Device(), model.Network(), trial, claim)
	if err != nil {
		return err
	}
	if k.JSON {
		err = printJSON(c, checkResult{trial.Recipe.Name, model.Network().Name, v.Right, v.Sentence, append([]string{}, v.Mistakes...), v.Others, v.Error})
	} else {
		_, err = fmt.Fprintln(c.out, v.Sentence)
	}
	if err == nil && !v.Right {
		err = errDifferent
	}
	return err
}
