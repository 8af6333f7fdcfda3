package figure

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Formula is written in a small part of TeX's language: _ and ^ with one letter or {several}, \frac{a}{b},
// \t{upright words}, and a semicolon between two equations on one line; everything else stands for itself,
// Greek letters and signs as Unicode. The browser sets it (MathML) in a page, and this package in a
// drawing.
type Formula string

// atom is one element of a row, with its subscript and superscript.
type atom struct {
	text    string // a letter, a number, a sign, or words
	upright bool   // words
	over    []atom // numerator of a fraction
	under   []atom // its denominator
	row     []atom // a group
	low     []atom // subscript
	high    []atom // superscript
}

// formulaReader reads a formula from left to right.
type formulaReader struct{ left string }

func (f Formula) atoms() []atom {
	r := &formulaReader{string(f)}
	row := r.row()
	if r.left != "" {
		panic("figure: unbalanced bracket in formula: " + string(f)) // formulas are ours
	}
	return row
}

// row reads atoms up to a closing brace or the end.
func (r *formulaReader) row() []atom {
	var row []atom
	for r.left != "" && r.left[0] != '}' {
		switch {
		case r.left[0] == ' ':
			r.left = r.left[1:]
			continue
		case r.left[0] == '_' || r.left[0] == '^':
			last, high := &row[len(row)-1], r.left[0] == '^'
			r.left = r.left[1:]
			if hung := r.group(); high {
				last.high = hung
			} else {
				last.low = hung
			}
			continue
		}
		row = append(row, r.atom())
	}
	return row
}

// group reads {several} or one atom.
func (r *formulaReader) group() []atom {
	if !strings.HasPrefix(r.left, "{") {
		return []atom{r.atom()}
	}
	r.left = r.left[1:]
	row := r.row()
	r.left = strings.TrimPrefix(r.left, "}")
	return row
}

func (r *formulaReader) atom() atom {
	switch {
	case strings.HasPrefix(r.left, `\frac`):
		r.left = r.left[len(`\frac`):]
		over := r.group()
		return atom{over: over, under: r.group()}
	case strings.HasPrefix(r.left, `\t{`):
		words, rest, _ := strings.Cut(r.left[len(`\t{`):], "}")
		r.left = rest
		return atom{text: words, upright: true}
	case r.left[0] == '{':
		return atom{row: r.group()}
	}
	if n := len(r.left) - len(strings.TrimLeft(r.left, "0123456789.")); n > 0 {
		number := r.left[:n]
		r.left = r.left[n:]
		return atom{text: number}
	}
	_, n := utf8.DecodeRuneInString(r.left)
	sign := r.left[:n]
	r.left = r.left[n:]
	return atom{text: sign}
}

// MathML returns the formula as elements of a page, one for each equation.
func (f Formula) MathML() template.HTML {
	var b strings.Builder
	for equation := range strings.SplitSeq(string(f), ";") {
		b.WriteString(`<math displaystyle="true">` + mathRow(Formula(equation).atoms()) + `</math> `)
	}
	return template.HTML(b.String())
}

// mathRow sets a row. Brackets grow with the fractions between them.
func mathRow(row []atom) string {
	var b strings.Builder
	tall := hasFraction(row)
	for i := range row {
		if a := &row[i]; a.bracket() && !tall {
			b.WriteString(a.hang(`<mo stretchy="false">` + a.text + `</mo>`))
		} else {
			b.WriteString(a.hang(a.core()))
		}
	}
	return "<mrow>" + b.String() + "</mrow>"
}

func (a *atom) bracket() bool { return a.text == "(" || a.text == ")" || a.text == "|" }

func hasFraction(row []atom) bool {
	return slices.ContainsFunc(row, func(a atom) bool { return a.over != nil })
}

// hang adds subscript and superscript to inner.
func (a *atom) hang(inner string) string {
	low, high := mathRow(a.low), mathRow(a.high)
	beside := "sub"
	if a.text == "Σ" {
		beside = "under"
	}
	switch {
	case len(a.low) > 0 && len(a.high) > 0:
		return "<msubsup>" + inner + low + high + "</msubsup>"
	case len(a.low) > 0:
		return "<m" + beside + ">" + inner + low + "</m" + beside + ">"
	case len(a.high) > 0:
		return "<msup>" + inner + high + "</msup>"
	}
	return inner
}

func (a *atom) core() string {
	first, _ := utf8.DecodeRuneInString(a.text)
	words := html.EscapeString(a.text)
	switch {
	case a.over != nil:
		return "<mfrac>" + mathRow(a.over) + mathRow(a.under) + "</mfrac>"
	case a.row != nil:
		return mathRow(a.row)
	case a.upright:
		return "<mtext>" + words + "</mtext>"
	case unicode.IsDigit(first):
		return "<mn>" + words + "</mn>"
	case a.text == "Σ":
		return `<mo movablelimits="false">∑</mo>`
	case unicode.IsLetter(first):
		return "<mi>" + words + "</mi>"
	}
	return "<mo>" + words + "</mo>"
}

// box is a part of a formula in a drawing: its extents from the base line.
type box struct {
	width, up, down float64
	draw            func(d *Drawing, x, y float64)
}

