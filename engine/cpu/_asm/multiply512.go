package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const maxTiles = 14

func multiplyAVX512(a *assembly) {
	a.kernel("multiplyAVX512", multiplyParams, multiplyDoc("multiplyAVX512"))
	m := multiplication{assembly: a}
	m.dst[0] = a.pointer(a.Param("dst"))
	m.dst[1] = a.bytes(a.Param("dstStride"))
	a.ADDQ(m.dst[0], m.dst[1])
	m.a, m.aStride = a.pointer(a.Param("a")), a.bytes(a.Param("aStride"))
	m.u = a.pointer(a.Param("u"))
	m.blocks = a.value(a.Param("blocks"))
	m.add = a.value(a.Param("add"))
	m.ahead, m.step = a.pointer(a.Param("ahead")), a.bytes(a.Param("step"))
	tiles := a.value(a.Param("tiles"))
	for n := maxTiles; n > 1; n-- {
		a.CMPQ(tiles, operand.U8(n))
		a.JEQ(operand.LabelRef(fmt.Sprintf("tiles%d", n)))
	}
	for n := 1; n <= maxTiles; n++ {
		m.tiles512(n)
	}
}

// multiplication holds the arguments of a matrix kernel.
type multiplication struct {
	*assembly
	dst                        [2]reg.GPVirtual // of the two blocks of output channels
	a, aStride, u, blocks, add reg.GPVirtual
	ahead, step                reg.GPVirtual
}

// unroll is how many channels a round of the loops takes.
const unroll = 8

// tiles512 keeps all sums in registers: tile t has z[2t] and z[2t+1]. A channel costs two loads of u and
// a broadcast a tile, used twice, so that the loads stay behind the two FMAs a cycle. The tiles lie in the
// second-level cache, those of the next block of channels on other pages: they are fetched one block ahead.
func (m *multiplication) tiles512(n int) {
	m.Label(fmt.Sprintf("tiles%d", n))
	load := m.label("load")
	block, channels := m.label("block"), m.label("channels")
	m.TESTQ(m.add, m.add)
	m.JNE(operand.LabelRef(load))
	for i := range 2 * n {
		zero(m.assembly, z[i])
	}
	m.JMP(operand.LabelRef(block))
	m.Label(load)
	for i := range 2 * n {
		m.VMOVUPS(at(m.dst[i%2], i/2*64), z[i])
	}
	m.Label(block)
	for t := range n {
		m.PREFETCHT0(operand.Mem{Base: m.a, Index: m.aStride, Scale: 1, Disp: t * 64})
	}
	rounds := m.GP64()
	m.MOVQ(operand.U32(16/unroll), rounds)
	m.Label(channels)
	for c := range unroll {
		m.VMOVUPS(at(m.u, c*128), z[28])
		m.VMOVUPS(at(m.u, c*128+64), z[29])
		m.PREFETCHT0(at(m.ahead, 0))
		m.PREFETCHT0(at(m.ahead, 64))
		m.ADDQ(m.step, m.ahead)
		for t := range n {
			x := z[30+t%2]
			m.VBROADCASTSS(at(m.a, t*64+c*4), x)
			m.VFMADD231PS(z[28], x, z[2*t])
			m.VFMADD231PS(z[29], x, z[2*t+1])
		}
	}
	m.ADDQ(operand.U32(unroll*128), m.u)
	m.ADDQ(operand.U8(unroll*4), m.a)
	m.DECQ(rounds)
	m.JNE(operand.LabelRef(channels))
	m.LEAQ(operand.Mem{Base: m.a, Index: m.aStride, Scale: 1, Disp: -64}, m.a)
	m.DECQ(m.blocks)
	m.JNE(operand.LabelRef(block))
	for i := range 2 * n {
		m.VMOVUPS(z[i], at(m.dst[i%2], i/2*64))
	}
	m.VZEROUPPER()
	m.RET()
}
