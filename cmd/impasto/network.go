package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/impasto/impasto/weights"
	"github.com/impasto/impasto/weights/vgg16"
)

type networkCommand struct {
	List   networkListCommand   `cmd:"" help:"List the networks that are known: what each is, its licence, whether it is here."`
	Get    networkGetCommand    `cmd:"" help:"Fetch a network, check it to the last byte, and keep its convolutions. Goes on where an earlier get was interrupted."`
	Verify networkVerifyCommand `cmd:"" help:"Check that networks are undamaged."`
	Import networkImportCommand `cmd:"" help:"Keep a network that is in a file (safetensors, or a state_dict saved by PyTorch)."`
	Remove networkRemoveCommand `cmd:"" help:"Delete a network that is kept."`
}

// networkState is a network in a list.
type networkState struct {
	Name    string `json:"name"`
	Summary string `json:"summary"`
	State   string `json:"state"` // "built in", "here" or "to fetch"
	// Bytes is what it takes in the program or on the disk, or what is to be fetched.
	Bytes   int64  `json:"bytes"`
	Licence string `json:"licence,omitempty"`
	Input   string `json:"input,omitempty"`
	Padding string `json:"padding,omitempty"`
	Path    string `json:"path,omitempty"`
}

func stateOf(e weights.Entry) networkState {
	s := networkState{
		Name: e.Name, Summary: e.Summary, Licence: e.Licence, Path: e.Path,
		Input: string(e.Preprocessing), Padding: e.Padding, State: "to fetch", Bytes: e.Bytes,
	}
	switch {
	case e.BuiltIn:
		s.State = "built in"
	case e.Here():
		s.State, s.Bytes = "here", e.Kept
	}
	return s
}

type networkListCommand struct {
	JSON bool `group:"report" help:"Print one JSON object."`
}

// Run lists the networks.
func (l *networkListCommand) Run(c console) error {
	store, err := newStore(c)
	if err != nil {
		return err
	}
	entries, err := store.List()
	if err != nil {
		return err
	}
	states := make([]networkState, len(entries))
	for i, e := range entries {
		states[i] = stateOf(e)
	}
	if l.JSON {
		return printJSON(c, map[string]any{"folder": store.Dir, "networks": states})
	}
	table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, s := range states {
		fmt.Fprintf(table, "%s\t%s, %s\t%s\t%s\n", s.Name, s.State, byteSize(s.Bytes), s.Summary, s.Licence)
	}
	return table.Flush()
}

type networkGetCommand struct {
	Name     string `arg:"" help:"Network to fetch; see impasto network list."`
	Progress string `group:"report" default:"auto" enum:"auto,bar,plain,none" placeholder:"HOW" help:"How progress is told on standard error: bar, plain lines, none; auto is bar on a terminal, else plain."`
}

// Run fetches a network.
func (g *networkGetCommand) Run(ctx context.Context, c console) error {
	store, err := newStore(c)
	if err != nil {
		return err
	}
	how := g.Progress
	if _, terminal := terminalOf(c.err); how == "auto" && terminal {
		how = "bar"
	}
	switch how {
	case "bar":
		bar := newFetchBar(c)
		store.Progress = bar.tell
		err = store.Get(ctx, g.Name)
		bar.close()
	case "none":
		store.Progress = nil
		err = store.Get(ctx, g.Name)
	default:
		err = store.Get(ctx, g.Name)
	}
	if errors.Is(err, context.Canceled) {
		return interrupted{"what was fetched is kept, and the next get goes on from there"}
	}
	if err != nil {
		return unknownIsUsage(err)
	}
	fmt.Fprintf(c.out, "%s is here\n", g.Name)
	return nil
}

// unknownIsUsage makes a name that is no network's a mistake in the command line.
func unknownIsUsage(err error) error {
	if errors.Is(err, weights.ErrUnknown) {
		return usageError{err}
	}
	return err
}

// fetchBar draws a line that moves for each stage of a fetch.
type fetchBar struct {
	container *mpb.Progress
	line      *mpb.Bar
	stage     weights.Stage
}

