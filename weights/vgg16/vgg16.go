// Package vgg16 is the built-in network: VGG-16 trained on ImageNet (Simonyan and Zisserman 2015), as
// torchvision published it, up to conv5_1, its parameters rounded to float16. It adds 20 MB to a program.
//
// The rounding changes feature maps by a relative 4e-4. _convert makes the embedded file; the licence of
// the parameters is in LICENSE.torchvision.
package vgg16

import (
	"context"
	"crypto/sha256"
	_ "embed" // for the parameters
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"github.com/impasto/impasto/weights"
)

//go:embed vgg16.safetensors
var parameters string

// SHA256 is the digest of the embedded file, which has the safetensors format.
const SHA256 = "157f275300b8016d07f1bc0814c1fb03d8754b2100341a5e9b3df98256574fa8"

// Size is the number of bytes of the embedded file.
const Size = 19992528

// Network returns the parameters, converted to float32. Every call converts them again (in some 20 ms) into
// 40 MB of its own, so a program should call it once and keep only what it needs.
func Network() *weights.Model {
	m, err := weights.Read(context.Background(), strings.NewReader(parameters), int64(len(parameters)))
	if err != nil {
		panic("weights/vgg16: the embedded parameters are damaged: " + err.Error()) // TestEmbedded checks them
	}
	return m
}

// Verify compares the embedded parameters with their digest, which shows whether the program itself is damaged.
func Verify() error {
	h := sha256.New()
	if _, err := io.WriteString(h, parameters); err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != SHA256 {
		return fmt.Errorf("the built-in network has SHA-256 %s, want %s; reinstall the program", got, SHA256)
	}
	return nil
}
