package canvas

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
)

// A Format is a file format for pictures.
type Format int

// The formats that can be read; PNG and JPEG can also be written. The zero Format is none.
const (
	PNG Format = iota + 1
	JPEG
	GIF
	WebP
	TIFF
	BMP
)

// formats is the one table of formats, in the order of their constants. A magic matches
// the first bytes of a file, with '?' for any byte.
var formats = [...]struct {
	name       string
	magics     []string
	extensions []string // of files that Save writes
}{
	PNG:  {"PNG", []string{"\x89PNG\r\n\x1a\n"}, []string{".png"}},
	JPEG: {"JPEG", []string{"\xff\xd8\xff"}, []string{".jpg", ".jpeg"}},
	GIF:  {"GIF", []string{"GIF87a", "GIF89a"}, nil},
	WebP: {"WebP", []string{"RIFF????WEBPVP8"}, nil},
	TIFF: {"TIFF", []string{"II\x2a\x00", "MM\x00\x2a"}, nil},
	BMP:  {"BMP", []string{"BM????\x00\x00\x00\x00"}, nil},
}

// magicBytes is the length of the longest magic.
const magicBytes = 15

// String returns the usual name, such as "JPEG".
func (f Format) String() string {
	if f < PNG || f > BMP {
		return fmt.Sprintf("Format(%d)", int(f))
	}
	return formats[f].name
}

// FormatOf returns the format that [Save] writes at path, by the extension (.png, .jpg,
// .jpeg in any case), or an error that lists the extensions.
func FormatOf(path string) (Format, error) {
	ext := strings.ToLower(filepath.Ext(path))
	for f := range formats {
		for _, e := range formats[f].extensions {
			if e == ext {
				return Format(f), nil
			}
		}
	}
	if ext == "" {
		return 0, fmt.Errorf("%s has no extension: name it .png or .jpg", path)
	}
	return 0, fmt.Errorf("%s: cannot write pictures as %q: name it .png or .jpg", path, ext)
}

// sniff returns the format of a file by its first bytes, or 0.
func sniff(head []byte) Format {
	for f := range formats {
		for _, magic := range formats[f].magics {
			if matches(head, magic) {
				return Format(f)
			}
		}
	}
	return 0
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
