package main

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/impasto/impasto/order"
)

// orderSamples gives every flag that affects a picture a value that no recipe has, with the flags it needs to have an effect.
var orderSamples = map[string]string{
	"content-weight": "--content-weight 7", "style-weight": "--style-weight 8", "tv-weight": "--tv-weight 9",
	"content-layers": "--content-layers relu3_2", "style-layers": "--style-layers relu2_2", "pooling": "--pooling max",
	"set": "--set averaging=0.5", "recipe": "--recipe crowsonkb",
	"preserve-colors": "--preserve-colors luminance", "strength": "--strength 3", "style-scale": "--style-scale 0.5",
	"effort": "--effort draft", "iterations": "--iterations 11", "scales": "--scales 2", "optimizer": "--optimizer adam",
	"learning-rate": "--learning-rate 0.125", "adam-betas": "--optimizer adam --adam-betas 0.5,0.75", "history": "--history 13",
	"line-search": "--line-search none", "init": "--init grey", "seed": "--init noise --seed 7", "clamp": "--clamp",
	"size": "--size 40", "enlarge": "--size 4000 --enlarge", "depth": "--depth 16", "variations": "--variations 2",
	"style-weights": "--style-weights 3", "content-mask": "--content-mask m.png", "style-mask": "--style-mask m.png",
	"strength-map": "--strength-map m.png", "network": "--network other", "content": "--content c.png", "style": "--style s.png",
	"pytorch": "--pytorch=false",
}

// notOfTheOrder lists the flags that affect the output, the machine or the reports, but not the picture.
var notOfTheOrder = []string{"help", "output", "show", "offline", "memory", "threads", "dry-run", "trace", "progress", "json",
	"weights", "as-given", "csv", "figures", "lang", "at", "gradient"}

// ordered parses a command line and returns the JSON of its order.
func ordered(t *testing.T, line string) (string, error) {
	t.Helper()
	var all cli
	parser, err := kong.New(&all, kong.Name("impasto"), groups, defaults, kong.NamedMapper("seed", kong.MapperFunc(wholeSeed)),
		kong.Writers(io.Discard, io.Discard), kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	selected, err := parser.Parse(joinNegatives(strings.Fields(line)))
	if err != nil {
		return "", err
	}
	var o order.Order
	switch command := selected.Selected().Target.Addr().Interface().(type) {
	case interface{ order() (order.Order, error) }:
		o, err = command.order()
	default:
		t.Fatalf("%s has no order", line)
	}
	if err != nil {
		return "", err
	}
	text, err := o.JSON()
	return string(text), err
}

// TestEveryFlagHasItsEffect checks that each flag of a command with an order changes the order or is refused.
func TestEveryFlagHasItsEffect(t *testing.T) {
	for command, arguments := range map[string]string{
		"style": "a.png b.png", "export": "a.png b.png", "explain": "a.png b.png", "inspect loss": "--content a.png --style b.png --at r.png",
	} {
		base, err := ordered(t, command+" "+arguments)
		if err != nil {
			t.Fatal(err)
		}
		for _, flag := range flagsOf(t, command) {
			if slices.Contains(notOfTheOrder, flag) {
				continue
			}
			sample, ok := orderSamples[flag]
			if !ok {
				t.Errorf("%s --%s: no sample; add one to orderSamples, or the flag to notOfTheOrder", command, flag)
				continue
			}
			if command == "inspect loss" && slices.Contains([]string{"size", "iterations"}, flag) {
				continue // a flag of a study, covered by TestUnusedFlagsAreRefused
			}
			line := command + " " + arguments
			if flag == "content" || flag == "style" {
				line = command + " --content x.png --style y.png"
			}
			if flag == "style-weights" && command != "explain" {
				line += map[bool]string{true: " --style c.png", false: " c.png"}[command == "inspect loss"]
				sample = "--style-weights 3,1"
			}
			before := base
			if line != command+" "+arguments {
				if before, err = ordered(t, line); err != nil {
					t.Fatal(err)
				}
			}
			if after, err := ordered(t, line+" "+sample); err == nil && after == before {
				t.Errorf("%s %s has no effect", command, sample)
			}
		}
	}
}

// flagsOf returns the flags of a command by name.
func flagsOf(t *testing.T, command string) []string {
	t.Helper()
	parser, err := newParser(console{io.Discard, io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	node := parser.Model.Node
	for word := range strings.FieldsSeq(command) {
		i := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == word })
		node = node.Children[i]
	}
	var names []string
	for _, f := range node.Flags {
		names = append(names, f.Name)
	}
	return names
}

// TestUnusedFlagsAreRefused checks the flags of a study without a study, and those of a run without a run.
func TestUnusedFlagsAreRefused(t *testing.T) {
	studio(t)
	for args, says := range map[string]string{
		"inspect loss --content photo.png --style painting.png --at photo.png --size 24":                   "--size",
		"inspect loss --content photo.png --style painting.png --at photo.png --iterations 5":              "--iterations",
		"inspect loss --content photo.png --style painting.png --at photo.png --lang ko":                   "--lang",
		"inspect loss --content photo.png --style painting.png --at photo.png --iterations 5 -o loss.html": "--iterations",
		"export a.png b.png --memory 1GiB":        "--memory",
		"export a.png b.png --set jitter=0.1":     "jitter",
		"export a.png b.png --pytorch=false":      "--pytorch",
		"export a.png b.png --content-mask a.png": "do not support masks",
	} {
		if got := invoke(t, strings.Fields(args)...); got.status != statusUsage || !strings.Contains(got.errors, says) || strings.Count(got.errors, "\n") != 1 {
			t.Errorf("%s: %d %q", args, got.status, got.errors)
		}
	}
}

// TestExportHasTheEffort checks that export applies the effort.
func TestExportHasTheEffort(t *testing.T) {
	normal := invoke(t, "export", "--recipe", "gatys")
	draft := invoke(t, "export", "--recipe", "gatys", "--effort", "draft")
	if !strings.Contains(normal.out, "300)]") || !strings.Contains(draft.out, "30)]") {
		t.Errorf("normal effort has 300 iterations: %v, draft 30: %v", strings.Contains(normal.out, "300)]"), strings.Contains(draft.out, "30)]"))
	}
}
