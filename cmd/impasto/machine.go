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

// networkFlags say which network computes.
type networkFlags struct {
	Network string `group:"machine" placeholder:"NAME|FILE" help:"Network that reads the pictures: a name (see impasto network list) or a file (safetensors, or saved by PyTorch). Default: the built-in vgg16."`
	Offline bool   `group:"machine" help:"Fetch nothing: a network that is not here is an error."`
}

// machineFlags say which network computes, and with how much of the machine.
type machineFlags struct {
	networkFlags

	Memory  byteSize `group:"machine" placeholder:"SIZE" help:"Memory to use at most, as 6GiB. Default: 75 % of what is available."`
	Threads int      `group:"machine" placeholder:"N" help:"Threads that compute. Default: one for each processor."`
}

// Validate is called by kong.
func (m *machineFlags) Validate() error {
	if m.Threads < 0 {
		return usagef("--threads: %d; it must be 1 or more", m.Threads)
	}
	return nil
}

// builtInNetwork is the name of the network that is read where nobody names one.
const builtInNetwork = "vgg16"

// builtInDigest is that of the built-in network.
var builtInDigest = sync.OnceValue(func() string { return vgg16.Network().Digest() })

// instructionSet is the one that the environment asks for, "" for the best.
func instructionSet() string { return os.Getenv("IMPASTO_CPU") }

// newStore returns the networks of this user, the built-in one among them.
func newStore(c console) (*weights.Store, error) {
	store, err := weights.FromEnvironment()
	if err != nil {
		return nil, err
	}
	store.BuiltIn = vgg16.Network
	store.Progress = c.fetching()
	return store, nil
}

// open readies the network.
func (m *machineFlags) open(ctx context.Context, c console) (*impasto.Model, error) {
	// What the processor lacks is reported before a network is read, let alone fetched.
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
		return vgg16.Network(), nil // needs no folder
	}
	store, err := newStore(c)
	if err != nil {
		return nil, err
	}
	store.Offline = m.Offline
	network, err := store.Resolve(ctx, m.Network)
	return network, unknownIsUsage(err)
}

// fetching returns a function that reports how a download goes: a line for every stage and every tenth.
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
