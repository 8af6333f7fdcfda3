package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// prefetch is how many bytes ahead of the sums u is fetched: 16 channels.
const prefetch = 2048

// multiplyAVX2 has 12 registers for sums: 4 to 6 tiles x 16 channels, or up to 3 tiles x 32. It works on groups
// of 6 tiles as long as it can, and ends with 3 where that spares it a group of 4, whose eight sums
// hide the latency of a multiply-add only just, or of fewer.
func multiplyAVX2(a *assembly) {
	a.kernel("multiplyAVX2", multiplyParams, multiplyDoc("multiplyAVX2"))
	m := multiplication256{assembly: a, dst: a.pointer(a.Param("dst")), dstStride: a.bytes(a.Param("dstStride"))}
	m.a, m.aStride = a.pointer(a.Param("a")), a.bytes(a.Param("aStride"))
	m.tiles, m.group = a.value(a.Param("tiles")), a.GP64()
	m.from, m.u, m.blocks, m.to, m.end = a.GP64(), a.GP64(), a.GP64(), a.GP64(), a.GP64()
	a.Label("groups")
	six, chosen := a.label("six"), a.label("chosen")
	a.MOVQ(m.tiles, m.group)
	a.CMPQ(m.tiles, operand.U8(6))
	a.JLE(operand.LabelRef(chosen))
	a.CMPQ(m.tiles, operand.U8(9))
	a.JGE(operand.LabelRef(six))
	a.SUBQ(operand.U8(3), m.group)
	a.JMP(operand.LabelRef(chosen))
	a.Label(six)
	a.MOVQ(operand.U32(6), m.group)
	a.Label(chosen)
	for g := 6; g > 1; g-- {
		a.CMPQ(m.group, operand.U8(g))
		a.JEQ(operand.LabelRef(fmt.Sprintf("tiles%d", g)))
	}
	for g := 1; g <= 6; g++ {
		a.Label(fmt.Sprintf("tiles%d", g))
		m.tilesOf(g)
		a.JMP(operand.LabelRef("next"))
	}
	a.Label("next")
	a.SUBQ(m.group, m.tiles)
	a.JEQ(operand.LabelRef("done"))
	a.SHLQ(operand.U8(6), m.group)
	a.ADDQ(m.group, m.a)
	a.ADDQ(m.group, m.dst)
	a.JMP(operand.LabelRef("groups"))
	a.Label("done")
	a.VZEROUPPER()
	a.RET()
}

// multiplication256 is the state of multiplyAVX2.
type multiplication256 struct {
	*assembly
	dst, dstStride, a, aStride reg.GPVirtual // of the first tile of the group
	tiles, group               reg.GPVirtual // left, and of this group
	from, u, blocks            reg.GPVirtual // where the sum is
	to, end                    reg.GPVirtual // the 16 channels at hand
}

// tilesOf computes g tiles: 32 channels at once, or 16 and 16.
func (m *multiplication256) tilesOf(g int) {
	m.Load(m.Param("u").Base(), m.u)
	m.MOVQ(m.dst, m.to)
	if g <= 3 {
		m.panel(g, 4)
		return
	}
	m.LEAQ(operand.Mem{Base: m.dst, Index: m.dstStride, Scale: 1}, m.end)
	half := m.label("half")
	m.Label(half)
	m.panel(g, 2)
	m.Load(m.Param("u").Base(), m.u)
	m.ADDQ(operand.U8(64), m.u)
	m.ADDQ(m.dstStride, m.to)
	m.CMPQ(m.to, m.end)
	m.JEQ(operand.LabelRef(half))
}

// sums runs do on each register of sums and its place: n of them, of eight channels, a tile.
func (m *multiplication256) sums(g, n int, do func(r reg.VecPhysical, place operand.Mem)) {
	for t := range g {
		for i := range n {
			place := operand.Mem{Base: m.to, Disp: t*64 + i%2*32}
			if i >= 2 {
				place.Index, place.Scale = m.dstStride, 1
			}
			do(y[t*n+i], place)
		}
	}
}

// panel computes g tiles x 8n channels.
func (m *multiplication256) panel(g, n int) {
	load, block, channels := m.label("load"), m.label("block"), m.label("channels")
	m.MOVQ(m.a, m.from)
	m.Load(m.Param("blocks"), m.blocks)
	add, count := m.value(m.Param("add")), m.GP64()
	m.TESTQ(add, add)
	m.JNE(operand.LabelRef(load))
	m.sums(g, n, func(r reg.VecPhysical, _ operand.Mem) { zero(m.assembly, r) })
	m.JMP(operand.LabelRef(block))
	m.Label(load)
	m.sums(g, n, func(r reg.VecPhysical, place operand.Mem) { m.VMOVUPS(place, r) })
	m.Label(block)
	m.MOVQ(operand.U32(16/unroll), count)
	m.Label(channels)
	for c := range unroll {
		if n == 4 {
			m.channel32(g, c)
		} else {
			m.channel16(g, c)
		}
	}
	m.ADDQ(operand.U32(unroll*128), m.u)
	m.ADDQ(operand.U8(unroll*4), m.from)
	m.DECQ(count)
	m.JNE(operand.LabelRef(channels))
	m.LEAQ(operand.Mem{Base: m.from, Index: m.aStride, Scale: 1, Disp: -64}, m.from)
	m.DECQ(m.blocks)
	m.JNE(operand.LabelRef(block))
	m.sums(g, n, func(r reg.VecPhysical, place operand.Mem) { m.VMOVUPS(r, place) })
}

func (m *multiplication256) channel16(g, c int) {
	m.VMOVUPS(at(m.u, c*128), y[12])
	m.VMOVUPS(at(m.u, c*128+32), y[13])
	m.PREFETCHT0(at(m.u, prefetch+c*128))
	for t := range g {
		x := y[14+t%2]
		m.VBROADCASTSS(at(m.from, t*64+c*4), x)
		m.VFMADD231PS(y[12], x, y[2*t])
		m.VFMADD231PS(y[13], x, y[2*t+1])
	}
}

func (m *multiplication256) channel32(g, c int) {
	m.PREFETCHT0(at(m.u, prefetch+c*128))
	m.PREFETCHT0(at(m.u, prefetch+c*128+64))
	for t := range g {
		m.VBROADCASTSS(at(m.from, t*64+c*4), y[12+t])
	}
	for i := range 4 {
		m.VMOVUPS(at(m.u, c*128+i*32), y[15])
		for t := range g {
			m.VFMADD231PS(y[15], y[12+t], y[4*t+i])
		}
	}
}
