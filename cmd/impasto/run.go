package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/impasto/impasto/recipe"
)

// Exit statuses.
const (
	statusDone        = 0
	statusFailed      = 1
	statusUsage       = 2
	statusInterrupted = 130 // 128 + SIGINT, as shells count
)

// cli is the command line. Each command lives in a file of its own.
type cli struct {
	Style       styleCommand       `cmd:"" default:"withargs" group:"paint" help:"Repaint a photograph in the manner of paintings. Also plain: impasto CONTENT STYLE."`
	Demo        demoCommand        `cmd:"" group:"paint" help:"Repaint a photograph with pictures that are built in."`
	Reconstruct reconstructCommand `cmd:"" group:"study" help:"What each layer keeps: pictures made from features alone, from white noise on."`
	Inspect     inspectCommand     `cmd:"" group:"study" help:"Look inside the method."`
	Explain     explainCommand     `cmd:"" group:"study" help:"One run as a lesson: every step with its formula and its own numbers."`
	Sweep       sweepCommand       `cmd:"" group:"study" help:"What each option does: one picture painted with many values, on a contact sheet."`
	Export      exportCommand      `cmd:"" group:"study" help:"Write this run as a short program for PyTorch."`
	Check       checkCommand       `cmd:"" group:"study" help:"Say what is different in a loss that a program of your own computed."`
	Recipes     recipesCommand     `cmd:"" group:"study" help:"List the known recipes, or show one with all its settings."`
	Network     networkCommand     `cmd:"" group:"here" help:"Fetch, check and import pretrained networks."`
	Bench       benchCommand       `cmd:"" group:"here" help:"Measure how fast this machine is."`
	Doctor      doctorCommand      `cmd:"" group:"here" help:"Show what is here: processor, threads, memory, networks, versions."`
	Version     versionCommand     `cmd:"" group:"here" help:"Show what this program is."`
}

const description = `Impasto repaints a photograph in the manner of a painting, by neural style transfer
(Gatys, Ecker and Bethge 2015). It works offline, with a network that is built in.

A first picture:  impasto demo

Your own:  impasto photo.jpg painting.jpg

@NAME stands for a built-in picture wherever a picture is asked for.`

// defaults are those of flags that several commands have.
var defaults = kong.Vars{"recipe": recipe.Default}

// defaultRecipe is the first line of the help of every command that paints or looks by a recipe.
const defaultRecipe = "Without --recipe the recipe is " + recipe.Default + "."

// wholeSeed reads a seed, which kong would refuse in the words of Go.
func wholeSeed(ctx *kong.DecodeContext, target reflect.Value) error {
	var text string
	if err := ctx.Scan.PopValueInto("seed", &text); err != nil {
		return err
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return fmt.Errorf("%q is not a seed; write a whole number from 0 to %d", text, uint64(math.MaxUint64))
	}
	target.SetUint(n)
	return nil
}

var groups = kong.ExplicitGroups([]kong.Group{
	{Key: "paint", Title: "Paint:"},
	{Key: "study", Title: "Study:"},
	{Key: "here", Title: "This machine:"},
	{Key: "result", Title: "The result:"},
	{Key: "look", Title: "How it looks:"},
	{Key: "optimisation", Title: "How it is optimised:"},
	{Key: "machine", Title: "Network and machine:"},
	{Key: "report", Title: "What is reported:"},
})

// console is where a command writes: results to out, progress and notes to err.
type console struct {
	out, err io.Writer
}

// notef writes a line to standard error.
func (c console) notef(format string, args ...any) {
	fmt.Fprintf(c.err, format+"\n", args...)
}

// usageError is a mistake in the command line, found before any work began.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// interrupted says what was kept when the work was interrupted.
type interrupted struct{ kept string }

func (e interrupted) Error() string { return "interrupted; " + e.kept }

// run is the whole program: it returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	err := execute(ctx, args, console{stdout, stderr})
	if err == nil {
		return statusDone
	}
	fmt.Fprintf(stderr, "impasto: %s\n", oneLine(err))
	return status(err)
}

func status(err error) int {
	var (
		wrong *kong.ParseError
		usage usageError
		stop  interrupted
	)
	switch {
	case errors.As(err, &stop), errors.Is(err, context.Canceled):
		return statusInterrupted
	case errors.As(err, &wrong), errors.As(err, &usage):
		return statusUsage
	}
	return statusFailed
}

func oneLine(err error) string {
	if errors.Is(err, context.Canceled) {
		return "interrupted"
	}
	return strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}

// helped is thrown by kong once it has printed help.
type helped struct{}

func execute(ctx context.Context, args []string, c console) (err error) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(helped); !ok {
				panic(r)
			}
		}
	}()
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parser, err := newParser(c)
	if err != nil {
		return err
	}
	selected, err := parser.Parse(joinNegatives(args))
	if err != nil {
		return hint(err)
	}
	selected.BindTo(ctx, (*context.Context)(nil))
	return hinted(selected.Run(c))
}

func newParser(c console) (*kong.Kong, error) {
	return kong.New(&cli{},
		kong.Name("impasto"), kong.Description(description), groups, defaults,
		kong.NamedMapper("seed", kong.MapperFunc(wholeSeed)),
		kong.Writers(c.out, c.err), kong.ValueFormatter(withDefault),
		kong.Exit(func(int) { panic(helped{}) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
	)
}

// withDefault is the help of a flag with its default.
func withDefault(value *kong.Value) string {
	if !value.HasDefault || value.Default == "" {
		return value.Help
	}
	return fmt.Sprintf("%s (default: %s)", value.Help, value.Default)
}

// negative is a number below zero, or a list that begins with one.
var negative = regexp.MustCompile(`^-(\.?[0-9]|(?i:inf))`)

// joinNegatives writes a flag and a negative number behind it as one word, --flag=-1: the parser would take
// the number for a flag, and what the flag itself has to say of it would not be reported.
func joinNegatives(args []string) []string {
	var joined []string
	for i, arg := range args {
		if arg == "--" {
			return append(joined, args[i:]...)
		}
		last := len(joined) - 1
		if i > 0 && negative.MatchString(arg) && strings.HasPrefix(args[i-1], "--") && !strings.Contains(args[i-1], "=") {
			joined[last] += "=" + arg
			continue
		}
		joined = append(joined, arg)
	}
	return joined
}

// hint adds to a mistake in the command line where the right words are found.
func hint(err error) error {
	var wrong *kong.ParseError
	if !errors.As(err, &wrong) {
		return err
	}
	command := "impasto"
	if node := wrong.Context.Selected(); node != nil {
		command = node.FullPath()
	}
	return usagef("%w; see %s --help", err, command)
}
