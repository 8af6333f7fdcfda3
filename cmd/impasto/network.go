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
	List   networkListCommand   `cmd:"" help:"List the networks with their licences, and whether each is installed."`
	Get    networkGetCommand    `cmd:"" help:"Download a network, verify its checksum and install its convolutions. Resumes an interrupted download."`
	Verify networkVerifyCommand `cmd:"" help:"Check that installed networks are undamaged."`
	Import networkImportCommand `cmd:"" help:"Install a network from a file (safetensors, or a state_dict saved by PyTorch)."`
	Remove networkRemoveCommand `cmd:"" help:"Delete an installed network."`
}

// networkState is a network in a list.
type networkState struct {
	Name    string `json:"name"`
	Summary string `json:"summary"`
	State   string `json:"state"` // "built in", "here" or "to fetch"
	// Bytes is the size in the program or on disk, or that of the download.
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

// stateTexts holds the states as they are printed.
var stateTexts = map[string]string{"built in": "built in", "here": "installed", "to fetch": "not installed"}

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
		fmt.Fprintf(table, "%s\t%s, %s\t%s\t%s\n", s.Name, stateTexts[s.State], byteSize(s.Bytes), s.Summary, s.Licence)
	}
	return table.Flush()
}

type networkGetCommand struct {
	Name     string `arg:"" help:"Network to download; see impasto network list."`
	Progress string `group:"report" default:"auto" enum:"auto,bar,plain,none" placeholder:"HOW" help:"Form of progress on standard error: bar, plain (lines) or none; auto is bar on a terminal and plain elsewhere."`
}

// Run downloads a network.
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
		return interrupted{"the partial download is kept, and the next get resumes it"}
	}
	if err != nil {
		return unknownIsUsage(err)
	}
	fmt.Fprintf(c.out, "%s is installed\n", g.Name)
	return nil
}

// unknownIsUsage makes the unknown name of a network a usage error.
func unknownIsUsage(err error) error {
	if errors.Is(err, weights.ErrUnknown) {
		return usageError{err}
	}
	return err
}

// fetchBar draws a progress bar for each stage of a download.
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
		b.line.SetRefill(p.Done) // earlier downloads do not count towards the speed
	}
	b.line.SetCurrent(p.Done)
}

// end leaves the current bar as it is.
func (b *fetchBar) end() {
	if b.line != nil {
		b.line.Abort(false)
	}
}

func (b *fetchBar) close() {
	b.end()
	b.container.Wait()
}

type networkVerifyCommand struct {
	Name string `arg:"" optional:"" help:"Network to check. Default: all that are installed."`
}

// Run checks networks; a damaged one does not stop the check of the rest.
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
		if name == builtInNetwork {
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
	File  string `arg:"" help:"File of the network."`
	As    string `placeholder:"NAME" help:"Name of the network. Default: its published name if it is a known network, or else that of the file."`
	Input string `default:"file" enum:"file,imagenet,caffe" placeholder:"WHAT" help:"Preprocessing of the network: imagenet (RGB in 0..1, minus the mean of ImageNet, divided by its standard deviation), caffe (BGR in 0..255, minus the mean), or file, as the file states; if it states none, that of the recipe is used."`
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
		reads = "what the recipe states (the file states no preprocessing; use --input to state it)"
	}
	fmt.Fprintf(c.out, "%s is installed: a %s with %d convolutions; it reads %s\n", e.Name, m.Architecture, len(m.Convolutions), reads)
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
	fmt.Fprintf(c.out, "%s removed\n", r.Name)
	return nil
}
