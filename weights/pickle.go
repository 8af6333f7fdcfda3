package weights

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// The values that a pickle creates, besides nil, bool, int64, float64 and string.
type (
	// class is a name that the pickle wants to import, module and name joined by a dot. It is never looked
	// up: the known classes are the cases of rebuild and build.
	class string
	// long is an integer beyond int64, as little-endian bytes in two's complement.
	long string
	// span is a bytes object that stays in the file.
	span struct{ offset, length int64 }
	// tuple is a Python tuple.
	tuple []any
	// list is a Python list.
	list struct{ items []any }
	// dict is a Python dictionary, in insertion order.
	dict struct{ keys, values []any }
)

// The limits of a pickle. A state dictionary of VGG-19 takes 1,000 operations and 10 kB.
const (
	maxPickle   = 32 << 20 // bytes, without the bytes objects that stay in the file
	maxOps      = 1 << 20
	maxMemo     = 1 << 19
	maxMarks    = 1 << 8
	maxProtocol = 5
)

// unpickler runs a pickle on inert values. It knows the operations that a dictionary of tensors needs, of
// protocols 2 to 5 (https://docs.python.org/3/library/pickletools.html), and refuses all others.
type unpickler struct {
	in    *cursor
	stack []any
	marks []int
	memo  map[int64]any
	ops   int
	// persistent returns the value of a persistent identifier; nil if the format has none.
	persistent func(id any) (any, error)
}

// unpickle reads one pickle and leaves in positioned after it.
func unpickle(in *cursor, persistent func(id any) (any, error)) (any, error) {
	u := &unpickler{in: in, memo: map[int64]any{}, persistent: persistent}
	start := in.pos
	in.limit(maxPickle)
	for {
		at := in.pos - start
		op, err := in.byte()
		if err != nil {
			return nil, err
		}
		if op == opStop {
			return u.pop()
		}
		if u.ops++; u.ops > maxOps {
			return nil, fmt.Errorf("pickle: more than %d operations", maxOps)
		}
		if err := u.step(op); err != nil {
			return nil, fmt.Errorf("pickle, byte %d: %w", at, err)
		}
	}
}

// step executes one operation.
func (u *unpickler) step(op byte) error {
	if handled, err := u.literal(op); handled {
		return err
	}
	if handled, err := u.container(op); handled {
		return err
	}
	switch op {
	case opProto:
		v, err := u.in.byte()
		if err == nil && v > maxProtocol {
			err = fmt.Errorf("unsupported protocol %d", v)
		}
		return err
	case opFrame:
		_, err := u.in.take(8)
		return err
	case opPop:
		_, err := u.pop()
		return err
	case opGlobal, opStackGlobal:
		return u.global(op)
	case opBinPersID:
		id, err := u.pop()
		if err != nil {
			return err
		}
		if u.persistent == nil {
			return errors.New("persistent identifier, which this format does not have")
		}
		return u.ok(u.persistent(id))
	case opReduce:
		args, err := popAs[tuple](u)
		if err != nil {
			return err
		}
		fn, err := popAs[class](u)
		if err != nil {
			return err
		}
		return u.ok(rebuild(fn, args))
	case opBuild:
		state, err := u.pop()
		if err != nil {
			return err
		}
		object, err := u.pop()
		if err != nil {
			return err
		}
		return u.ok(build(object, state))
	}
	return u.remember(op)
}

// literal handles the operations that push a literal.
func (u *unpickler) literal(op byte) (handled bool, err error) {
	switch op {
	case opNone:
		return true, u.push(nil)
	case opNewTrue:
		return true, u.push(true)
	case opNewFalse:
		return true, u.push(false)
	case opBinInt:
		b, err := u.in.take(4)
		return true, u.ok(int64(int32(le(b))), err)
	case opBinInt1:
		b, err := u.in.take(1)
		return true, u.ok(int64(le(b)), err)
	case opBinInt2:
		b, err := u.in.take(2)
		return true, u.ok(int64(le(b)), err)
	case opLong1:
		return true, u.long()
	case opBinFloat:
		b, err := u.in.take(8)
		if err != nil {
			return true, err
		}
		return true, u.push(math.Float64frombits(binary.BigEndian.Uint64(b)))
	case opShortBinString, opShortBinUnicode:
		return true, u.text(1)
	case opBinString, opBinUnicode:
		return true, u.text(4)
	case opShortBinBytes:
		return true, u.bytes(1)
	case opBinBytes:
		return true, u.bytes(4)
	case opBinBytes8:
		return true, u.bytes(8)
	}
	return false, nil
}

// container handles the operations on tuples, lists and dictionaries.
func (u *unpickler) container(op byte) (handled bool, err error) {
	switch op {
	case opEmptyTuple:
		return true, u.push(tuple(nil))
	case opTuple1, opTuple2, opTuple3:
		return true, u.tuple(int(op-opTuple1) + 1)
	case opTuple:
		items, err := u.marked()
		return true, u.ok(tuple(items), err)
	case opEmptyList:
		return true, u.push(&list{})
	case opAppend:
		v, err := u.pop()
		if err != nil {
			return true, err
		}
		return true, u.appendTo([]any{v})
	case opAppends:
		items, err := u.marked()
		if err != nil {
			return true, err
		}
		return true, u.appendTo(items)
	case opEmptyDict:
		return true, u.push(&dict{})
	case opSetItem:
		v, err := u.pop()
		if err != nil {
			return true, err
		}
		k, err := u.pop()
		if err != nil {
			return true, err
		}
		return true, u.setIn([]any{k, v})
	case opSetItems:
		items, err := u.marked()
		if err != nil {
			return true, err
		}
		return true, u.setIn(items)
	case opMark:
		if len(u.marks) >= maxMarks {
			return true, fmt.Errorf("more than %d marks", maxMarks)
		}
		u.marks = append(u.marks, len(u.stack))
		return true, nil
	}
	return false, nil
}

