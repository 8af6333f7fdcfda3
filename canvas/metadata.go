package canvas

import (
	"bytes"
	"io"
)

// metadata is what a file says about its picture beside the pixels. Metadata that is
// damaged counts as absent: the picture can still be read.
type metadata struct {
	orientation orientation // 1 to 8
	icc         []byte      // ICC profile
	recipe      string      // as written by Encode
}

// maxMetadata bounds what is read of one piece of metadata: profiles of printers have up
// to a few megabytes.
const maxMetadata = 16 << 20

// maxChunks bounds the chunks that are looked at; a PNG of 200 million pixels in chunks of
// 8 KiB has about 150,000.
const maxChunks = 1 << 20

const (
	recipeKeyword = "Impasto recipe" // marks the recipe, in whatever the format has for text
	exifPrefix    = "Exif\x00\x00"   // of EXIF in a segment of a JPEG, and by mistake in some WebP
)

// readMetadata reads the metadata of a file of format f.
func readMetadata(f Format, r io.ReaderAt, size int64) metadata {
	m := metadata{orientation: 1}
	if f.metadata != nil {
		f.metadata(&m, io.NewSectionReader(r, 0, size))
	}
	return m
}

// readEXIF reads EXIF data, which has the form of a TIFF file.
func (m *metadata) readEXIF(exif []byte) {
	m.readTIFF(io.NewSectionReader(bytes.NewReader(exif), 0, int64(len(exif))))
}

// piece returns size bytes of the file, or nil if they are not all there or too many.
func piece(file *io.SectionReader, at, size int64) []byte {
	if size < 0 || size > maxMetadata || at < 0 || at+size > file.Size() {
		return nil
	}
	b := make([]byte, size)
	if _, err := file.ReadAt(b, at); err != nil && err != io.EOF {
		return nil
	}
	return b
}
