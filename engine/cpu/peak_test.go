package cpu

import "testing"

func TestPeakMeasuresEveryInstructionSet(t *testing.T) {
	for _, isa := range ISAs() {
		if peak, err := Peak(Options{Threads: 1, ISA: isa}); err != nil || !(peak > 0) {
			t.Errorf("%s: %v operations a second, error %v", isa, peak, err)
		}
	}
	if _, err := Peak(Options{ISA: "none"}); err == nil {
		t.Error("an unknown instruction set has a peak")
	}
}
