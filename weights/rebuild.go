package weights

import (
	"fmt"
	"math"
	"strings"
)

// The classes that a pickle may name. None of their code is ever run: rebuild and build do the little that
// a dictionary of tensors needs.
const (
	orderedDict      class = "collections.OrderedDict"
	rebuildTensor    class = "torch._utils._rebuild_tensor"
	rebuildTensorV2  class = "torch._utils._rebuild_tensor_v2"
	rebuildParameter class = "torch._utils._rebuild_parameter"
	torchSize        class = "torch.Size"
	numpyDtype       class = "numpy.dtype"
	numpyArray       class = "numpy.ndarray"
	numpyRebuild     class = "numpy.core.multiarray._reconstruct"
	numpyRebuild2    class = "numpy._core.multiarray._reconstruct" // since NumPy 2
)

// storageTypes are the classes of PyTorch's storages.
var storageTypes = map[class]dtype{
	"torch.FloatStorage":    float32s,
	"torch.HalfStorage":     float16,
	"torch.BFloat16Storage": bfloat16,
	"torch.DoubleStorage":   float64s,
	"torch.LongStorage":     "I64",
	"torch.IntStorage":      "I32",
	"torch.ShortStorage":    "I16",
	"torch.CharStorage":     "I8",
	"torch.ByteStorage":     "U8",
	"torch.BoolStorage":     "BOOL",
}

// numpyTypes are the permitted element types of NumPy arrays.
var numpyTypes = map[string]dtype{
	"f2": float16, "f4": float32s, "f8": float64s,
	"i1": "I8", "i2": "I16", "i4": "I32", "i8": "I64", "u1": "U8", "b1": "BOOL",
}

func (c class) known() bool {
	switch c {
	case orderedDict, rebuildTensor, rebuildTensorV2, rebuildParameter, torchSize,
		numpyDtype, numpyArray, numpyRebuild, numpyRebuild2:
		return true
	}
	_, ok := storageTypes[c]
	return ok
}

type (
	// ndarray is a NumPy array, whose tensor is nil until its state is built.
	ndarray struct{ tensor *tensor }
	// numpyType is a NumPy dtype. Its state holds its byte order.
	numpyType struct {
		kind      dtype
		bigEndian bool
	}
)

// rebuild returns what calling a known class with args would.
func rebuild(fn class, args tuple) (any, error) {
	switch fn {
	case orderedDict:
		return newDict(args)
	case rebuildTensor, rebuildTensorV2:
		return torchTensor(args)
	case rebuildParameter:
		if len(args) > 0 {
			if t, ok := args[0].(*tensor); ok {
				return t, nil
			}
		}
	case torchSize:
		if len(args) == 1 {
			if size, ok := args[0].(tuple); ok {
				return size, nil
			}
		}
	case numpyRebuild, numpyRebuild2:
		if len(args) == 3 && args[0] == any(numpyArray) {
			return &ndarray{}, nil
		}
	case numpyDtype:
		if len(args) > 0 {
			if name, ok := args[0].(string); ok && numpyTypes[name] != "" {
				return &numpyType{kind: numpyTypes[name]}, nil
			}
		}
	}
	return nil, fmt.Errorf("%s with invalid arguments", fn)
}

// build returns what setting the state of an object would.
func build(object, state any) (any, error) {
	switch o := object.(type) {
	case *dict: // PyTorch gives a state_dict a _metadata attribute, which is of no use here
		if _, ok := state.(*dict); ok {
			return o, nil
		}
	case *tensor: // a parameter's attributes
		return o, nil
	case *numpyType:
		if s, ok := state.(tuple); ok && len(s) > 1 {
			order, isText := s[1].(string)
			o.bigEndian = order == ">"
			if isText && strings.Contains("<>|=", order) {
				return o, nil
			}
		}
	case *ndarray:
		return o, o.set(state)
	}
	return nil, fmt.Errorf("%s with an invalid state", kind(object))
}

// newDict makes an OrderedDict: empty or, as written by Python 2, from a list of pairs.
func newDict(args tuple) (*dict, error) {
	d := &dict{}
	if len(args) == 0 {
		return d, nil
	}
	pairs, ok := args[0].(*list)
	if !ok || len(args) > 1 {
		return nil, fmt.Errorf("%s with invalid arguments", orderedDict)
	}
	for _, p := range pairs.items {
		switch p := p.(type) {
		case *list:
			if len(p.items) == 2 {
				d.keys, d.values = append(d.keys, p.items[0]), append(d.values, p.items[1])
				continue
			}
		case tuple:
			if len(p) == 2 {
				d.keys, d.values = append(d.keys, p[0]), append(d.values, p[1])
				continue
			}
		}
		return nil, fmt.Errorf("%s of values that are not pairs", orderedDict)
	}
	return d, nil
}

