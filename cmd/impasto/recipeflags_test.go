package main

import (
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// TestFlagsReachTheRecipe sets every flag that changes a recipe to a value that no recipe has.
func TestFlagsReachTheRecipe(t *testing.T) {
	var flags struct {
		lossFlags
		runFlags
	}
	args := map[string]string{
		"content-weight": "7", "style-weight": "8", "tv-weight": "9", "content-layers": "relu3_2=0.5", "style-layers": "relu2_2=0.25",
		"pooling": "max", "preserve-colors": "luminance", "strength": "3", "style-scale": "0.5",
		"optimizer": "adam", "iterations": "11", "scales": "2", "learning-rate": "0.125", "adam-betas": "0.5,0.75",
		"history": "13", "line-search": "none", "init": "grey",
	}
	line := []string{"--clamp", "--set", "averaging=0.5", "--set", "noise=0.75"}
	for name, value := range args {
		line = append(line, "--"+name+"="+value)
	}
	parser, err := kong.New(&flags, defaults)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(line); err != nil {
		t.Fatal(err)
	}
	o, err := (&request{content: "a", styles: []string{"b"}, loss: &flags.lossFlags, run: &flags.runFlags}).order()
	if err != nil {
		t.Fatal(err)
	}
	chosen, err := o.FinishedRecipe()
	if err != nil {
		t.Fatal(err)
	}
	args["clamp"], args["averaging"], args["noise"] = "true", "0.5", "0.75"
	for name, want := range args {
		if got, err := chosen.Get(name); err != nil || got != want {
			t.Errorf("%s is %q, want %q (%v)", name, got, want, err)
		}
	}
}

func TestInitNamesAPicture(t *testing.T) {
	for init, isPicture := range map[string]bool{"content": false, "noise": false, "style": false, "grey": false, "me.png": true, "@cat": true} {
		f := runFlags{Init: &init}
		name, ok := f.start()
		if ok != isPicture || ok && (name != init || f.values()["init"] != "picture") {
			t.Errorf("--init %s is the picture %q: %v", init, name, ok)
		}
	}
}

func TestEffortYieldsToFlags(t *testing.T) {
	for _, c := range []struct{ effort, want, iterations string }{{"normal", "300", ""}, {"draft", "30", ""}, {"draft", "70", "70"}} {
		run := runFlags{Effort: c.effort}
		if c.iterations != "" {
			run.Iterations = &c.iterations
		}
		o, err := (&request{content: "a", styles: []string{"b"}, loss: &lossFlags{Recipe: "gatys"}, run: &run}).order()
		if err != nil {
			t.Fatal(err)
		}
		chosen, err := o.FinishedRecipe()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := chosen.Get("iterations"); err != nil || got != c.want {
			t.Errorf("%s with %q: %s iterations, want %s (%v)", c.effort, c.iterations, got, c.want, err)
		}
	}
	_, err := (&request{content: "a", styles: []string{"b"}, run: &runFlags{Effort: "some"}}).order()
	if status(err) != statusUsage || !strings.Contains(err.Error(), "--effort") {
		t.Errorf("an unknown effort: %v", err)
	}
}
