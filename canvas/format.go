package canvas

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"image"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// A Format is a file format for pictures: one of [Formats], or the zero Format, which is none. Formats can be compared
// with ==.
type Format struct{ *codec }

// A codec is everything that the package knows of a format. The file of a format registers one.
type codec struct {
	name    string   // the usual one, such as "JPEG"
	endings []string // of its files' names, in lower case with the dot, the usual one first
	magics  []string // the first bytes of its files, one of them, with '?' for any byte

	// config and decode read the size and the pixels of a file. The reader is an *io.SectionReader of all of it.
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	// unsupported reports whether an error of theirs means a variant that they do not read; nil: none does.
	unsupported func(error) bool
	// ycc is how the pixels are coded if they are luma and chroma; nil: as in JFIF.
	ycc *yccMatrix
	// metadata reads the orientation, the profile and the recipe of a file; nil: its files have none.
	metadata func(*metadata, *io.SectionReader)

	// encode writes a finite picture with options that passed Check, embedding the recipe; nil: it cannot be written.
	encode     func(io.Writer, *Picture, EncodeOptions) error
	depths     []int // bits of a sample that encode can write, the default first
	hasQuality bool  // whether encode heeds EncodeOptions.Quality
}

// formats is the table of formats, in the order of Formats.
var formats []Format

// register adds a format to the table; the variable of the format is initialised with it. A codec that lacks something
// is a bug of this package.
func register(c codec) Format {
	if c.name == "" || len(c.endings) == 0 || len(c.magics) == 0 || c.config == nil || c.decode == nil ||
		(c.encode != nil) != (len(c.depths) > 0) {
		panic("canvas: format " + c.name + " is incomplete")
	}
	f := Format{&c}
	at, there := slices.BinarySearchFunc(formats, f, compare)
	if there {
		panic("canvas: format " + c.name + " is registered twice")
	}
	formats = slices.Insert(formats, at, f)
	return f
}

// compare orders formats for Formats, by nothing but what they state: Go does not say in which order the files of a
// package register theirs.
func compare(f, g Format) int {
	return cmp.Or(cmp.Compare(len(g.depths), len(f.depths)), cmp.Compare(f.name, g.name))
}

// Formats returns the formats that can be read: first those that can be written too, by the number of their depths,
// then the rest, each in the order of their names.
func Formats() []Format { return slices.Clone(formats) }

// Endings returns the endings of the names of files that can be read, in lower case with the dot: ".png" and others.
func Endings() []string {
	var all []string
	for _, f := range formats {
		all = append(all, f.endings...)
	}
	return all
}

// Depths returns the bits of a sample that one format or another can be written with, ascending.
func Depths() []int {
	var all []int
	for _, f := range formats {
		all = append(all, f.depths...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// String returns the usual name, such as "JPEG".
func (f Format) String() string {
	if f.codec == nil {
		return "unknown format"
	}
	return f.name
}

// Writable reports whether pictures can be written in the format.
func (f Format) Writable() bool { return f.codec != nil && f.encode != nil }

// Depths returns the bits of a sample that the format can be written with, the default first, or nil if it cannot be
// written.
func (f Format) Depths() []int {
	if f.codec == nil {
		return nil
	}
	return slices.Clone(f.depths)
}

// HasQuality reports whether the format is written with a quality: with loss.
func (f Format) HasQuality() bool { return f.codec != nil && f.hasQuality }

// FormatOf returns the format that [Save] writes at path, by the extension (such as .png or .jpg, in any case), or an
// error that lists the extensions.
func FormatOf(path string) (Format, error) {
	ext := strings.ToLower(filepath.Ext(path))
	var usual []string
	for _, f := range those(Format.Writable) {
		if slices.Contains(f.endings, ext) {
			return f, nil
		}
		usual = append(usual, f.endings[0])
	}
	if ext == "" {
		return Format{}, fmt.Errorf("%s has no extension: name it %s", path, orList(usual))
	}
	return Format{}, fmt.Errorf("%s: cannot write pictures as %q: name it %s", path, ext, orList(usual))
}

// those returns the formats with a property.
func those(has func(Format) bool) []Format {
	return slices.DeleteFunc(Formats(), func(f Format) bool { return !has(f) })
}

// texts returns values, formats or numbers, as they are printed.
func texts[T any](values []T) []string {
	var all []string
	for _, v := range values {
		all = append(all, fmt.Sprint(v))
	}
	return all
}

// orList joins words as "a", "a or b", "a, b or c".
func orList(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// magicBytes returns the length of the longest magic.
func magicBytes() int {
	longest := 0
	for _, f := range formats {
		for _, magic := range f.magics {
			longest = max(longest, len(magic))
		}
	}
	return longest
}

// sniff returns the format of a file by its first bytes.
func sniff(head []byte) (Format, bool) {
	for _, f := range formats {
		for _, magic := range f.magics {
			if matches(head, magic) {
				return f, true
			}
		}
	}
	return Format{}, false
}

func matches(head []byte, magic string) bool {
	if !strings.Contains(magic, "?") {
		return bytes.HasPrefix(head, []byte(magic))
	}
	if len(head) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if magic[i] != '?' && head[i] != magic[i] {
			return false
		}
	}
	return true
}

// isError reports whether err is or wraps an error of type E.
func isError[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}
