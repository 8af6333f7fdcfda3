package order

import (
	"iter"
	"slices"
	"strconv"
	"strings"
)

// Version is the version of the JSON form that this package writes.
const Version = 1

// MaxBytes bounds the JSON form of an order. The limits of its fields are in the schema.
const MaxBytes = 1 << 20

// Order says what to paint. The zero value names nothing and is not valid; see [Order.Validate].
type Order struct {
	// Version of the JSON form. 0 means the current one in an order that was not read.
	Version int `json:"version,omitempty" constraint:"required min=1 max=1"`
	// The picture to repaint.
	Photograph Input `json:"photograph" constraint:"required"`
	// The paintings to learn the style from. Their order matters: the recipe's start may be the first of them, and a
	// region map assigns colours to them in turn.
	Paintings []Painting `json:"paintings" constraint:"required items=1..64"`
	// A map that says where each of several paintings goes: every painting has a colour, in order from the darkest
	// to the brightest. It replaces the paintings' own regions.
	RegionMap *Input `json:"region_map,omitempty"`
	// The picture to start from. The recipe's setting init is then picture.
	Start *Input `json:"start,omitempty"`
	// The strength at each position: white is full strength, grey less, black none.
	StrengthMap *Input `json:"strength_map,omitempty"`

	// The conventions to paint by.
	Recipe Recipe `json:"recipe" constraint:"required"`
	// Settings that differ from the recipe at the order's effort, by the names of recipe.Parameters or, for
	// some scales only, scale.PLACE.SETTING. Values are strings, as recipe.Recipe.Set accepts them.
	Settings map[string]string `json:"settings,omitempty" constraint:"items=0..256 keys=setting values=line maxlen=1024"`
	// The amount of work: a multiple of the recipe's iterations.
	Effort string `json:"effort,omitempty" constraint:"enum=draft|normal|best default=normal"`

	// Long side of the result in pixels; 0 means the photograph's own.
	Size int `json:"size" constraint:"min=0 max=65536 default=0"`
	// Whether the size may exceed the photograph's.
	Enlarge bool `json:"enlarge,omitempty"`
	// Seed of all noise: the same seed gives the same picture. Programs whose numbers are floating-point represent
	// seeds exactly up to 2^53.
	Seed uint64 `json:"seed" constraint:"default=0"`
	// The network whose features are compared. Its digest is that of its parameters, whatever file holds them.
	Network Input `json:"network" constraint:"required"`
	// The file of the picture.
	Output Output `json:"output,omitzero"`
}

// Input is a file that an order needs, by name and contents. One of the two may be missing. An
// input without a digest is known by its name only, and an order with one has no digest of its own.
type Input struct {
	_ struct{} `constraint:"anyof=name|sha256"`

	// Name of the file, as a user would know it, or @NAME for a built-in picture. It is a path
	// only if the caller of a Resolver says so.
	Name string `json:"name,omitempty" constraint:"pattern=text maxlen=1024"`
	// SHA-256 of its contents, as 64 hexadecimal digits.
	SHA256 string `json:"sha256,omitempty" constraint:"pattern=digest"`
}

// Painting is a picture to learn from, its share among several, and its region.
type Painting struct {
	// The painting.
	Picture Input `json:"picture" constraint:"required"`
	// Its share among all paintings. Only ratios matter: 3 and 1 are the same as 6 and 2.
	Share float64 `json:"share" constraint:"min=0 max=1e6 default=1"`
	// The part of the painting to learn from: a picture that is white there. Without it, all of it.
	Mask *Input `json:"mask,omitempty"`
	// The region of the painting: a picture that is white where the photograph takes on its style. Without it,
	// everywhere.
	Region *Input `json:"region,omitempty"`
}

// Recipe names the conventions to paint by: one of the program's recipes or, if Base is set, a
// recipe of the user's own (from a file), as its differences from a known one.
type Recipe struct {
	// The recipe's name.
	Name string `json:"name" constraint:"required pattern=text maxlen=200"`
	// The known recipe on which one from a file is based. Without it the name is that of a known recipe.
	Base string `json:"base,omitempty" constraint:"pattern=text maxlen=200"`
	// Settings by which a recipe from a file differs from its base. The effort applies to their iterations, unlike
	// to those in the settings of the order.
	Settings map[string]string `json:"settings,omitempty" constraint:"items=0..256 keys=setting values=line maxlen=1024"`
}

// Output is the format of the picture's file: one that package canvas can write. The zero value is a PNG of 8 bits.
type Output struct {
	// The file format.
	Format string `json:"format,omitempty" constraint:"enum=formats default=png"`
	// Bits of a PNG's samples.
	Depth int `json:"depth,omitempty" constraint:"enum=depths default=8"`
	// Quality of a JPEG.
	Quality int `json:"quality,omitempty" constraint:"min=1 max=100 default=95"`
}

// Files iterates over the pictures that the order needs, by their paths in the JSON form ("photograph",
// "paintings[0].mask"), in a fixed order. The pointers point into the order. The network is not included.
func (o *Order) Files() iter.Seq2[string, *Input] {
	return func(yield func(string, *Input) bool) {
		if !yield("photograph", &o.Photograph) {
			return
		}
		for i := range o.Paintings {
			p, path := &o.Paintings[i], element("paintings", i)
			if !yield(path+".picture", &p.Picture) ||
				p.Mask != nil && !yield(path+".mask", p.Mask) ||
				p.Region != nil && !yield(path+".region", p.Region) {
				return
			}
		}
		_ = (o.RegionMap == nil || yield("region_map", o.RegionMap)) &&
			(o.Start == nil || yield("start", o.Start)) &&
			(o.StrengthMap == nil || yield("strength_map", o.StrengthMap))
	}
}

// element returns the path of an element of a list.
func element(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }

// Clone returns a copy that shares nothing with o.
func (o *Order) Clone() Order {
	c := *o
	c.Paintings = slices.Clone(o.Paintings)
	for i := range c.Paintings {
		p := &c.Paintings[i]
		p.Mask, p.Region = p.Mask.clone(), p.Region.clone()
	}
	c.RegionMap, c.Start, c.StrengthMap = o.RegionMap.clone(), o.Start.clone(), o.StrengthMap.clone()
	c.Recipe.Settings, c.Settings = cloneMap(o.Recipe.Settings), cloneMap(o.Settings)
	return c
}

func (i *Input) clone() *Input {
	if i == nil {
		return nil
	}
	return new(*i)
}

// Portable returns a copy in which names have no folders, as in a record that travels with a picture.
func (o *Order) Portable() Order {
	c := o.Clone()
	for _, in := range c.Files() {
		in.Name = bareName(in.Name)
	}
	c.Network.Name = bareName(c.Network.Name)
	return c
}

// bareName returns a name without folders, whatever system wrote it.
func bareName(name string) string {
	if bare := name[strings.LastIndexAny(name, `/\`)+1:]; bare != "" {
		return bare
	}
	return name
}
