package main

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"text/tabwriter"

	"golang.org/x/sys/cpu"

	"github.com/impasto/impasto"
	engine "github.com/impasto/impasto/engine/cpu"
)

type doctorCommand struct {
	JSON bool `group:"report" help:"Print one JSON object."`
}

// diagnosis describes the machine and the program.
type diagnosis struct {
	Build      build       `json:"build"`
	Processors int         `json:"processors"`
	Features   []string    `json:"features"`
	ISAs       []string    `json:"isas"` // supported by engine and processor, best first
	ISA        string      `json:"isa"`  // in use
	Threads    int         `json:"threads"`
	Memory     int64       `json:"memory_bytes"` // default budget: 75 % of the available memory
	Cache      string      `json:"cache,omitempty"`
	Networks   []networkIs `json:"networks"`
}

type networkIs struct {
	Name string `json:"name"`
	Here bool   `json:"here"`
}

// Run prints the diagnosis.
func (d *doctorCommand) Run(ctx context.Context, c console) error {
	found, err := diagnose(ctx, c)
	if err != nil {
		return err
	}
	if d.JSON {
		return printJSON(c, found)
	}
	return found.print(c)
}

func diagnose(ctx context.Context, c console) (*diagnosis, error) {
	model, err := impasto.Open(ctx, defaultNetwork(), impasto.Settings{CPU: instructionSet()})
	if err != nil {
		return nil, err
	}
	defer model.Close()
	d := &diagnosis{
		Build: thisBuild(), Processors: runtime.NumCPU(), Features: features(), ISAs: engine.ISAs(),
		ISA: model.Machine().Name, Threads: model.Machine().Threads, Memory: model.Memory(),
	}
	store, err := newStore(c)
	if err != nil {
		return nil, err
	}
	d.Cache = store.Dir
	entries, err := store.List()
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		d.Networks = append(d.Networks, networkIs{e.Name, e.Here()})
	}
	return d, nil
}

// features lists the processor features that matter to the engine.
func features() []string {
	known := []struct {
		name string
		has  bool
	}{
		{"sse4.2", cpu.X86.HasSSE42}, {"avx", cpu.X86.HasAVX},
		{"fma", cpu.X86.HasFMA}, {"avx2", cpu.X86.HasAVX2},
		{"avx512f", cpu.X86.HasAVX512F}, {"avx512dq", cpu.X86.HasAVX512DQ}, {"avx512bw", cpu.X86.HasAVX512BW},
		{"avx512vl", cpu.X86.HasAVX512VL}, {"avx512bf16", cpu.X86.HasAVX512BF16}, {"amx-bf16", cpu.X86.HasAMXBF16},
		{"neon", cpu.ARM64.HasASIMD}, {"sve", cpu.ARM64.HasSVE},
	}
	found := []string{}
	for _, f := range known {
		if f.has {
			found = append(found, f.name)
		}
	}
	return found
}

func (d *diagnosis) print(c console) error {
	table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "program\t%s\n", d.Build)
	fmt.Fprintf(table, "processors\t%d (%s)\n", d.Processors, strings.Join(d.Features, " "))
	fmt.Fprintf(table, "instruction set\t%s (of %s)\n", d.ISA, strings.Join(d.ISAs, ", "))
	fmt.Fprintf(table, "threads\t%d\n", d.Threads)
	fmt.Fprintf(table, "memory\t%s (75 %% of the available memory)\n", byteSize(d.Memory))
	fmt.Fprintf(table, "networks in\t%s\n", d.Cache)
	for _, n := range d.Networks {
		state := "not installed; impasto network get " + n.Name
		if n.Here {
			state = "installed"
		}
		fmt.Fprintf(table, "  %s\t%s\n", n.Name, state)
	}
	return table.Flush()
}
