package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// six addresses six places at a distance of step bytes from base on.
type six struct {
	base, step, step3, step5 reg.GPVirtual
}

func newSix(a *assembly, base, step reg.GPVirtual) six {
	s := six{base: base, step: step, step3: a.GP64(), step5: a.GP64()}
	a.LEAQ(operand.Mem{Base: step, Index: step, Scale: 2}, s.step3)
	a.LEAQ(operand.Mem{Base: step, Index: step, Scale: 4}, s.step5)
	return s
}

func (s six) at(i int) operand.Mem {
	switch i {
	case 0:
		return at(s.base, 0)
	case 3:
		return operand.Mem{Base: s.base, Index: s.step3, Scale: 1}
	case 5:
		return operand.Mem{Base: s.base, Index: s.step5, Scale: 1}
	}
	return operand.Mem{Base: s.base, Index: s.step, Scale: uint8(i)}
}
