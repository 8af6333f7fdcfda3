// Command _asm writes the amd64 kernels of package cpu: kernel_avx512_amd64.s and kernel_avx2_amd64.s
// with the declarations that go with them. Run it by "go generate" in engine/cpu.
package main

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"math"
	"os"
	"strings"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "_asm:", err)
		os.Exit(1)
	}
}

func run() error {
	pkg, err := kernelTypes("../kernel.go")
	if err != nil {
		return fmt.Errorf("reading the types of the kernels: %w", err)
	}
	for _, isa := range []struct {
		file string
		emit func(*assembly)
	}{
		{"../kernel_avx512_amd64", avx512},
		{"../kernel_avx2_amd64", avx2},
	} {
		a := &assembly{Context: build.NewContext(), types: pkg, constants: map[string]operand.Mem{}}
		a.ConstraintExpr("!purego")
		isa.emit(a)
		if err := a.write(isa.file); err != nil {
			return fmt.Errorf("writing %s: %w", isa.file, err)
		}
	}
	return nil
}

// kernelTypes type-checks the one file that declares the structs which kernels read, so that generating
// does not need the rest of the package, which needs what is generated.
func kernelTypes(file string) (*types.Package, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, nil, 0)
	if err != nil {
		return nil, err
	}
	config := types.Config{Importer: importer.Default(), Sizes: gotypes.Sizes}
	return config.Check("cpu", fset, []*ast.File{f}, nil)
}

// assembly is one generated file.
type assembly struct {
	*build.Context
	types     *types.Package
	constants map[string]operand.Mem
	bits      operand.Mem // the bit of each of eight lanes
	labels    int
}

// kernel starts a function. Doc is its comment: what it computes, as the Go loop that it replaces.
func (a *assembly) kernel(name, params, doc string) {
	a.Function(name)
	a.Attributes(attr.NOSPLIT)
	a.Pragma("noescape")
	a.Doc(strings.Split(strings.Trim(doc, "\n"), "\n")...)
	signature, err := gotypes.ParseSignatureInPackage(a.types, "func"+params)
	if err != nil {
		panic(name + ": " + err.Error())
	}
	a.Signature(signature)
	a.labels = 0
}

// label returns a label that is new in the function.
func (a *assembly) label(name string) string {
	a.labels++
	return fmt.Sprintf("%s%d", name, a.labels)
}

func (a *assembly) write(file string) error {
	f, err := a.Result()
	if err != nil {
		return err
	}
	if err := pass.Compile.Execute(f); err != nil {
		return err
	}
	config := printer.Config{Argv: []string{"go", "generate"}, Pkg: a.types.Name()}
	for ext, build := range map[string]printer.Builder{".s": printer.NewGoAsm, ".go": printer.NewStubs} {
		text, err := build(config).Print(f)
		if err != nil {
			return err
		}
		if err := os.WriteFile(file+ext, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// pointer loads the first address of a slice.
func (a *assembly) pointer(c gotypes.Component) reg.GPVirtual {
	return a.value(c.Base())
}

// value loads an integer, an address, or a bool widened to 64 bits.
func (a *assembly) value(c gotypes.Component) reg.GPVirtual {
	r := a.GP64()
	a.Load(c, r)
	return r
}

// bytes loads a number of float32 elements as a number of bytes.
func (a *assembly) bytes(c gotypes.Component) reg.GPVirtual {
	r := a.value(c)
	a.SHLQ(operand.U8(2), r)
	return r
}

// data returns n copies of a constant in memory.
func (a *assembly) data(name string, value float32, n int) operand.Mem {
	name = fmt.Sprintf("%s_%08x", name, math.Float32bits(value))
	if m, ok := a.constants[name]; ok {
		return m
	}
	m := a.StaticGlobal(name)
	a.DataAttributes(attr.RODATA | attr.NOPTR)
	for range n {
		a.AppendDatum(operand.U32(math.Float32bits(value)))
	}
	a.constants[name] = m
	return m
}

// broadcast fills a register with a constant.
func (a *assembly) broadcast(value float32, r reg.VecPhysical) {
	a.VBROADCASTSS(a.data("float32", value, 1), r)
}

// broadcastParam fills a register with a float32 argument.
func (a *assembly) broadcastParam(name string, r reg.VecPhysical) {
	b, err := a.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	a.VBROADCASTSS(b.Addr, r)
}

func at(base reg.Register, offset int) operand.Mem {
	return operand.Mem{Base: base, Disp: offset}
}

// zero clears a register.
func zero(a *assembly, r reg.VecPhysical) {
	if r.Size() == 64 {
		a.VPXORD(r, r, r)
	} else {
		a.VXORPS(r, r, r)
	}
}
