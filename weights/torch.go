package weights

import (
	"archive/zip"
	"cmp"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
)

// legacyMagic is the integer 0x1950a86a20f9469cfc6c, with which files of PyTorch's format before 1.6 begin.
const legacyMagic long = "l\xfc\x9cF\xf9 j\xa8P\x19"

// legacyProtocol is the only version of that format.
const legacyProtocol = 1001

// storages are the storages that a pickle names, by key.
type storages map[string]*storage

// persistent makes a storage from a persistent identifier: the tuple ("storage", class, key, location, elements)
// and, in the legacy format, a sixth value for a storage that is part of another: None, or key, offset, elements.
func (s storages) persistent(id any) (any, error) {
	t, ok := id.(tuple)
	if !ok || len(t) < 5 || len(t) > 6 || t[0] != any("storage") {
		return nil, fmt.Errorf("persistent identifier that is not a storage: %s", kind(id))
	}
	c, isClass := t[1].(class)
	key, isText := t[2].(string)
	n, isInt := t[4].(int64)
	of := storageTypes[c]
	if !isClass || !isText || !isInt || n < 0 || of == "" {
		return nil, fmt.Errorf("storage of %s, %s, %s", kind(t[1]), kind(t[2]), kind(t[4]))
	}
	if len(t) == 6 && t[5] != nil {
		return nil, fmt.Errorf("storage %q is a view of another, which PyTorch has not written since 0.4; save the file again", key)
	}
	if old := s[key]; old != nil {
		if old.kind != of || old.elements != n {
			return nil, fmt.Errorf("storage %q is used as %d elements of %s and as %d of %s", key, old.elements, old.kind, n, of)
		}
		return old, nil
	}
	s[key] = &storage{kind: of, elements: n, offset: -1}
	return s[key], nil
}

// readZip reads the format of PyTorch since 1.6: a zip archive NAME/data.pkl, NAME/data/0, NAME/data/1 ...,
// uncompressed, so that storages can be read in place.
func readZip(r io.ReaderAt, size int64) (contents, error) {
	var none contents
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return none, fmt.Errorf("the zip archive: %w", err)
	}
	files := map[string]*zip.File{}
	var root string
	var order *zip.File
	for _, f := range archive.File {
		if files[f.Name] != nil {
			return none, fmt.Errorf("the zip archive: duplicate name %q", f.Name)
		}
		files[f.Name] = f
		if dir, ok := strings.CutSuffix(f.Name, "data.pkl"); ok && strings.Count(dir, "/") <= 1 {
			root = dir
		}
		if strings.HasSuffix(f.Name, "byteorder") {
			order = f
		}
	}
	pickled := files[root+"data.pkl"]
	if pickled == nil {
		if files[root+"constants.pkl"] != nil || files["model.json"] != nil {
			return none, errors.New("TorchScript archive of an old version; save a state_dict instead")
		}
		return none, errors.New("zip archive without data.pkl: not written by PyTorch")
	}
	if err := littleEndian(order); err != nil {
		return none, err
	}
	at, err := within(pickled, size)
	if err != nil {
		return none, err
	}
	s := storages{}
	in := &cursor{r: r, pos: at, end: at + int64(pickled.UncompressedSize64)}
	top, err := unpickle(in, s.persistent)
	if err != nil {
		return none, fmt.Errorf("%s: %w", pickled.Name, err)
	}
	tensors, err := flatten(top)
	if err != nil {
		return none, err
	}
	return contents{tensors: tensors}, s.place(r, root, files, size)
}

// littleEndian checks the byte order, which PyTorch records since 2.0.
func littleEndian(f *zip.File) error {
	if f == nil {
		return nil
	}
	rc, err := f.Open()
	if err != nil {
		return err
	}
	defer rc.Close()
	text, err := io.ReadAll(io.LimitReader(rc, 16))
	if err == nil && string(text) != "little" {
		err = fmt.Errorf("byte order %q is not supported; save the file on a little-endian machine", text)
	}
	return err
}

// within returns the position of an entry's bytes, which must be uncompressed and inside the file.
func within(f *zip.File, size int64) (int64, error) {
	if f.Method != zip.Store || f.CompressedSize64 != f.UncompressedSize64 {
		return 0, fmt.Errorf("%s is compressed, which PyTorch never does; save the file again", f.Name)
	}
	at, err := f.DataOffset()
	if err != nil {
		return 0, fmt.Errorf("%s: %w", f.Name, err)
	}
	if at < 0 || at > size || f.UncompressedSize64 > uint64(size-at) {
		return 0, fmt.Errorf("%s reaches outside the file", f.Name)
	}
	return at, nil
}

