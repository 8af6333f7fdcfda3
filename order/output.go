package order

import (
	"slices"
	"strconv"
	"strings"

	"github.com/impasto/impasto/canvas"
)

// Names of output formats: those of package canvas in lower case.
const (
	PNG  = "png"
	JPEG = "jpeg"
)

// OutputAs returns the output in a format that can be written, with a number of bits; 0 means the format's own.
func OutputAs(f canvas.Format, depth int) Output {
	o := Output{Depth: depth}
	if name := nameOf(f); name != PNG {
		o.Format = name
	}
	return o
}

// Encoding returns the format and the options for canvas.Encode, without a record.
func (o Output) Encoding() (canvas.Format, canvas.EncodeOptions) {
	return o.format(), canvas.EncodeOptions{Depth: o.Depth, Quality: o.Quality}
}

// format returns the format that is named, or PNG if none is.
func (o Output) format() canvas.Format {
	for _, f := range writable() {
		if nameOf(f) == o.Format {
			return f
		}
	}
	return canvas.PNG
}

// validate checks that the options match the format.
func (o Output) validate() error {
	f := o.format()
	if depths := f.Depths(); o.Depth != 0 && !slices.Contains(depths, o.Depth) {
		others := namesOf(func(f canvas.Format) bool { return slices.Contains(f.Depths(), o.Depth) })
		return fieldf("output.depth", "a %v has a depth of %s bits, not %d; leave the depth out or choose the format %s",
			f, strings.Join(texts(depths), " or "), o.Depth, strings.Join(others, " or "))
	}
	if o.Quality != 0 && !f.HasQuality() {
		others := namesOf(canvas.Format.HasQuality)
		return fieldf("output.quality", "a %v has no quality setting; leave it out or choose the format %s",
			f, strings.Join(others, " or "))
	}
	return nil
}

// choices returns the values of a rule's word enum=: "formats" and "depths" are those that package canvas can write.
func choices(value string) []string {
	switch value {
	case "formats":
		return namesOf(canvas.Format.Writable)
	case "depths":
		return texts(canvas.Depths())
	}
	return strings.Split(value, "|")
}

// writable returns the formats that can be written.
func writable() []canvas.Format {
	return slices.DeleteFunc(canvas.Formats(), func(f canvas.Format) bool { return !f.Writable() })
}

// namesOf returns the names of the formats with a property that can be written.
func namesOf(has func(canvas.Format) bool) []string {
	var names []string
	for _, f := range writable() {
		if has(f) {
			names = append(names, nameOf(f))
		}
	}
	return names
}

// nameOf returns the name of a format in an order.
func nameOf(f canvas.Format) string { return strings.ToLower(f.String()) }

// texts returns numbers as they are written.
func texts(numbers []int) []string {
	var all []string
	for _, n := range numbers {
		all = append(all, strconv.Itoa(n))
	}
	return all
}
