package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/ansi/iterm2"
	"github.com/charmbracelet/x/ansi/kitty"
	"github.com/charmbracelet/x/ansi/sixel"
	"golang.org/x/image/draw"
	"golang.org/x/term"
)

// graphics is how a terminal shows a picture.
type graphics uint8

const (
	noGraphics    graphics = iota
	halfBlocks             // two coloured pixels per character, for any terminal with 24-bit colour
	sixelGraphics          // DEC's, in xterm, foot, mlterm
	itermGraphics          // iTerm2's inline pictures
	kittyGraphics          // kitty's protocol, in kitty and Ghostty
)

// graphicsOf determines from the environment what a terminal can show. A terminal can also be queried, but its
// answer would be mixed with the user's input.
func graphicsOf(getenv func(string) string) graphics {
	program, name := getenv("TERM_PROGRAM"), getenv("TERM")
	switch {
	case name == "dumb":
		return noGraphics
	case getenv("TMUX") != "" || strings.HasPrefix(name, "screen"):
		// Multiplexers drop unknown graphics.
		return halfBlocks
	case getenv("KITTY_WINDOW_ID") != "" || name == "xterm-kitty" || program == "ghostty" || name == "xterm-ghostty":
		return kittyGraphics
	case program == "iTerm.app" || program == "WezTerm" || getenv("LC_TERMINAL") == "iTerm2":
		return itermGraphics
	case strings.Contains(name, "sixel") || strings.HasPrefix(name, "foot") || name == "mlterm" || name == "contour":
		return sixelGraphics
	}
	return halfBlocks
}

// cells is the size of a terminal in characters; a character is assumed to be twice as high as wide.
type cells struct{ columns, rows int }

// terminalOf returns the size of the terminal behind w, and whether there is one.
func terminalOf(w io.Writer) (cells, bool) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return cells{}, false
	}
	columns, rows, err := term.GetSize(int(f.Fd()))
	if err != nil || columns < 1 || rows < 1 {
		return cells{80, 24}, true
	}
	return cells{columns, rows}, true
}

// The assumed size of a character in pixels, on terminals that show pixels.
const (
	cellWidth  = 8
	cellHeight = 16
)

// show draws a picture on a terminal of the given size, leaving room below for the prompt.
func show(w io.Writer, img image.Image, g graphics, size cells) error {
	rows := max(size.rows-2, 1)
	switch g {
	case noGraphics:
		return nil
	case halfBlocks:
		return showBlocks(w, shrink(img, size.columns, 2*rows))
	}
	img = shrink(img, size.columns*cellWidth, rows*cellHeight)
	var err error
	switch g {
	case sixelGraphics:
		var data bytes.Buffer
		if err = (&sixel.Encoder{}).Encode(&data, img); err == nil {
			_, err = io.WriteString(w, ansi.SixelGraphics(0, 1, 0, data.Bytes()))
		}
	case itermGraphics:
		var data bytes.Buffer
		if err = png.Encode(&data, img); err == nil {
			_, err = io.WriteString(w, ansi.ITerm2(iterm2.File{Inline: true, Size: int64(data.Len()),
				Content: base64.StdEncoding.AppendEncode(nil, data.Bytes())}))
		}
	case kittyGraphics:
		err = kitty.EncodeGraphics(w, img, &kitty.Options{Action: kitty.TransmitAndPut, Quiet: 2,
			Format: kitty.PNG, Transmission: kitty.Direct, Chunk: true})
	}
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, "\n")
	return err
}

// shrink fits a picture into width x height without enlarging it.
func shrink(img image.Image, width, height int) image.Image {
	b := img.Bounds()
	scale := min(float64(width)/float64(b.Dx()), float64(height)/float64(b.Dy()), 1)
	dst := image.NewRGBA(image.Rect(0, 0, max(int(float64(b.Dx())*scale), 1), max(int(float64(b.Dy())*scale), 1)))
	draw.CatmullRom.Scale(dst, dst.Bounds(), img, b, draw.Src, nil)
	return dst
}

// showBlocks draws two pixels per character: the upper as the colour of a half block, the lower as that of the
// background.
func showBlocks(w io.Writer, img image.Image) error {
	var out bytes.Buffer
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y += 2 {
		for x := b.Min.X; x < b.Max.X; x++ {
			fmt.Fprintf(&out, "\x1b[38;2;%sm", colour(img, x, y))
			if y+1 < b.Max.Y {
				fmt.Fprintf(&out, "\x1b[48;2;%sm", colour(img, x, y+1))
			}
			out.WriteString("▀")
		}
		out.WriteString("\x1b[0m\n")
	}
	_, err := w.Write(out.Bytes())
	return err
}

func colour(img image.Image, x, y int) string {
	r, g, b, _ := img.At(x, y).RGBA()
	return fmt.Sprintf("%d;%d;%d", r>>8, g>>8, b>>8)
}