// The layout of formulas in drawings, relative to the size of the letters.
const (
	formulaSize  = 17
	hangingSize  = 0.68 // of subscripts and superscripts
	lowered      = 0.28
	raised       = 0.42
	axisHeight   = 0.3 // of the line of a fraction
	fractionRoom = 0.16
)

// Drawing returns the formula set in its own drawing.
func (f Formula) Drawing() *Drawing {
	const margin = 4
	b := layRow(f.atoms(), formulaSize)
	d := &Drawing{Width: b.width + 2*margin, Height: b.up + b.down + 2*margin}
	b.draw(d, margin, margin+b.up)
	return d
}

func layRow(row []atom, size float64) box {
	var parts []box
	sum := box{up: 0.75 * size, down: 0.25 * size}
	tall := hasFraction(row)
	for i := range row {
		b := row[i].lay(size, tall)
		parts = append(parts, b)
		sum.width += b.width
		sum.up, sum.down = max(sum.up, b.up), max(sum.down, b.down)
	}
	sum.draw = func(d *Drawing, x, y float64) {
		for _, b := range parts {
			b.draw(d, x, y)
			x += b.width
		}
	}
	return sum
}

// lay lays out an atom with its subscript and superscript; brackets are tall beside fractions.
func (a *atom) lay(size float64, tall bool) box {
	body := a.layCore(size)
	if tall && a.bracket() {
		body = layBracket(a.text, size)
	}
	if len(a.low)+len(a.high) == 0 {
		return body
	}
	low, high := layRow(a.low, hangingSize*size), layRow(a.high, hangingSize*size)
	sum := box{width: body.width + max(low.width, high.width), up: body.up, down: body.down}
	if len(a.low) > 0 {
		sum.down = max(sum.down, lowered*size+low.down)
	}
	if len(a.high) > 0 {
		sum.up = max(sum.up, raised*size+high.up)
	}
	sum.draw = func(d *Drawing, x, y float64) {
		body.draw(d, x, y)
		low.draw(d, x+body.width, y+lowered*size)
		high.draw(d, x+body.width, y-raised*size)
	}
	return sum
}

func (a *atom) layCore(size float64) box {
	switch {
	case a.over != nil:
		return layFraction(layRow(a.over, 0.85*size), layRow(a.under, 0.85*size), size)
	case a.row != nil:
		return layRow(a.row, size)
	}
	before, behind := 0.0, 0.0 // a browser drops spaces at the ends of a text
	switch {
	case a.text == ",":
		behind = 0.3 * size
	case a.text == ";":
		return box{2 * size, 0, 0, func(*Drawing, float64, float64) {}}
	case strings.ContainsAny(a.text, "=+−·×≈→<>") && !a.upright:
		before, behind = 0.25*size, 0.25*size
	}
	return box{before + TextWidth(a.text, size) + behind, 0.75 * size, 0.25 * size,
		func(d *Drawing, x, y float64) { d.Write(x+before, y, size, Left, a.text) }}
}

// layBracket sets a bracket that holds a fraction.
func layBracket(text string, size float64) box {
	large := 1.7 * size
	return box{TextWidth(text, large), 1.1 * size, 0.6 * size, func(d *Drawing, x, y float64) { d.Write(x, y+0.3*size, large, Left, text) }}
}

func layFraction(over, under box, size float64) box {
	room := fractionRoom * size
	width := max(over.width, under.width) + 2*room
	sum := box{width: width + 2*room, up: axisHeight*size + room + over.down + over.up, down: room + under.up + under.down - axisHeight*size}
	sum.draw = func(d *Drawing, x, y float64) {
		line := y - axisHeight*size
		over.draw(d, x+room+(width-over.width)/2, line-room-over.down)
		under.draw(d, x+room+(width-under.width)/2, line+room+under.up)
		d.Line(Ink, 1.2, Point{x + room, line}, Point{x + room + width, line})
	}
	return sum
}

// Scientific formats a number for a sentence: 2.94e5 as 2.94·10⁵.
func Scientific(v float64) string {
	mantissa, exponent, scientific := strings.Cut(Short(v), "e")
	if !scientific {
		return mantissa
	}
	raised := strings.NewReplacer("-", "⁻", "0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹")
	return mantissa + "·10" + raised.Replace(exponent)
}

// Value formats a number as a formula: 1.5e-6 as 1.5 · 10^-6.
func Value(v float64) Formula {
	if root := math.Round(math.Sqrt(v)); v >= 1e4 && root*root == v && math.Mod(root, 10) != 0 {
		return Formula(fmt.Sprintf("%.0f^2", root)) // the pixels of a square picture
	}
	mantissa, exponent, scientific := strings.Cut(Short(v), "e")
	mantissa = strings.Replace(mantissa, "-", "−", 1)
	if !scientific {
		return Formula(mantissa)
	}
	power := fmt.Sprintf("10^{%s}", strings.Replace(exponent, "-", "−", 1))
	if mantissa == "1" {
		return Formula(power)
	}
	return Formula(mantissa + " · " + power)
}
