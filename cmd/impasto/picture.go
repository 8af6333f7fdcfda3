package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/examples"
	"github.com/impasto/impasto/order"
)

// loadPicture reads a picture from a file, or a built-in picture if the name starts with @.
func loadPicture(name string) (*canvas.Picture, error) {
	if !strings.HasPrefix(name, "@") {
		p, err := canvas.Open(name, canvas.Limits{})
		if errors.Is(err, fs.ErrNotExist) && filepath.Ext(name) == "" {
			// Perhaps a command was meant: impasto stile a b.
			err = fmt.Errorf("%w; impasto --help lists the commands, @NAME is a built-in picture (%s)", err, strings.Join(examples.Names(), ", "))
		}
		return p, err
	}
	data, err := examples.Open(name)
	if err != nil {
		return nil, usageError{err}
	}
	p, err := canvas.Decode(bytes.NewReader(data), canvas.Limits{})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return p, nil
}

func loadPictures(names []string) ([]*canvas.Picture, error) {
	pictures := make([]*canvas.Picture, len(names))
	for i, name := range names {
		p, err := loadPicture(name)
		if err != nil {
			return nil, err
		}
		pictures[i] = p
	}
	return pictures, nil
}

// longestName bounds file names made from the names of pictures, in bytes; file systems allow 255.
const longestName = 100

// outputPath returns the path of a result: that given by the user, or else CONTENT-STYLE.png in the current folder,
// numbered so that no file is replaced. The path of a variation has its number. It fails if no picture could be
// written there.
func outputPath(asked string, o *order.Order, v variation) (string, error) {
	path := v.file(asked)
	if path == "" {
		name := stem(o.Photograph.Name)
		for _, p := range o.Paintings {
			name += "-" + stem(p.Picture.Name)
		}
		free, err := canvas.NextFree(v.file(cut(name, longestName) + ".png"))
		if err != nil {
			return "", err
		}
		path = free
	}
	if _, err := canvas.FormatOf(path); err != nil {
		return "", usageError{err}
	}
	return path, canvas.CheckOutput(path)
}

// stem returns the name of a picture without folder and extension.
func stem(name string) string {
	base := strings.TrimPrefix(filepath.Base(name), "@")
	if s := strings.TrimSuffix(base, filepath.Ext(base)); s != "" {
		return s
	}
	return base
}

// cut returns the longest prefix of s of at most n bytes that ends between characters.
func cut(s string, n int) string {
	for i, r := range s {
		if i+utf8.RuneLen(r) > n {
			return s[:i]
		}
	}
	return s
}

// stems returns the names of pictures without folders and extensions.
func stems(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = stem(n)
	}
	return out
}