func newFetchBar(c console) *fetchBar {
	return &fetchBar{container: mpb.New(mpb.WithOutput(c.err), mpb.WithWidth(100))}
}

func (b *fetchBar) tell(p weights.Progress) {
	if p.Note != "" {
		fmt.Fprintf(b.container, "%s: %s\n", p.Network, p.Note)
	}
	if p.Total == 0 {
		return
	}
	if b.line == nil || b.stage != p.Stage {
		b.end()
		b.stage = p.Stage
		b.line = b.container.New(p.Total, mpb.BarStyle().Lbound("[").Filler("=").Tip(">").Padding(" ").Rbound("]"),
			mpb.PrependDecorators(decor.Name(fmt.Sprintf("%s: %s ", p.Network, p.Stage))),
			mpb.AppendDecorators(decor.CountersKibiByte(" % .0f of % .0f"),
				decor.AverageSpeed(decor.SizeB1024(0), ", % .1f, "), decor.AverageETA(decor.ET_STYLE_GO), decor.Name(" left")))
		b.line.SetRefill(p.Done) // what was here before is not this run's speed
	}
	b.line.SetCurrent(p.Done)
}

// end leaves the present line as it is.
func (b *fetchBar) end() {
	if b.line != nil {
		b.line.Abort(false)
	}
}

func (b *fetchBar) close() {
	b.end()
	b.container.Wait()
}

// builtIn is the name of the built-in network.
const builtIn = "vgg16"

type networkVerifyCommand struct {
	Name string `arg:"" optional:"" help:"Network to check. Default: all that are here."`
}

// Run checks networks; all of them are checked even where one is damaged.
func (v *networkVerifyCommand) Run(ctx context.Context, c console) error {
	store, err := newStore(c)
	if err != nil {
		return err
	}
	store.Progress = nil
	names := []string{v.Name}
	if v.Name == "" {
		entries, err := store.List()
		if err != nil {
			return err
		}
		names = nil
		for _, e := range entries {
			if e.Here() {
				names = append(names, e.Name)
			}
		}
	}
	var failed []error
	for _, name := range names {
		err := store.Verify(ctx, name)
		if name == builtIn {
			err = vgg16.Verify()
		}
		if err == nil {
			fmt.Fprintf(c.out, "%s is undamaged\n", name)
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		failed = append(failed, err)
	}
	return unknownIsUsage(errors.Join(failed...))
}

type networkImportCommand struct {
	File  string `arg:"" help:"File with the network."`
	As    string `placeholder:"NAME" help:"What to call it. Default: the name of the published network that it is, or the file's own name."`
	Input string `default:"file" enum:"file,imagenet,caffe" placeholder:"WHAT" help:"What it reads: imagenet (RGB in 0..1, less ImageNet's mean, over its standard deviation), caffe (BGR in 0..255, less the mean), or what the file says; where it says nothing, a recipe's own preprocessing applies."`
}

// Run imports a file.
func (i *networkImportCommand) Run(ctx context.Context, c console) error {
	store, err := newStore(c)
	if err != nil {
		return err
	}
	o := weights.ImportOptions{Name: i.As}
	if i.Input != "file" {
		o.Preprocessing = weights.Preprocessing(i.Input)
	}
	e, err := store.Import(ctx, i.File, o)
	if err != nil {
		return err
	}
	store.Progress = nil
	m, err := store.Load(ctx, e.Name)
	if err != nil {
		return err
	}
	reads := m.Input.Description
	if !m.Input.Stated {
		reads = "what the recipe says (the file states nothing; --input does)"
	}
	fmt.Fprintf(c.out, "%s is here: a %s with %d convolutions; it reads %s\n", e.Name, m.Architecture, len(m.Convolutions), reads)
	return nil
}

type networkRemoveCommand struct {
	Name string `arg:"" help:"Network to delete."`
}

// Run deletes a network.
func (r *networkRemoveCommand) Run(ctx context.Context, c console) error {
	store, err := newStore(c)
	if err != nil {
		return err
	}
	if err := store.Remove(ctx, r.Name); err != nil {
		return unknownIsUsage(err)
	}
	fmt.Fprintf(c.out, "%s is removed\n", r.Name)
	return nil
}
