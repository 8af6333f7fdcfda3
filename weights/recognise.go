package weights

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
)

// The names of the convolutions of VGG networks in practice: prefix, number(s), and what the tensor is.
var (
	// moduleName matches names of torchvision, timm and PyTorch's Sequential: features.0.weight, 0.weight, and
	// either after module., encoder., state_dict. or whatever prefix a training program added.
	moduleName = regexp.MustCompile(`^(|.*\.)(\d{1,3})\.(weight|bias|running_mean)$`)
	// layerName matches the paper's names: conv1_1.weight.
	layerName = regexp.MustCompile(`^(|.*\.)conv([1-5])_([1-4])\.(weight|bias)$`)
	// flaxName matches Flax's names: Conv_0.kernel.
	flaxName = regexp.MustCompile(`^(|.*\.)Conv_(\d{1,3})\.(kernel|bias)$`)
)

// group holds the parameters with one prefix, by number.
type group struct {
	prefix     string
	weights    map[int]*tensor // 4-dimensional, as OIHW
	biases     map[int]*tensor
	normalised bool // has batch normalisation
}

// grouped sorts tensors by prefix, leaving out those that are not parameters of a numbered layer.
func grouped(tensors []*tensor) ([]*group, error) {
	var groups []*group
	byPrefix := map[string]*group{}
	for _, t := range tensors {
		prefix, number, what := parseName(t.name)
		if what == "" {
			continue
		}
		g := byPrefix[prefix]
		if g == nil {
			g = &group{prefix: prefix, weights: map[int]*tensor{}, biases: map[int]*tensor{}}
			byPrefix[prefix] = g
			groups = append(groups, g)
		}
		if err := g.add(number, what, t); err != nil {
			return nil, err
		}
	}
	return groups, nil
}

// parseName splits a tensor's name. The number orders the layers of a group; what is empty if the name does
// not match that of a VGG's tensor.
func parseName(name string) (prefix string, number int, what string) {
	if m := layerName.FindStringSubmatch(name); m != nil {
		block, _ := strconv.Atoi(m[2])
		i, _ := strconv.Atoi(m[3])
		// Numbers that leave a wider gap between blocks than within them, like those of modules in a list.
		return m[1], 10*block + i, m[4]
	}
	for _, re := range []*regexp.Regexp{moduleName, flaxName} {
		if m := re.FindStringSubmatch(name); m != nil {
			number, _ = strconv.Atoi(m[2])
			return m[1], number, m[3]
		}
	}
	return "", 0, ""
}

// add stores a tensor under its number.
func (g *group) add(number int, what string, t *tensor) error {
	into := g.weights
	switch {
	case what == "running_mean":
		g.normalised = true
		return nil
	case what == "bias":
		if len(t.shape) != 1 {
			return nil
		}
		into = g.biases
	case len(t.shape) != 4:
		return nil
	case what == "kernel": // Flax: height, width, in, out
		t = t.transposed(3, 2, 0, 1)
	}
	if other := into[number]; other != nil {
		return fmt.Errorf("%s and %s are the same layer", other.name, t.name)
	}
	into[number] = t
	return nil
}

// numbers returns the numbers of the group's 4-dimensional weights in order.
func (g *group) numbers() []int {
	var numbers []int
	for n := range g.weights {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	return numbers
}

// network is a VGG found among a file's tensors, not yet read.
type network struct {
	architecture    Architecture
	weights, biases []*tensor
	// inputWeight and inputBias are those of a 1x1 convolution before conv1_1, or nil.
	inputWeight, inputBias *tensor
}

// recognise finds the VGG among a file's tensors, or returns an error that says what was found instead.
func recognise(tensors []*tensor) (network, error) {
	groups, err := grouped(tensors)
	if err != nil {
		return network{}, err
	}
	groups = slices.DeleteFunc(groups, func(g *group) bool { return len(g.weights) == 0 })
	if len(groups) == 0 {
		return network{}, fmt.Errorf("not a VGG: %s", inventory(tensors))
	}
	slices.SortStableFunc(groups, func(a, b *group) int { return cmp.Compare(len(b.weights), len(a.weights)) })
	var first error
	var found []network
	for _, g := range groups {
		n, err := g.network()
		if err == nil {
			found = append(found, n)
		} else if first == nil {
			first = fmt.Errorf("not a VGG: under %q: %w", g.prefix, err)
		}
	}
	switch len(found) {
	case 0:
		return network{}, first
	case 1:
		return found[0], nil
	}
	return network{}, fmt.Errorf("%d VGG networks in one file; keep one of them", len(found))
}

// network checks that a group is a VGG: 3x3 kernels, each of which reads what the one before it writes, in
// the blocks of a known architecture.
func (g *group) network() (network, error) {
	var n network
	numbers := g.numbers()
	if g.normalised {
		return n, errors.New("networks with batch normalisation are not supported; use the one without")
	}
	if w := g.weights[numbers[0]]; slices.Equal(w.shape, []int64{3, 3, 1, 1}) {
		n.inputWeight, n.inputBias = w, g.biases[numbers[0]]
		if n.inputBias == nil || n.inputBias.shape[0] != 3 {
			return n, fmt.Errorf("the first 1x1 convolution (%s) has no bias of 3 values", w.name)
		}
		numbers = numbers[1:]
	}
	in := int64(3)
	for _, i := range numbers {
		w, b := g.weights[i], g.biases[i]
		out := w.shape[0]
		if !slices.Equal(w.shape, []int64{out, in, 3, 3}) || out < 1 {
			return n, fmt.Errorf("%s has shape %v, want [out, %d, 3, 3]", w.name, w.shape, in)
		}
		if b == nil || b.shape[0] != out {
			return n, fmt.Errorf("%s has %d channels, but not a bias for each", w.name, out)
		}
		n.weights, n.biases = append(n.weights, w), append(n.biases, b)
		in = out
	}
	var err error
	n.architecture, err = newChain(numbers).architecture()
	return n, err
}

// inventory describes the contents of a file in a few words.
func inventory(tensors []*tensor) string {
	if len(tensors) == 0 {
		return "the file holds no tensors"
	}
	text := fmt.Sprintf("the file holds %d tensors, none of them a numbered convolution; the first is", len(tensors))
	return fmt.Sprintf("%s %q of shape %v", text, tensors[0].name, tensors[0].shape)
}

// read reads the network's numbers.
func (n network) read(r io.ReaderAt) (*Model, error) {
	total := int64(0)
	for _, t := range append(slices.Clone(n.weights), n.biases...) {
		elements, _ := product(t.shape)
		if total += elements; elements > maxElements || total > maxParameters {
			return nil, fmt.Errorf("the convolutions have more than %d parameters, too many for a VGG", maxParameters)
		}
	}
	m := &Model{Architecture: n.architecture}
	names := n.architecture.Layers()
	for i, t := range n.weights {
		weight, err := t.read(r)
		if err != nil {
			return nil, err
		}
		bias, err := n.biases[i].read(r)
		if err != nil {
			return nil, err
		}
		c := Convolution{Name: names[i], In: int(t.shape[1]), Out: int(t.shape[0]), Weight: weight, Bias: bias}
		m.Convolutions = append(m.Convolutions, c)
	}
	if n.inputWeight != nil {
		weight, err := n.inputWeight.read(r)
		if err != nil {
			return nil, err
		}
		bias, err := n.inputBias.read(r)
		if err != nil {
			return nil, err
		}
		m.Input = mixed(weight, bias)
	}
	return m, nil
}