// torchTensor makes a tensor from the arguments storage, offset, size, stride, and others that do not matter.
func torchTensor(args tuple) (*tensor, error) {
	if len(args) < 4 {
		return nil, fmt.Errorf("tensor with %d arguments, want 4", len(args))
	}
	store, ok := args[0].(*storage)
	if !ok {
		return nil, fmt.Errorf("tensor on %s, want a storage", kind(args[0]))
	}
	start, ok := args[1].(int64)
	if !ok {
		return nil, fmt.Errorf("tensor that begins at %s", kind(args[1]))
	}
	shape, err := integers(args[2])
	if err != nil {
		return nil, err
	}
	strides, err := integers(args[3])
	if err != nil {
		return nil, err
	}
	return newTensor(store, start, shape, strides)
}

// set sets the state of an array: version, shape, type, whether the first index runs fastest, and the bytes.
func (a *ndarray) set(state any) error {
	s, ok := state.(tuple)
	if !ok || len(s) != 5 {
		return fmt.Errorf("NumPy array with a state of %s", kind(state))
	}
	shape, err := integers(s[1])
	if err != nil {
		return err
	}
	kindOf, isType := s[2].(*numpyType)
	fortran, isBool := s[3].(bool)
	data, isSpan := s[4].(span)
	if !isType || !isBool || !isSpan {
		return fmt.Errorf("NumPy array of %s, %s, %s", kind(s[2]), kind(s[3]), kind(s[4]))
	}
	if kindOf.bigEndian {
		return fmt.Errorf("NumPy array in big-endian order, which is not supported; save it in little-endian order")
	}
	n, ok := product(shape)
	width := sizes[kindOf.kind]
	if !ok || n > math.MaxInt64/width || n*width != data.length {
		return fmt.Errorf("NumPy array of shape %v in %d bytes", shape, data.length)
	}
	strides := contiguous(shape)
	if fortran {
		strides = fortranStrides(shape)
	}
	store := &storage{kind: kindOf.kind, offset: data.offset, elements: n}
	a.tensor, err = newTensor(store, 0, shape, strides)
	return err
}

// fortranStrides returns the strides of an array whose first index runs fastest.
func fortranStrides(shape []int64) []int64 {
	strides := make([]int64, len(shape))
	step := int64(1)
	for i, n := range shape {
		strides[i] = step
		step *= max(n, 1)
	}
	return strides
}

// integers returns the numbers in a tuple or list of at most 8.
func integers(v any) ([]int64, error) {
	items, ok := v.(tuple)
	if l, isList := v.(*list); isList {
		items, ok = l.items, true
	}
	if !ok || len(items) > 8 {
		return nil, fmt.Errorf("%s, want up to 8 numbers", kind(v))
	}
	numbers := make([]int64, len(items))
	for i, item := range items {
		n, ok := item.(int64)
		if !ok {
			return nil, fmt.Errorf("%s, want a number", kind(item))
		}
		numbers[i] = n
	}
	return numbers, nil
}

// kind returns the name of a value's type in Python.
func kind(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return "a bool"
	case int64, long:
		return "an int"
	case float64:
		return "a float"
	case string:
		return "a string"
	case span:
		return "bytes"
	case tuple:
		return "a tuple"
	case *list:
		return "a list"
	case *dict:
		return "a dict"
	case class:
		return "the class " + string(v)
	case *storage:
		return "a storage"
	case *tensor:
		return "a tensor"
	case *ndarray, *numpyType:
		return "a NumPy object"
	}
	return "something else"
}

const (
	maxDepth  = 16      // of dictionaries in dictionaries
	maxValues = 1 << 16 // of all of them
)

// flattener collects the tensors of nested dictionaries.
type flattener struct {
	tensors []*tensor
	visited int
}

// flatten returns the tensors in a value, named by the keys that lead to them, joined by dots.
func flatten(v any) ([]*tensor, error) {
	var f flattener
	err := f.walk("", v, 0)
	return f.tensors, err
}

// walk visits a value. A pickle may hold one dictionary in a thousand places, or within itself, so both the
// depth and the number of visits are limited.
func (f *flattener) walk(name string, v any, depth int) error {
	if f.visited++; f.visited > maxValues {
		return fmt.Errorf("more than %d values in nested dictionaries", maxValues)
	}
	switch v := v.(type) {
	case *tensor:
		named := *v
		named.name = name
		f.tensors = append(f.tensors, &named)
	case *ndarray:
		if v.tensor != nil {
			return f.walk(name, v.tensor, depth)
		}
	case *dict:
		if depth >= maxDepth {
			return fmt.Errorf("dictionaries nested deeper than %d", maxDepth)
		}
		for i, k := range v.keys {
			key := ""
			switch k := k.(type) {
			case string:
				key = k
			case int64:
				key = fmt.Sprint(k)
			default:
				continue
			}
			if depth > 0 {
				key = name + "." + key
			}
			if err := f.walk(key, v.values[i], depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}
