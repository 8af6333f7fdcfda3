package canvas

import (
	"encoding/binary"
	"fmt"
	"image"
	"io"
	"slices"
	"testing"
)

// RegisterToy registers a format for the rest of a test: what the file of a format does, in one place.
func RegisterToy(t *testing.T) Format {
	t.Helper()
	before := slices.Clone(formats)
	t.Cleanup(func() { formats = before })
	return register(codec{
		name:     "Toy",
		endings:  []string{".toy", ".plaything"},
		magics:   []string{"A toy, version ?: a picture"}, // longer than the magics of all others
		config:   toyConfig,
		decode:   decodeToy,
		metadata: readToy,
		encode:   encodeToy,
		depths:   []int{8},
	})
}

// toyHead is the magic, the width, the height, the orientation and the length of the recipe; the recipe and 4 bytes a
// pixel follow.
type toyHead struct {
	Magic         [27]byte
	Width, Height uint16
	Orientation   uint8
	Recipe        uint16
}

func readToyHead(r io.Reader) (head toyHead, recipe []byte, err error) {
	if err = binary.Read(r, binary.BigEndian, &head); err != nil {
		return head, nil, err
	}
	recipe = make([]byte, head.Recipe)
	_, err = io.ReadFull(r, recipe)
	return head, recipe, err
}

func toyConfig(r io.Reader) (image.Config, error) {
	head, _, err := readToyHead(r)
	return image.Config{Width: int(head.Width), Height: int(head.Height)}, err
}

func decodeToy(r io.Reader) (image.Image, error) {
	head, _, err := readToyHead(r)
	if err != nil {
		return nil, err
	}
	img := image.NewRGBA(image.Rect(0, 0, int(head.Width), int(head.Height)))
	_, err = io.ReadFull(r, img.Pix)
	return img, err
}

func readToy(m *metadata, file *io.SectionReader) {
	head, recipe, err := readToyHead(file)
	if err == nil {
		m.orientation, m.recipe = orientation(head.Orientation), string(recipe)
	}
}

func encodeToy(w io.Writer, p *Picture, o EncodeOptions) error {
	const rotated = 6 // so that whoever ignores the metadata gets another picture
	img := p.samples8()
	head := toyHead{Width: uint16(p.Height), Height: uint16(p.Width), Orientation: rotated, Recipe: uint16(len(o.Recipe))}
	copy(head.Magic[:], "A toy, version 7: a picture")
	if err := binary.Write(w, binary.BigEndian, head); err != nil {
		return err
	}
	if _, err := fmt.Fprint(w, o.Recipe); err != nil {
		return err
	}
	// Orientation 6 is turned clockwise when it is read, so it is stored turned the other way.
	for x := p.Width - 1; x >= 0; x-- {
		for y := range p.Height {
			if _, err := w.Write(img.Pix[img.PixOffset(x, y):][:4]); err != nil {
				return err
			}
		}
	}
	return nil
}

// TestFormatsOrder: the order of formats comes from what they state, not from the names of their files.
func TestFormatsOrder(t *testing.T) {
	if got, want := fmt.Sprint(Formats()), "[PNG JPEG BMP GIF TIFF WebP]"; got != want {
		t.Errorf("the formats are %s, not %s", got, want)
	}
	if got, want := fmt.Sprint(Endings()), "[.png .jpg .jpeg .bmp .gif .tif .tiff .webp]"; got != want {
		t.Errorf("the endings are %s, not %s", got, want)
	}
	if got, want := ErrVariant.Error(), "unsupported variant of the format: convert the file to PNG or JPEG first"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
}

// TestNoFormat: the zero Format has a name and cannot be written.
func TestNoFormat(t *testing.T) {
	var none Format
	if none.String() == "" || none.Writable() || none.HasQuality() || none.Depths() != nil {
		t.Errorf("the zero format is %v, writable %v, with quality %v, of depths %v", none, none.Writable(), none.HasQuality(), none.Depths())
	}
	if err := Encode(io.Discard, New(1, 1), none, EncodeOptions{}); err == nil {
		t.Error("a picture was written in no format")
	}
}
