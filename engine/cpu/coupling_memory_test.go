package cpu

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/impasto/impasto/engine"
)

// TestCouplingBytes adds up what couplings keep, in their most spacious forms.
func TestCouplingBytes(t *testing.T) {
	for _, channels := range []int{1, 2, 3, 16, 64, 100, 256} {
		for _, kind := range []engine.CouplingKind{engine.ExactCoupling, engine.TruncatedCoupling} {
			rng := rand.New(rand.NewPCG(uint64(channels), 3))
			at, painting := draw(rng, channels, 1), draw(rng, channels, 2) // a painting of rank one
			s := newTransportStand(t, open(t, Options{}), at, painting)
			most := int64(0)
			for _, positions := range []int{0, mostDimensions(channels) - 1} {
				c := s.coupling(kind, max(positions, 0)).(*coupling)
				n := c.numbers()
				most = max(most, n)
				if c.Bytes() != s.CouplingBytes(channels, kind) {
					t.Errorf("a coupling of %d channels has %d bytes, not %d", channels, c.Bytes(), s.CouplingBytes(channels, kind))
				}
			}
			if says := s.CouplingBytes(channels, kind); most > says || most < says*9/10-2*engine.Alignment {
				t.Errorf("%v couplings of %d channels keep %d bytes and are said to take %d", kind, channels, most, says)
			}
		}
	}
}

// numbers returns the bytes of all slices.
func (c *coupling) numbers() int64 {
	n := 8 * (len(c.target) + len(c.mean) + len(c.constant) + len(c.matrix))
	inner := c.whole
	if w := c.within; w != nil {
		n += 8*(len(w.basis.data)+len(w.projected)+len(w.small)+len(w.diagonal)+len(w.factor.data)) + 4*(len(w.narrow)+len(w.spare)+len(w.t))
		inner = w.inner
	}
	switch r := inner.(type) {
	case *polar:
		n += 8*len(r.sums) + 4*(len(r.factor)+len(r.m)+len(r.x)+len(r.g)+len(r.t)+len(r.spare)+len(r.panels)+len(r.block))
	case *newtonSchulz:
		n += 4 * (len(r.root) + len(r.m) + len(r.x) + len(r.q) + len(r.t) + len(r.spare))
	}
	return int64(n)
}

// TestTransportWorkspace: what a transport needs of the device beside its coupling is within what that says.
func TestTransportWorkspace(t *testing.T) {
	for _, channels := range []int{3, 64, 200} {
		rng := rand.New(rand.NewPCG(uint64(channels), 4))
		s := newTransportStand(t, open(t, Options{Threads: 2}), draw(rng, channels, 20), draw(rng, channels, 20))
		d := s.Device.(*device)
		s.do(d.scratch.close())
		for _, positions := range []int{0, 20} {
			s.loss(s.coupling(engine.TruncatedCoupling, positions))
		}
		if got, says := int64(len(d.scratch.memory)), d.WorkspaceBytes(channels); got > says {
			t.Errorf("a transport of %d channels works in %d bytes, %d are named", channels, got, says)
		}
	}
}

// TestCouplingsAreGivenBack opens and closes many, in either form, and closes one with its device.
func TestCouplingsAreGivenBack(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 4))
	s := newTransportStand(t, open(t, Options{}), draw(rng, 100, 5), draw(rng, 100, 5))
	d := s.Device.(*device)
	begin := residentBytes()
	var last engine.Coupling
	for i := range 300 {
		var err error
		last, err = s.NewCoupling(s.painting, engine.ExactCoupling, i%2*5)
		s.do(err)
		s.do(s.Transport(s.op(last)))
		if got := d.ownedBytes(); got != s.CouplingBytes(100, engine.ExactCoupling) {
			t.Fatalf("%d couplings keep %d bytes", i+1, got)
		}
		for range 2 {
			s.do(last.Close())
		}
	}
	if grown := residentBytes() - begin; d.ownedBytes() != 0 || grown > 64<<20 {
		t.Errorf("couplings that were closed keep %d bytes; the process has grown by %d MiB", d.ownedBytes(), grown>>20)
	}
	defer func() {
		if recover() == nil {
			t.Error("a closed coupling computes")
		}
	}()
	_ = s.Transport(s.op(last))
}

// TestTransportWithoutMemory lets the system refuse memory: the error is returned, and once there is memory again
// everything continues.
func TestTransportWithoutMemory(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 5))
	s := newTransportStand(t, open(t, Options{}), draw(rng, 40, 5), draw(rng, 40, 60))
	d := s.Device.(*device)
	image := s.arena.Image(s.take(12*900), 30, 30)
	coupling := s.coupling(engine.ExactCoupling, 0)
	want, _ := s.loss(coupling)
	refused := errors.New("refused")
	for name, do := range map[string]func() error{
		"NewCoupling": func() error {
			c, err := d.NewCoupling(s.painting, engine.TruncatedCoupling, 0)
			if err == nil {
				err = c.Close()
			}
			return err
		},
		"Transport":  func() error { return d.Transport(s.op(coupling)) },
		"Multilevel": func() error { return d.Multilevel(engine.Multilevel{V: image, Levels: 2}) },
	} {
		for grants := range 2 { // a coupling's own memory may be granted, and then that for its products refused
			s.do(d.scratch.close())
			d.takeMemory = func(n int64) ([]byte, error) {
				if grants--; grants >= 0 {
					return takeMemory(n)
				}
				return nil, refused
			}
			if err := do(); (grants < 0) != errors.Is(err, refused) {
				t.Errorf("%s: error %v, where %d more requests were granted", name, err, grants)
			}
			d.takeMemory = takeMemory
			s.do(do())
		}
	}
	if got, says := d.ownedBytes(), s.CouplingBytes(40, engine.ExactCoupling); got != says {
		t.Errorf("one coupling of %d bytes is open and %d are kept", says, got)
	}
	if got, _ := s.loss(coupling); got != want {
		t.Errorf("the loss is %v after all that, and was %v", got, want)
	}
}

func TestTransportAllocatesNothing(t *testing.T) {
	for _, positions := range []int{90, 10} {
		for _, kind := range []engine.CouplingKind{engine.ExactCoupling, engine.TruncatedCoupling} {
			rng := rand.New(rand.NewPCG(2, 1))
			s := newTransportStand(t, open(t, Options{Threads: 2}), draw(rng, 70, positions), draw(rng, 70, positions))
			c := s.coupling(kind, positions)
			if n := testing.AllocsPerRun(10, func() { s.do(s.Transport(s.op(c))) }); n > 0 {
				t.Errorf("%v of %d positions allocates %v times", kind, positions, n)
			}
		}
	}
}
