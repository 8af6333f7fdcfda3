package main

import (
	"github.com/mmcloughlin/avo/gotypes"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const tileSize = 4

// Comparisons that are false where either is NaN.
const (
	equal = operand.U8(0x00)
	less  = operand.U8(0x11)
)

// outputTarget is where an output transform writes.
type outputTarget struct {
	*assembly
	run    gotypes.Component // the struct of arguments
	tiles  reg.GPVirtual     // still to do
	pixels reg.GPVirtual     // bytes of pixels done in a row
	words  reg.GPVirtual     // bytes of mask done in a row
}

// next moves on by a tile, and back to loop until all are done.
func (out *outputTarget) next(loop string) {
	out.ADDQ(operand.U32(tileSize*64), out.pixels)
	out.ADDQ(operand.U8(tileSize*2), out.words)
	out.DECQ(out.tiles)
	out.JNE(operand.LabelRef(loop))
}

// pixel addresses pixel x of the tile in a row of pixels.
func (out *outputTarget) pixel(row reg.GPVirtual, x int) operand.Mem {
	return operand.Mem{Base: row, Index: out.pixels, Scale: 1, Disp: x * 64}
}

// word addresses the mask of pixel x of the tile in a row of masks.
func (out *outputTarget) word(row reg.GPVirtual, x int) operand.Mem {
	return operand.Mem{Base: row, Index: out.words, Scale: 1, Disp: x * 2}
}

// field loads a pointer from the run; skip, where not empty, is jumped to where it is nil.
func (out *outputTarget) field(name string, index int, skip string) reg.GPVirtual {
	p := out.pointer(out.run.Field(name).Index(index))
	if skip != "" {
		out.TESTQ(p, p)
		out.JEQ(operand.LabelRef(skip))
	}
	return p
}

// flag jumps to target where a bool of the run is set.
func (out *outputTarget) flag(name, target string) {
	f := out.value(out.run.Field(name))
	out.TESTQ(f, f)
	out.JNE(operand.LabelRef(target))
}
