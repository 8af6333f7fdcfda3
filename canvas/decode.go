package canvas

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"image"
	"io"
	"io/fs"
	"os"
	"strings"
)

// Errors that Open, Decode and their siblings wrap.
var (
	// ErrNotPicture reports that the data has none of the formats that can be read.
	ErrNotPicture error = &lazyError{func() string {
		return "not a picture of a known format (" + strings.Join(texts(Formats()), ", ") + ")"
	}}
	// ErrTooLarge reports that a picture or its file exceeds the limits.
	ErrTooLarge = errors.New("over the limit")
	// ErrDamaged reports that a file is truncated or inconsistent.
	ErrDamaged = errors.New("the file is damaged or truncated")
	// ErrVariant reports that a file is of a known format, in a variant that cannot be read.
	ErrVariant error = &lazyError{func() string {
		return "unsupported variant of the format: convert the file to " + orList(texts(those(Format.Writable))) + " first"
	}}
)

// A lazyError is an error whose text lists formats, so that it is composed when all are registered.
type lazyError struct{ text func() string }

// Error returns one line.
func (e *lazyError) Error() string { return e.text() }

// Limits bound what is read. Zero values select the defaults.
type Limits struct {
	// MaxPixels is the largest width x height that is decoded; the default is 200 million,
	// more than the sensors of cameras have. Decoding takes up to 28 bytes a pixel at its
	// peak (20 for a 16-bit picture with transparency, most for a progressive JPEG), of which
	// the picture keeps 12.
	MaxPixels int64
	// MaxBytes is the largest file; the default is 2 GiB.
	MaxBytes int64
}

func (l Limits) maxPixels() int64 {
	if l.MaxPixels > 0 {
		return l.MaxPixels
	}
	return 200e6
}

func (l Limits) maxBytes() int64 {
	if l.MaxBytes > 0 {
		return l.MaxBytes
	}
	return 2 << 30
}

// A Header is what a file states about its picture before the pixels.
type Header struct {
	Format        Format
	Width, Height int    // of the picture as Open returns it, upright
	Orientation   int    // EXIF orientation as stored, 1 (upright) to 8
	HasProfile    bool   // an ICC profile is embedded
	Recipe        string // EncodeOptions.Recipe as embedded, or ""
}

// Open reads the picture in a file, as [Decode] does. The error names the file.
func Open(path string, limits Limits) (*Picture, error) {
	var p *Picture
	err := withFile(path, limits, func(s *source) (err error) {
		p, err = s.decode(limits)
		return err
	})
	return p, err
}

// OpenHeader reads the header of the picture in a file. It returns the errors that Open
// would return for its size and format, at little cost in time and memory.
func OpenHeader(path string, limits Limits) (Header, error) {
	var h Header
	err := withFile(path, limits, func(s *source) (err error) {
		h, err = s.readHeader(limits)
		return err
	})
	return h, err
}

// ReadRecipe returns the recipe that [Save] embedded in the picture at path, or "" if
// there is none.
func ReadRecipe(path string) (string, error) {
	h, err := OpenHeader(path, Limits{})
	return h.Recipe, err
}

// Decode reads all of r as a picture: upright, in sRGB, in [0, 1], with transparency
// over white. Of an animation it returns the first frame. A profile that cannot be read
// is ignored, as browsers do: the values are then taken as sRGB.
//
// Errors wrap [ErrNotPicture], [ErrTooLarge], [ErrDamaged], [ErrVariant] or what r
// returned.
func Decode(r io.Reader, limits Limits) (*Picture, error) {
	s, err := readSource(r, limits)
	if err != nil {
		return nil, err
	}
	return s.decode(limits)
}

// DecodeHeader is OpenHeader for all of r.
func DecodeHeader(r io.Reader, limits Limits) (Header, error) {
	s, err := readSource(r, limits)
	if err != nil {
		return Header{}, err
	}
	return s.readHeader(limits)
}

// A source is a file or a block of memory that holds a picture.
type source struct {
	io.ReaderAt
	size int64
	meta metadata // set by readHeader
}

