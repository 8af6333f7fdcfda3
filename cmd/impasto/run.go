package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/impasto/impasto/canvas"
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
	Style       styleCommand       `cmd:"" default:"withargs" group:"paint" help:"Repaint a photograph in the style of one or more paintings. Short form: impasto CONTENT STYLE."`
	Demo        demoCommand        `cmd:"" group:"paint" help:"Repaint a built-in photograph in the style of a built-in painting."`
	Reconstruct reconstructCommand `cmd:"" group:"study" help:"Show what each layer keeps, by reconstructing pictures from its features alone."`
	Inspect     inspectCommand     `cmd:"" group:"study" help:"Look at features, Gram matrices and the loss."`
	Explain     explainCommand     `cmd:"" group:"study" help:"Explain one run step by step, with formulas and the numbers of that run."`
	Sweep       sweepCommand       `cmd:"" group:"study" help:"Paint one picture with many values of an option and show the results side by side."`
	Export      exportCommand      `cmd:"" group:"study" help:"Write a run as a short PyTorch program."`
	Check       checkCommand       `cmd:"" group:"study" help:"Compare the loss computed by your own program with a recipe and find the differences."`
	Recipes     recipesCommand     `cmd:"" group:"study" help:"List the recipes, or show one with all its settings."`
	Network     networkCommand     `cmd:"" group:"here" help:"Download, verify and import pretrained networks."`
	Bench       benchCommand       `cmd:"" group:"here" help:"Measure how fast this machine is."`
	Doctor      doctorCommand      `cmd:"" group:"here" help:"Show the processor, threads, memory, networks and version in use."`
	Version     versionCommand     `cmd:"" group:"here" help:"Show the version of this program."`
}

const description = `Impasto repaints a photograph in the style of a painting by neural style transfer
(Gatys, Ecker and Bethge 2015). It works offline with a built-in network.

A first picture:  impasto demo

Your own:  impasto photo.jpg painting.jpg

@NAME stands for a built-in picture wherever a picture is expected.`

// defaults holds the texts that packages state and the help of flags refers to.
var defaults = kong.Vars{"recipe": recipe.Default, "optimizers": optimizers(), "steprules": stepRules(),
	"formats": formatNames(", ", canvas.Formats()),
	"written": formatNames(" or ", slices.DeleteFunc(canvas.Formats(), func(f canvas.Format) bool { return !f.Writable() }))}

// formatNames lists formats.
func formatNames(between string, formats []canvas.Format) string {
	var names []string
	for _, f := range formats {
		names = append(names, f.String())
	}
	return strings.Join(names, between)
}

// defaultRecipe is the first line of the help of every command that uses a recipe.
const defaultRecipe = "The default recipe is " + recipe.Default + "."

// wholeSeed parses a seed. Kong's own error would quote strconv.
func wholeSeed(ctx *kong.DecodeContext, target reflect.Value) error {
	var text string
	if err := ctx.Scan.PopValueInto("seed", &text); err != nil {
		return err
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return fmt.Errorf("%q is not a seed; it must be an integer from 0 to %d", text, uint64(math.MaxUint64))
	}
	target.SetUint(n)
	return nil
}

var groups = kong.ExplicitGroups([]kong.Group{
	{Key: "paint", Title: "Paint:"},
	{Key: "study", Title: "Study:"},
	{Key: "here", Title: "This machine:"},
	{Key: "result", Title: "Result:"},
	{Key: "look", Title: "Appearance:"},
	{Key: "optimisation", Title: "Optimisation:"},
	{Key: "machine", Title: "Network and machine:"},
	{Key: "report", Title: "Reports:"},
})

// console is the output of a command: results go to out, progress and notes to err.
type console struct {
	out, err io.Writer
}

// notef writes a line to standard error.
func (c console) notef(format string, args ...any) {
	fmt.Fprintf(c.err, format+"\n", args...)
}

// usageError is a mistake in the command line, found before any work begins.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// interrupted is the error of an interrupted command; kept describes the work that was saved.
type interrupted struct{ kept string }

func (e interrupted) Error() string { return "interrupted; " + e.kept }

// run runs the program and returns the exit status.
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

// helped is the value of the panic that ends parsing once kong has printed help.
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

// withDefault returns the help of a flag with its default.
func withDefault(value *kong.Value) string {
	if !value.HasDefault || value.Default == "" {
		return value.Help
	}
	return fmt.Sprintf("%s (default: %s)", value.Help, value.Default)
}

// negative matches a negative number, or a list that starts with one.
var negative = regexp.MustCompile(`^-(\.?[0-9]|(?i:inf))`)

// joinNegatives joins a flag and a negative number after it into one word, --flag=-1. Otherwise the parser would
// take the number for a flag, and the flag's own error would not be reported.
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

// hint adds a reference to the command's help to a parse error.
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
