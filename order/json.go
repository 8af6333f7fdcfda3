package order

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/impasto/impasto/recipe"
)

// Parse reads the JSON form of an order of the current version, strictly: no unknown or repeated fields, no
// types other than the schema's, nothing after the end, at most [MaxBytes]. Numbers out of range and unknown names,
// settings and recipes are rejected. The error is a [*FieldError], one line that names the field by
// its path. The returned order is canonical.
func Parse(data []byte) (Order, error) {
	version, err := versionOf(data, MaxBytes)
	switch {
	case err != nil:
		return Order{}, err
	case version == 0:
		return Order{}, fieldf("version", "missing; an order has \"version\": %d", Version)
	}
	var o Order
	if err := decode(data, MaxBytes, &o); err != nil {
		return Order{}, err
	}
	c, err := o.Canonical()
	if err != nil {
		return Order{}, err
	}
	_, err = encode(&c, MaxBytes)
	return c, err
}

// versionOf returns the version stated in a JSON text, 0 for none. A version newer than this package reads
// is an error.
func versionOf(data []byte, limit int) (int, error) {
	if err := checkText(data, limit); err != nil {
		return 0, err
	}
	d := newReader(data)
	if t, err := d.token(""); err != nil {
		return 0, err
	} else if t != json.Delim('{') {
		return 0, wrongType("", "an object", t)
	}
	for d.More() {
		key, err := d.key("")
		if err != nil {
			return 0, err
		}
		if key != "version" {
			var skipped json.RawMessage
			if err := d.Decode(&skipped); err != nil {
				return 0, jsonError(member("", key), err)
			}
			continue
		}
		t, err := d.token("version")
		if err != nil {
			return 0, err
		}
		n, ok := t.(json.Number)
		if !ok {
			return 0, wrongType("version", "a number", t)
		}
		return stated(n.String())
	}
	return 0, nil
}

// stated parses the number of a version.
func stated(text string) (int, error) {
	n, ok := wholeNumber(text)
	switch {
	case !ok || n.Sign() <= 0:
		return 0, fieldf("version", "%s is not a version; the current one is %d", clipped(text), Version)
	case !n.IsInt64() || n.Int64() > Version:
		return 0, fieldf("version", "%s is newer than this program, which reads versions up to %d; update Impasto",
			clipped(text), Version)
	}
	return int(n.Int64()), nil
}

// jsonError converts an error of the standard library's decoder, adding a path.
func jsonError(path string, err error) error {
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		return fieldf(path, "not JSON at byte %d: %v", syntax.Offset, syntax)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fieldf(path, "the text ends early")
	}
	return &FieldError{path, fmt.Errorf("not JSON: %w", err)}
}

// JSON returns the canonical form: keys in a fixed order, no spaces, no redundant settings, settings written as
// recipe.Recipe.Settings writes them. It fails if the order is not valid.
func (o *Order) JSON() ([]byte, error) {
	c, err := o.Canonical()
	if err != nil {
		return nil, err
	}
	return encode(&c, MaxBytes)
}

// encode writes JSON on one line, without escaping < and &.
func encode(v any, limit int) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("write JSON: %w", err)
	}
	text := bytes.TrimSuffix(out.Bytes(), []byte("\n"))
	if len(text) > limit {
		return nil, fieldf("", "the text has %d bytes; at most %d are allowed", len(text), limit)
	}
	return text, nil
}

// Canonical returns the order in its canonical form: settings equal to the recipe's are dropped and the
// rest written in one way; so are a normal effort, enlarge without a size, and the
// defaults of the output. Shares and names stay unchanged. It fails if the order is not valid.
func (o *Order) Canonical() (Order, error) {
	if err := o.Validate(); err != nil {
		return Order{}, err
	}
	c := o.Clone()
	c.Version = Version
	if c.Effort == "normal" {
		c.Effort = ""
	}
	c.Enlarge = c.Enlarge && c.Size > 0
	c.Output = c.Output.canonical()
	return c, c.canonicalSettings()
}

// canonicalSettings writes the settings of a valid order in one way.
func (o *Order) canonicalSettings() error {
	finished, err := o.FinishedRecipe()
	if err != nil {
		return err
	}
	before, err := o.effortedRecipe()
	if err != nil {
		return err
	}
	if o.Recipe.Base != "" {
		base, err := recipe.Find(o.Recipe.Base)
		if err != nil {
			return &FieldError{"recipe.base", err}
		}
		file, err := o.Recipe.open()
		if err != nil {
			return err
		}
		o.Recipe.Settings = differences(base, &file)
	}
	if o.Start != nil {
		before.Start.Init = recipe.InitPicture
	}
	o.Settings = differences(before, &finished)
	return nil
}

func (o Output) canonical() Output {
	if o.Depth == o.format().Depths()[0] {
		o.Depth = 0
	}
	if o.Format == PNG {
		o.Format = ""
	}
	if o.Quality == defaultQuality {
		o.Quality = 0
	}
	return o
}

// defaultQuality is the default of canvas.EncodeOptions.
const defaultQuality = 95