// withFile calls f with the file at path and prefixes its error with the path.
func withFile(path string, limits Limits, f func(*source) error) error {
	wrap := func(err error) error { return fmt.Errorf("read picture %s: %w", path, bare(err)) }
	file, err := os.Open(path)
	if err != nil {
		return wrap(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return wrap(err)
	}
	s := &source{ReaderAt: file, size: info.Size()}
	if !info.Mode().IsRegular() { // a pipe cannot be read twice, as the header needs
		if s, err = readSource(file, limits); err != nil {
			return wrap(err)
		}
	}
	if s.size > limits.maxBytes() {
		return wrap(tooManyBytes(limits))
	}
	if err := f(s); err != nil {
		return wrap(err)
	}
	return nil
}

// readSource reads all of r, unless its first bytes show that it is not a picture.
func readSource(r io.Reader, limits Limits) (*source, error) {
	buffered := bufio.NewReader(r)
	head, err := buffered.Peek(magicBytes())
	if err != nil && err != io.EOF {
		return nil, err
	}
	if _, ok := sniff(head); !ok {
		return nil, ErrNotPicture
	}
	data, err := io.ReadAll(io.LimitReader(buffered, limits.maxBytes()+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limits.maxBytes() {
		return nil, tooManyBytes(limits)
	}
	return &source{ReaderAt: bytes.NewReader(data), size: int64(len(data))}, nil
}

func tooManyBytes(limits Limits) error {
	return fmt.Errorf("the file is %w of %d bytes", ErrTooLarge, limits.maxBytes())
}

// stream returns a reader of the whole source.
func (s *source) stream() io.Reader { return io.NewSectionReader(s, 0, s.size) }

// readHeader finds the format and the size and checks them against the limits.
func (s *source) readHeader(limits Limits) (Header, error) {
	head := make([]byte, magicBytes())
	n, err := s.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return Header{}, err
	}
	f, ok := sniff(head[:n])
	if !ok {
		return Header{}, ErrNotPicture
	}
	var config image.Config
	err = guard(func() (err error) {
		config, err = f.config(s.stream())
		return err
	})
	if err != nil {
		return Header{}, explain(f, err)
	}
	if config.Width < 1 || config.Height < 1 {
		return Header{}, fmt.Errorf("%s of %dx%d pixels: %w", f, config.Width, config.Height, ErrDamaged)
	}
	if int64(config.Width) > limits.maxPixels()/int64(config.Height) {
		return Header{}, fmt.Errorf("%s of %dx%d pixels: %w of %d pixels", f, config.Width, config.Height, ErrTooLarge, limits.maxPixels())
	}
	s.meta = readMetadata(f, s, s.size)
	w, h := s.meta.orientation.size(config.Width, config.Height)
	return Header{
		Format: f, Width: w, Height: h, Orientation: int(s.meta.orientation),
		HasProfile: s.meta.icc != nil, Recipe: s.meta.recipe,
	}, nil
}

// decode reads the header, then the pixels.
func (s *source) decode(limits Limits) (*Picture, error) {
	h, err := s.readHeader(limits)
	if err != nil {
		return nil, err
	}
	var img image.Image
	err = guard(func() (err error) {
		img, err = h.Format.decode(s.stream())
		return err
	})
	if err != nil {
		return nil, explain(h.Format, err)
	}
	if w, h := s.meta.orientation.size(img.Bounds().Dx(), img.Bounds().Dy()); w < 1 || h < 1 || int64(w) > limits.maxPixels()/int64(h) {
		return nil, ErrDamaged
	}
	icc, err := newProfile(s.meta.icc)
	if err != nil {
		icc = nil // treated as absent
	}
	p, err := develop(newRaster(img, cmp.Or(h.Format.ycc, fullRange)), s.meta.orientation, icc)
	if err != nil {
		return nil, explain(h.Format, err)
	}
	return p, nil
}

// explain translates the error of a decoder of format f into an error of this package.
func explain(f Format, err error) error {
	var pathErr *fs.PathError // the file could not be read
	switch {
	case errors.As(err, &pathErr):
		return err
	case f.unsupported != nil && f.unsupported(err):
		return fmt.Errorf("%s: %w (%v)", f, ErrVariant, err)
	}
	return fmt.Errorf("%s: %w (%v)", f, ErrDamaged, err)
}

// bare strips the operation and the path from an error of package os: callers name the file
// as the user did.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
