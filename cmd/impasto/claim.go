package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/impasto/impasto/transfer"
)

// readBounded reads a file of at most limit bytes. The error names other kinds of files that are often given by mistake.
func readBounded(path string, limit int64) ([]byte, error) {
	if strings.HasPrefix(path, "@") {
		return nil, notAClaim(path, "this is a built-in picture")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the output of the program: %w; give the .json or .npy file that it wrote", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	for _, other := range [...]struct{ magic, says string }{
		{"\x89PNG", "this is a picture"}, {"\xff\xd8\xff", "this is a picture"}, {"GIF8", "this is a picture"},
		{"RIFF", "this is a picture"}, {"II*\x00", "this is a picture"}, {"MM\x00*", "this is a picture"},
		{"PK\x03\x04", "this is an archive as written by numpy.savez or torch.save"},
	} {
		if bytes.HasPrefix(data, []byte(other.magic)) {
			return nil, notAClaim(path, other.says)
		}
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("read %s: the file is larger than %d bytes, the most that it can need", path, limit)
	}
	return data, nil
}

// notAClaim returns an error that names the files to give instead.
func notAClaim(path, is string) error {
	return fmt.Errorf("read %s: %s; give the output of your program: the terms of its loss in a .json file, or its gradient in a .npy file written by numpy.save", path, is)
}

// isNumPy reports whether a file is a NumPy file, by its name or its first bytes.
func isNumPy(path string) bool {
	if strings.EqualFold(filepath.Ext(path), ".npy") {
		return true
	}
	f, err := os.Open(path)
	if err != nil {
		return false // reading it reports the error
	}
	defer f.Close()
	head := make([]byte, len(npyMagic))
	_, err = io.ReadFull(f, head)
	return err == nil && string(head) == npyMagic
}

// readTerms reads the terms of a loss in the form of inspect loss --json. Content and style may also be single
// numbers, the sums of their terms.
func readTerms(path string) ([]transfer.Term, error) {
	const limit = 1 << 20
	data, err := readBounded(path, limit)
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(quoteNaN(data), &fields); err != nil {
		return nil, fmt.Errorf(`read %s: not a JSON object of loss terms (%v); write {"content": {"relu4_2": 1.5}, "style": {...}, "total": 3}`, path, err)
	}
	var terms []transfer.Term
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		more, err := termsOf(name, fields[name])
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		terms = append(terms, more...)
	}
	if len(terms) == 0 {
		return nil, fmt.Errorf("read %s: no term of the loss found; the terms are content, style, tv and total", path)
	}
	return terms, nil
}

// termsOf reads one field.
func termsOf(name string, value json.RawMessage) ([]transfer.Term, error) {
	kind := transfer.Kind(name)
	switch name {
	case "recipe", "network", "gradient_l2":
		return nil, nil // other fields of inspect loss --json
	case "total":
		kind = ""
	case "content", "style", "tv":
	default:
		return nil, fmt.Errorf("%q is not a term; the terms are content, style, tv and total", name)
	}
	if number, ok := numberOf(value); ok {
		if name == "tv" && number == 0 {
			return nil, nil // no such term
		}
		return []transfer.Term{{Kind: kind, Value: number}}, nil
	}
	var layers map[string]json.RawMessage
	if err := json.Unmarshal(value, &layers); err != nil || layers == nil || name == "tv" || name == "total" {
		return nil, fmt.Errorf("%s must be a number%s", name, map[bool]string{true: ", or numbers by layer"}[name == "content" || name == "style"])
	}
	var terms []transfer.Term
	for _, layer := range slices.Sorted(maps.Keys(layers)) {
		number, ok := numberOf(layers[layer])
		if layer == "" || !ok {
			return nil, fmt.Errorf("%s: the term %q must be a number", name, layer)
		}
		terms = append(terms, transfer.Term{Kind: kind, Layer: layer, Value: number})
	}
	return terms, nil
}

// numberOf reads a number, possibly not finite, or an array of one number at any depth, as an array of shape [1] is
// written.
func numberOf(value json.RawMessage) (float64, bool) {
	for {
		var inner []json.RawMessage
		if json.Unmarshal(value, &inner) != nil || len(inner) != 1 {
			break
		}
		value = inner[0]
	}
	var number *float64
	if json.Unmarshal(value, &number) == nil && number != nil {
		return *number, true
	}
	var word string
	if json.Unmarshal(value, &word) != nil {
		return 0, false
	}
	return notFinite(word)
}

// notFinite parses the words for numbers that are not finite.
func notFinite(word string) (float64, bool) {
	switch strings.ToLower(word) {
	case "nan", "-nan":
		return math.NaN(), true
	case "infinity", "inf":
		return math.Inf(1), true
	case "-infinity", "-inf":
		return math.Inf(-1), true
	}
	return 0, false
}

// quoteNaN puts NaN and Infinity, which Python writes although JSON does not allow them, in quotes.
func quoteNaN(data []byte) []byte {
	return jsonWords.ReplaceAllFunc(data, func(word []byte) []byte {
		if _, ok := notFinite(string(word)); ok {
			return fmt.Appendf(nil, "%q", word)
		}
		return word
	})
}

// jsonWords matches strings, which are kept, and words outside strings.
var jsonWords = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|-?[A-Za-z]+`)
