package main

import (
	"context"
	"os"
	"sync"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/engine/cpu"
	"github.com/impasto/impasto/weights"
	"github.com/impasto/impasto/weights/vgg16"
)

// networkFlags select the network.
type networkFlags struct {
	Network string `group:"machine" placeholder:"NAME|FILE" help:"Network to use: a name (see impasto network list) or a file (safetensors or PyTorch). Default: the built-in vgg16."`
	Offline bool   `group:"machine" help:"Download nothing: a network that is not installed is an error."`
}

// machineFlags select the network and limit the use of the machine.
type machineFlags struct {
	networkFlags

	Memory  byteSize `group:"machine" placeholder:"SIZE" help:"Memory limit, such as 6GiB. Default: 75 % of the available memory."`
	Threads int      `group:"machine" placeholder:"N" help:"Threads to compute with. Default: one for each processor."`
}

// Validate is called by kong.
func (m *machineFlags) Validate() error {
	if m.Threads < 0 {
		return usagef("--threads: %d; it must be 1 or more", m.Threads)
	}
	return nil
}

// builtInNetwork is the name of the default network.
const builtInNetwork = "vgg16"

// defaultNetwork returns the built-in network. Most tests replace it by a narrow one.
var defaultNetwork = vgg16.Network

// builtInDigest returns the digest of the built-in network.
var builtInDigest = sync.OnceValue(func() string { return defaultNetwork().Digest() })

// instructionSet returns the instruction set that the environment selects, "" for the best.
func instructionSet() string { return os.Getenv("IMPASTO_CPU") }

// newStore returns the store of this user's networks, including the built-in one.
func newStore(c console) (*weights.Store, error) {
	store, err := weights.FromEnvironment()
	if err != nil {
		return nil, err
	}
	store.BuiltIn = defaultNetwork
	store.Progress = c.fetching()
	return store, nil
}

// open opens the network.
func (m *machineFlags) open(ctx context.Context, c console) (*impasto.Model, error) {
	// An unsupported instruction set is reported before a network is read or downloaded.
	dev, err := cpu.New(cpu.Options{Threads: 1, ISA: instructionSet()})
	if err != nil {
		return nil, err
	}
	if err := dev.Close(); err != nil {
		return nil, err
	}
	network, err := m.resolve(ctx, c)
	if err != nil {
		return nil, err
	}
	return impasto.Open(ctx, network, impasto.Settings{Threads: m.Threads, Memory: int64(m.Memory), CPU: instructionSet()})
}

func (m *networkFlags) resolve(ctx context.Context, c console) (*weights.Model, error) {
	if m.Network == "" {
		return defaultNetwork(), nil // needs no folder
	}
	store, err := newStore(c)
	if err != nil {
		return nil, err
	}
	store.Offline = m.Offline
	network, err := store.Resolve(ctx, m.Network)
	return network, unknownIsUsage(err)
}

// fetching returns a function that reports the progress of a download: a line for every stage and every tenth.
func (c console) fetching() func(weights.Progress) {
	var stage weights.Stage
	tenth := int64(-1)
	return func(p weights.Progress) {
		now := int64(0)
		if p.Total > 0 {
			now = 10 * p.Done / p.Total
		}
		if p.Note == "" && p.Stage == stage && now == tenth {
			return
		}
		stage, tenth = p.Stage, now
		switch {
		case p.Note != "":
			c.notef("%s: %s", p.Network, p.Note)
		case p.Total > 0:
			c.notef("%s: %s, %s of %s", p.Network, p.Stage, byteSize(p.Done), byteSize(p.Total))
		default:
			c.notef("%s: %s", p.Network, p.Stage)
		}
	}
}
