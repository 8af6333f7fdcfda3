package weights

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Network is a published network: its addresses, its digest and its preprocessing.
type Network struct {
	// Name is the name of the network in this project, in lower case.
	Name string `json:"name"`
	// Summary is one line for a list.
	Summary string `json:"summary,omitempty"`
	// BuiltIn is true for the network that Store.BuiltIn returns. It has no URLs.
	BuiltIn bool `json:"-"`
	// URLs are the addresses of the file, the preferred one first.
	URLs []string `json:"urls,omitempty"`
	// Bytes is the size of that file.
	Bytes int64 `json:"bytes"`
	// SHA256 is its digest in hexadecimal.
	SHA256 string `json:"sha256"`
	// Preprocessing is that of the network; FromFile if the file itself states it.
	Preprocessing Preprocessing `json:"input,omitempty"`
	// Padding is the padding of the convolutions that it was made for: "zero" or "reflect".
	Padding string `json:"padding,omitempty"`
	// Licence is an SPDX identifier, or a sentence on what is known.
	Licence string `json:"licence,omitempty"`
}

// Preprocessing names the preprocessing of a network.
type Preprocessing string

// The kinds of preprocessing. FromFile is that of an initial 1x1 convolution, or of the metadata, or unstated.
const (
	FromFile     Preprocessing = "file"
	FromImageNet Preprocessing = "imagenet"
	FromCaffe    Preprocessing = "caffe"
)

// apply sets the preprocessing of m if the file did not state it.
func (p Preprocessing) apply(m *Model) error {
	switch p {
	case FromFile, "":
		return nil
	case FromImageNet:
		m.Input = ImageNet()
	case FromCaffe:
		m.Input = Caffe()
	default:
		return fmt.Errorf("unknown preprocessing %q; must be %s, %s or %s", p, FromFile, FromImageNet, FromCaffe)
	}
	return nil
}

// Networks returns the networks that this project knows, the built-in one first.
func Networks() []Network {
	return []Network{
		{
			Name:          "vgg16",
			Summary:       "VGG-16 up to conv5_1, in half precision: torchvision's",
			BuiltIn:       true,
			Bytes:         19992528,
			SHA256:        "157f275300b8016d07f1bc0814c1fb03d8754b2100341a5e9b3df98256574fa8",
			Preprocessing: FromImageNet,
			Padding:       "zero",
			Licence:       "BSD-3-Clause",
		},
		{
			Name:          "vgg16-full",
			Summary:       "VGG-16, all convolutions in full precision: torchvision's",
			URLs:          []string{"https://download.pytorch.org/models/vgg16-397923af.pth"},
			Bytes:         553433881,
			SHA256:        "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
			Preprocessing: FromImageNet,
			Padding:       "zero",
			Licence:       "BSD-3-Clause",
		},
		{
			Name:          "vgg19",
			Summary:       "VGG-19, the paper's architecture: torchvision's",
			URLs:          []string{"https://download.pytorch.org/models/vgg19-dcbb9e9d.pth"},
			Bytes:         574673361,
			SHA256:        "dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44",
			Preprocessing: FromImageNet,
			Padding:       "zero",
			Licence:       "BSD-3-Clause",
		},
		{
			Name:          "vgg19-normalised",
			Summary:       "VGG-19 rescaled to a mean activation of 1, as in the paper",
			URLs:          []string{"https://github.com/naoto0804/pytorch-AdaIN/releases/download/v0.0.0/vgg_normalised.pth"},
			Bytes:         80102481,
			SHA256:        "804ca2835ecf7539f0cd2a7ac3c18ce81e6f8468969ae7117ac0c148d286bb4a",
			Preprocessing: FromFile,
			Padding:       "reflect",
			Licence:       "MIT (of the program that publishes them)",
		},
	}
}

// ParseNetworks reads a list of networks in JSON, such as those that a laboratory publishes for itself:
//
//	[{"name": "ours", "urls": ["https://..."], "bytes": 80102481, "sha256": "...", "input": "imagenet"}]
//
// The keys are those of Network.
func ParseNetworks(text []byte) ([]Network, error) {
	var networks []Network
	dec := json.NewDecoder(strings.NewReader(string(text)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&networks); err != nil {
		return nil, fmt.Errorf("reading a list of networks: %w", err)
	}
	for _, n := range networks {
		if err := n.check(); err != nil {
			return nil, fmt.Errorf("reading a list of networks: %q: %w", n.Name, err)
		}
	}
	return networks, nil
}

// check returns what is wrong with an entry.
func (n Network) check() error {
	if err := checkName(n.Name); err != nil {
		return err
	}
	if digest, err := hex.DecodeString(n.SHA256); err != nil || len(digest) != 32 {
		return fmt.Errorf("sha256 %q is not 64 hexadecimal digits", n.SHA256)
	}
	if n.Bytes <= 0 || len(n.URLs) == 0 {
		return fmt.Errorf("bytes and urls are required")
	}
	for _, u := range n.URLs {
		if parsed, err := url.Parse(u); err != nil || parsed.Scheme != "https" && parsed.Scheme != "http" {
			return fmt.Errorf("%q is not an HTTP address", u)
		}
	}
	return n.Preprocessing.apply(&Model{})
}

// addresses returns the addresses to try, mirrors first. A mirror is an address under which the files have their
// published names.
func (n Network) addresses(mirrors []string) []string {
	var all []string
	for _, m := range mirrors {
		for _, u := range n.URLs {
			if a := strings.TrimSuffix(m, "/") + "/" + path.Base(u); !slices.Contains(all, a) {
				all = append(all, a)
			}
		}
	}
	return append(all, n.URLs...)
}

// validName matches the names of networks, which become part of file names on every system.
var validName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

func checkName(name string) error {
	if !validName.MatchString(name) || strings.HasSuffix(name, ".") {
		return fmt.Errorf("invalid network name %q (must be at most 64 lower-case letters, digits, '.', '_' and '-')", name)
	}
	return nil
}
