package figure

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
)

// Annotation is a text in a PNG file, under a keyword. The PNG specification
// (section 11.3.4) defines keywords that other programs know: Title, Description, Software, Comment.
type Annotation struct {
	Keyword string // 1 to 79 printable characters of ASCII
	Text    string // UTF-8 without NUL; lines end in "\n"
}

// software is the program that writes the files; Report.Made gives the version if it is known.
const software = "Impasto"

// annotations are the texts about a report in its PNG files, with a description unless it is empty.
func (r *Report) annotations(description string) []Annotation {
	all := []Annotation{{"Title", r.Title}, {"Description", description}, {"Software", software}, {"Comment", r.Made}}
	all = append(all, r.Annotations...)
	return slices.DeleteFunc(all, func(a Annotation) bool { return a.Text == "" })
}

// The start of every PNG file: signature, and the header's length, type, 13 bytes and checksum. Text may follow
// anywhere; before the pixels it can be found without reading them.
const pngHeader = 8 + 4 + 4 + 13 + 4

// annotate puts texts into an encoded PNG file, after its header. It panics if a keyword is invalid.
func annotate(file []byte, annotations []Annotation) []byte {
	var chunks []byte
	for _, a := range annotations {
		chunks = a.appendChunk(chunks)
	}
	return slices.Concat(file[:pngHeader], chunks, file[pngHeader:])
}

// appendChunk appends the text as a chunk: tEXt if it is ASCII, which every program reads, and otherwise iTXt
// (keyword, two bytes that say not compressed, no language, no translated keyword, UTF-8).
func (a Annotation) appendChunk(b []byte) []byte {
	if !printable(a.Keyword) || a.Keyword == "" || len(a.Keyword) > 79 || strings.Trim(a.Keyword, " ") != a.Keyword {
		panic(fmt.Sprintf("figure: %q is not a keyword of a PNG text", a.Keyword))
	}
	clean := strings.ToValidUTF8(strings.ReplaceAll(a.Text, "\x00", ""), "\uFFFD")
	if printable(strings.ReplaceAll(clean, "\n", " ")) {
		return appendChunk(b, "tEXt", a.Keyword+"\x00"+clean)
	}
	return appendChunk(b, "iTXt", a.Keyword+"\x00\x00\x00\x00\x00"+clean)
}

func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// appendChunk appends a chunk: length, type, data, and the checksum of the latter two.
func appendChunk(b []byte, kind, data string) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
	start := len(b)
	b = append(append(b, kind...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[start:]))
}