// place finds the storages among the archive's entries. They must not overlap.
func (s storages) place(r io.ReaderAt, root string, files map[string]*zip.File, size int64) error {
	var placed []*storage
	for key, store := range s {
		name := root + "data/" + key
		f := files[name]
		if f == nil {
			return fmt.Errorf("%s is missing", name)
		}
		at, err := within(f, size)
		if err != nil {
			return err
		}
		n, ok := product([]int64{store.elements, sizes[store.kind]})
		if !ok || uint64(n) != f.UncompressedSize64 {
			return fmt.Errorf("%s has %d bytes for %d elements of %s", name, f.UncompressedSize64, store.elements, store.kind)
		}
		store.offset = at
		store.verify = func() error { return checkCRC(io.NewSectionReader(r, at, n), name, f.CRC32) }
		placed = append(placed, store)
	}
	slices.SortFunc(placed, func(a, b *storage) int { return cmp.Compare(a.offset, b.offset) })
	for i := 1; i < len(placed); i++ {
		before := placed[i-1]
		if before.offset+before.elements*sizes[before.kind] > placed[i].offset {
			return errors.New("two storages overlap in the archive")
		}
	}
	return nil
}

// checkCRC compares the bytes of an entry with its checksum.
func checkCRC(r io.Reader, name string, want uint32) error {
	h := crc32.NewIEEE()
	if _, err := io.Copy(h, r); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if got := h.Sum32(); got != want {
		return fmt.Errorf("%s is damaged: CRC-32 is %08x, want %08x", name, got, want)
	}
	return nil
}

// readPickle reads a file that begins with a pickle: PyTorch's format before 1.6, or nested dictionaries of
// NumPy arrays, as Flax programs write them.
func readPickle(r io.ReaderAt, size int64) (contents, error) {
	in := &cursor{r: r, end: size}
	top, err := unpickle(in, nil)
	if err != nil {
		return contents{}, err
	}
	if top == any(legacyMagic) {
		return readLegacy(in)
	}
	if in.pos != in.end {
		return contents{}, fmt.Errorf("%d bytes after the pickle", in.end-in.pos)
	}
	tensors, err := flatten(top)
	return contents{tensors: tensors}, err
}

// readLegacy reads what follows the magic number: pickles of a protocol version, facts about the machine, the
// object and the keys of its storages; then each storage in the order of the keys, as a 64-bit number of
// elements followed by the elements.
func readLegacy(in *cursor) (contents, error) {
	var none contents
	version, err := unpickle(in, nil)
	if err != nil {
		return none, err
	}
	if version != any(int64(legacyProtocol)) {
		return none, fmt.Errorf("unsupported protocol version (want %d)", legacyProtocol)
	}
	machine, err := unpickle(in, nil)
	if err != nil {
		return none, err
	}
	if d, ok := machine.(*dict); ok {
		if i := slices.Index(d.keys, any("little_endian")); i >= 0 && d.values[i] != any(true) {
			return none, errors.New("big-endian order is not supported; save the file on a little-endian machine")
		}
	}
	s := storages{}
	top, err := unpickle(in, s.persistent)
	if err != nil {
		return none, err
	}
	keys, err := unpickle(in, nil)
	if err != nil {
		return none, fmt.Errorf("the keys of the storages: %w", err)
	}
	if err := s.locate(in, keys); err != nil {
		return none, err
	}
	tensors, err := flatten(top)
	return contents{tensors: tensors}, err
}

// locate finds the storages of a legacy file, without reading their elements.
func (s storages) locate(in *cursor, keys any) error {
	l, ok := keys.(*list)
	if !ok || len(l.items) != len(s) {
		return fmt.Errorf("%s, want the keys of %d storages", kind(keys), len(s))
	}
	for _, k := range l.items {
		key, _ := k.(string)
		store := s[key]
		if store == nil || store.offset >= 0 {
			return fmt.Errorf("storage %q is unknown or listed twice", key)
		}
		in.limit(8)
		b, err := in.take(8)
		if err != nil {
			return fmt.Errorf("storage %q: %w", key, err)
		}
		n, ok := product([]int64{store.elements, sizes[store.kind]})
		if got := le(b); !ok || got != uint64(store.elements) {
			return fmt.Errorf("storage %q has %d elements, want %d", key, got, store.elements)
		}
		store.offset = in.pos
		if err := in.skip(uint64(n)); err != nil {
			return fmt.Errorf("storage %q: %w", key, err)
		}
	}
	if in.pos != in.end {
		return fmt.Errorf("%d bytes after the last storage", in.end-in.pos)
	}
	return nil
}
