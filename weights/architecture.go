package weights

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Architecture is one of the networks of Simonyan and Zisserman 2015.
type Architecture string

// The supported architectures: configurations D and E of the paper.
const (
	VGG16 Architecture = "vgg16"
	VGG19 Architecture = "vgg19"
)

// architectures lists the number of convolutions in each block; a pooling follows every block.
var architectures = []struct {
	name   Architecture
	blocks []int
}{
	{VGG16, []int{2, 2, 3, 3, 3}},
	{VGG19, []int{2, 2, 4, 4, 4}},
}

// Blocks returns the number of convolutions in each block of the architecture, or nil if it is unknown.
func (a Architecture) Blocks() []int {
	for _, known := range architectures {
		if known.name == a {
			return slices.Clone(known.blocks)
		}
	}
	return nil
}

// Layers returns the names of the architecture's convolutions in order: conv1_1, conv1_2, conv2_1 ...
func (a Architecture) Layers() []string {
	var names []string
	for b, n := range a.Blocks() {
		for i := range n {
			names = append(names, fmt.Sprintf("conv%d_%d", b+1, i+1))
		}
	}
	return names
}

// indices returns the indices of the convolutions in torchvision's list of modules, in which a ReLU follows
// each convolution and a pooling each block.
func (a Architecture) indices() []int {
	var indices []int
	next := 0
	for _, n := range a.Blocks() {
		for range n {
			indices = append(indices, next)
			next += 2
		}
		next++
	}
	return indices
}

// minConvolutions is the least depth of a truncated network. Up to conv3_3 the two architectures are the same,
// and many a network that is not a VGG begins with a few 3x3 convolutions.
const minConvolutions = 8

// chain is a sequence of convolutions in the order of their numbers. A break is true if the gap before a
// convolution is larger than usual, so that a pooling precedes it.
type chain struct {
	breaks []bool
	// gaps is false if the numbers do not show poolings (Conv_0, Conv_1, ...).
	gaps bool
}

// newChain finds the breaks in the numbers of convolutions, which must increase. In a list of modules the
// gap within a block is constant (convolution, ReLU, perhaps a padding), and one larger across a pooling.
func newChain(numbers []int) chain {
	c := chain{breaks: make([]bool, len(numbers))}
	if len(numbers) < 2 {
		return c
	}
	step := numbers[1] - numbers[0]
	for i := 1; i < len(numbers); i++ {
		c.breaks[i] = numbers[i]-numbers[i-1] > step
		c.gaps = c.gaps || c.breaks[i]
	}
	return c
}

// architecture recognises the network with this chain of convolutions.
func (c chain) architecture() (Architecture, error) {
	n := len(c.breaks)
	for _, a := range architectures {
		layers := a.name.Layers()
		if n > len(layers) || n < len(layers) && (!c.gaps || n < minConvolutions) {
			continue
		}
		same := true
		for i, name := range layers[:n] {
			starts := strings.HasSuffix(name, "_1") && i > 0
			same = same && (!c.gaps || starts == c.breaks[i])
		}
		if same {
			return a.name, nil
		}
	}
	return "", errors.New(c.describe() + ", which is neither VGG-16 (2, 2, 3, 3, 3) nor VGG-19 (2, 2, 4, 4, 4)")
}

// describe returns the number of convolutions in each block, in words.
func (c chain) describe() string {
	if !c.gaps {
		return fmt.Sprintf("a chain of %d 3x3 convolutions", len(c.breaks))
	}
	blocks := []int{0}
	for _, b := range c.breaks {
		if b {
			blocks = append(blocks, 0)
		}
		blocks[len(blocks)-1]++
	}
	text := strings.Trim(strings.ReplaceAll(fmt.Sprint(blocks), " ", ", "), "[]")
	return fmt.Sprintf("a chain of %d 3x3 convolutions in blocks of %s", len(c.breaks), text)
}
