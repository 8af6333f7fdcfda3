// Command gen paints the paintings of the examples folder.
//
//	go run . -out ..            paint them all
//	go run . -out .. -only night,dots
//	go run . -out .. -check     paint, and compare with the files that are there
//	go run . -out .. -sheet contact.jpg
//
// The pictures are a function of the code alone: every source of chance has a fixed seed. On amd64
// (GOAMD64=v1, the default) every run gives the same bytes; elsewhere the compiler may fuse
// multiplications with additions, which moves the last bit of some numbers, so -check is for amd64.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
)

// painting is one picture: a name, which is the file's too, and what paints it.
type painting struct {
	name    string
	seed    uint64
	quality int // of the JPEG
	paint   func(*rand.Rand) *Canvas
}

var paintings = []painting{
	{"dots", 3, 88, dots},
	{"glass", 4, 88, glass},
	{"marble", 2, 88, marble},
	{"mosaic", 7, 88, mosaic},
	{"night", 1, 88, night},
	{"poppies", 5, 88, poppies},
	{"woodcut", 6, 88, woodcut},
}

func main() {
	out := flag.String("out", "..", "folder of the pictures")
	only := flag.String("only", "", "paint only these, separated by commas")
	check := flag.Bool("check", false, "write nothing; fail if a file differs from the painting")
	sheet := flag.String("sheet", "", "write a contact sheet of the pictures in the folder to this JPEG, and paint nothing")
	flag.Parse()
	if err := run(*out, *only, *check, *sheet); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(out, only string, check bool, sheet string) error {
	if sheet != "" {
		return writeSheet(out, sheet)
	}
	if check && runtime.GOARCH != "amd64" {
		return fmt.Errorf("-check compares bytes that are reproducible only on amd64; this is %s", runtime.GOARCH)
	}
	chosen, err := choose(only)
	if err != nil {
		return err
	}
	var group sync.WaitGroup
	errs := make([]error, len(chosen))
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, p := range chosen {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			errs[i] = p.deliver(out, check)
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// choose returns the paintings named in a comma-separated list, or all if it is empty.
func choose(only string) ([]painting, error) {
	if only == "" {
		return paintings, nil
	}
	var chosen []painting
next:
	for name := range strings.SplitSeq(only, ",") {
		for _, p := range paintings {
			if p.name == name {
				chosen = append(chosen, p)
				continue next
			}
		}
		return nil, fmt.Errorf("unknown painting %q", name)
	}
	return chosen, nil
}

// deliver paints p and writes its file, or compares it with the file.
func (p painting) deliver(out string, check bool) error {
	picture := p.paint(rand.New(rand.NewPCG(p.seed, 0))).picture()
	data, err := encode(picture, p.quality)
	if err != nil {
		return err
	}
	path := filepath.Join(out, p.name+".jpg")
	if !check {
		return os.WriteFile(path, data, 0o644)
	}
	have, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !bytes.Equal(have, data) {
		return fmt.Errorf("%s differs from what the generator paints: run it without -check and look at the picture", path)
	}
	return nil
}

func encode(img image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
	return b.Bytes(), err
}