// remember handles the operations on the memo.
func (u *unpickler) remember(op byte) error {
	key := int64(len(u.memo))
	switch op {
	case opBinPut, opBinGet, opLongBinPut, opLongBinGet:
		width := int64(1)
		if op == opLongBinPut || op == opLongBinGet {
			width = 4
		}
		b, err := u.in.take(width)
		if err != nil {
			return err
		}
		key = int64(le(b))
	case opMemoize:
	default:
		return fmt.Errorf("operation %#02x, which dictionaries of tensors do not use", op)
	}
	if op == opBinGet || op == opLongBinGet {
		v, ok := u.memo[key]
		if !ok {
			return fmt.Errorf("memo %d is empty", key)
		}
		return u.push(v)
	}
	if len(u.stack) <= u.floor() {
		return errors.New("the stack is empty")
	}
	if len(u.memo) >= maxMemo {
		return fmt.Errorf("more than %d values in the memo", maxMemo)
	}
	u.memo[key] = u.stack[len(u.stack)-1]
	return nil
}

// global pushes a class if it is known.
func (u *unpickler) global(op byte) error {
	var module, name string
	var err error
	if op == opGlobal {
		if module, err = u.in.line(); err != nil {
			return err
		}
		name, err = u.in.line()
	} else {
		if name, err = popAs[string](u); err != nil {
			return err
		}
		module, err = popAs[string](u)
	}
	if err != nil {
		return err
	}
	c := class(module + "." + name)
	if !c.known() {
		return fmt.Errorf("the file asks to run %q, which is refused; a dictionary of tensors "+
			"(in PyTorch, a state_dict) does not need that", string(c))
	}
	return u.push(c)
}

// long pushes an integer of up to 255 bytes.
func (u *unpickler) long() error {
	b, err := u.in.counted(1)
	if err != nil {
		return err
	}
	if len(b) > 8 {
		return u.push(long(b))
	}
	v := int64(0)
	for i, x := range b {
		v |= int64(x) << (8 * i)
	}
	if n := len(b); n > 0 && n < 8 && b[n-1]&0x80 != 0 {
		v -= 1 << (8 * n)
	}
	return u.push(v)
}

// text pushes a string preceded by its length, a number of width bytes.
func (u *unpickler) text(width int64) error {
	b, err := u.in.counted(width)
	return u.ok(string(b), err)
}

// bytes pushes a bytes object preceded by its length, a number of width bytes.
func (u *unpickler) bytes(width int64) error {
	b, err := u.in.take(width)
	if err != nil {
		return err
	}
	n := le(b)
	at := u.in.pos
	if err := u.in.skip(n); err != nil {
		return err
	}
	return u.push(span{at, int64(n)})
}

// tuple replaces the n topmost values by a tuple of them.
func (u *unpickler) tuple(n int) error {
	items := make(tuple, n)
	for i := n - 1; i >= 0; i-- {
		var err error
		if items[i], err = u.pop(); err != nil {
			return err
		}
	}
	return u.push(items)
}

// appendTo appends to the list on top of the stack.
func (u *unpickler) appendTo(items []any) error {
	l, err := popAs[*list](u)
	if err != nil {
		return err
	}
	l.items = append(l.items, items...)
	return u.push(l)
}

// setIn stores alternating keys and values in the dictionary on top of the stack.
func (u *unpickler) setIn(items []any) error {
	d, err := popAs[*dict](u)
	if err != nil {
		return err
	}
	if len(items)%2 != 0 {
		return errors.New("key without a value")
	}
	for i := 0; i < len(items); i += 2 {
		d.keys = append(d.keys, items[i])
		d.values = append(d.values, items[i+1])
	}
	return u.push(d)
}

// floor is the height at which pop stops: the topmost mark.
func (u *unpickler) floor() int {
	if len(u.marks) == 0 {
		return 0
	}
	return u.marks[len(u.marks)-1]
}

func (u *unpickler) push(v any) error {
	u.stack = append(u.stack, v)
	return nil
}

// ok pushes v unless err is not nil.
func (u *unpickler) ok(v any, err error) error {
	if err != nil {
		return err
	}
	return u.push(v)
}

func (u *unpickler) pop() (any, error) {
	n := len(u.stack)
	if n <= u.floor() {
		return nil, errors.New("the stack is empty")
	}
	v := u.stack[n-1]
	u.stack = u.stack[:n-1]
	return v, nil
}

// marked pops everything above the topmost mark, and the mark.
func (u *unpickler) marked() ([]any, error) {
	if len(u.marks) == 0 {
		return nil, errors.New("no mark")
	}
	at := u.floor()
	items := append([]any(nil), u.stack[at:]...)
	u.stack = u.stack[:at]
	u.marks = u.marks[:len(u.marks)-1]
	return items, nil
}

// popAs pops a value that must be a T.
func popAs[T any](u *unpickler) (T, error) {
	var zero T
	v, err := u.pop()
	if err != nil {
		return zero, err
	}
	t, ok := v.(T)
	if !ok {
		return zero, fmt.Errorf("%s, want %s", kind(v), kind(zero))
	}
	return t, nil
}
