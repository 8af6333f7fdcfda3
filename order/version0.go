package order

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/impasto/impasto/recipe"
)

// version0 is the text that earlier versions of Impasto embedded in pictures. It holds all settings of the
// finished recipe, names of pictures without folders and extensions, and no digests.
type version0 struct {
	Program  string            `json:"program" constraint:"required pattern=text maxlen=600"`
	Recipe   string            `json:"recipe" constraint:"required pattern=text maxlen=200"`
	Settings map[string]string `json:"settings" constraint:"required items=1..512 keys=setting values=line maxlen=1024"`
	Network  string            `json:"network" constraint:"required pattern=text maxlen=1024"`
	ISA      string            `json:"isa" constraint:"required pattern=text maxlen=200"`

	Content      string   `json:"content" constraint:"required pattern=text maxlen=1024"`
	Styles       []string `json:"styles" constraint:"required items=1..64 pattern=text maxlen=1024"`
	StyleWeights string   `json:"style_weights,omitempty" constraint:"pattern=text maxlen=4096"`
	ContentMasks []string `json:"content_masks,omitempty" constraint:"items=1..64 pattern=text maxlen=1024"`
	StyleMasks   []string `json:"style_masks,omitempty" constraint:"items=1..64 pattern=text maxlen=1024"`
	StrengthMap  string   `json:"strength_map,omitempty" constraint:"pattern=text maxlen=1024"`

	Seed       uint64 `json:"seed" constraint:"required"`
	Size       int    `json:"size" constraint:"required min=0 max=65536"`
	Iterations int    `json:"iterations" constraint:"required min=0 max=1e12"`
	Finished   bool   `json:"finished" constraint:"required"`
}

// unnamedStart is the name of a start picture, which version 0 did not record.
const unnamedStart = "start picture without a recorded name"

// parseVersion0 reads version 0 as a record of the current version.
func parseVersion0(data []byte) (Record, error) {
	var old version0
	if err := decode(data, MaxRecordBytes, &old); err != nil {
		return Record{}, err
	}
	paintings, err := old.paintings()
	if err != nil {
		return Record{}, err
	}
	r := Record{Version: Version, Program: programOf(old.Program), ISA: old.ISA,
		Iterations: old.Iterations, Finished: old.Finished,
		Order: Order{Version: Version, Photograph: Input{Name: old.Content}, Paintings: paintings,
			Size: old.Size, Seed: old.Seed, Network: Input{Name: old.Network}}}
	o := &r.Order
	if old.StrengthMap != "" {
		o.StrengthMap = &Input{Name: old.StrengthMap}
	}
	if masks := old.ContentMasks; len(masks) == 1 && len(paintings) > 1 && masks[0] != noMask {
		o.RegionMap = &Input{Name: masks[0]}
	}
	finished, err := old.recipe()
	if err != nil {
		return Record{}, err
	}
	if err := o.SetRecipe(finished); err != nil {
		return Record{}, err
	}
	if finished.Start.Init == recipe.InitPicture {
		o.Start = &Input{Name: unnamedStart}
	}
	r.Settings = settingsOf(&finished)
	if err := r.Validate(); err != nil {
		return Record{}, err
	}
	r.Order, err = o.Canonical()
	return r, err
}

// recipe returns the recipe of all settings.
func (v *version0) recipe() (recipe.Recipe, error) {
	r, err := recipe.Find(v.Recipe)
	if err != nil { // from a file; all settings follow, so any base will do
		if r, err = recipe.Find(recipe.Default); err != nil {
			return r, err
		}
		r.Name = v.Recipe
	}
	return r, override(&r, "settings", renamed(v.Settings))
}

// renamedSettings maps the settings that had other names then.
var renamedSettings = map[string]string{"preview": "reduced", "preview-weight": "reduced-weight"}

// renamed returns settings by their current names, including those of single scales.
func renamed(settings map[string]string) map[string]string {
	all := make(map[string]string, len(settings))
	for name, value := range settings {
		dot := strings.LastIndexByte(name, '.') + 1
		if now, ok := renamedSettings[name[dot:]]; ok {
			name = name[:dot] + now
		}
		all[name] = value
	}
	return all
}

// noMask stands in a list of masks for a painting without one.
const noMask = "none"

// paintings joins names, shares and masks, which version 0 kept in separate lists.
func (v *version0) paintings() ([]Painting, error) {
	shares, err := v.shares()
	if err != nil {
		return nil, err
	}
	all := make([]Painting, len(v.Styles))
	for i, name := range v.Styles {
		all[i] = Painting{Picture: Input{Name: name}, Share: shares[i]}
	}
	if n := len(v.StyleMasks); n > 0 && n != len(all) {
		return nil, fieldf("style_masks", "%d masks for %d paintings", n, len(all))
	}
	if n := len(v.ContentMasks); n > 1 && n != len(all) {
		return nil, fieldf("content_masks", "%d masks for %d paintings", n, len(all))
	}
	for i := range all {
		all[i].Mask = maskIn(v.StyleMasks, i)
		if len(v.ContentMasks) == len(all) {
			all[i].Region = maskIn(v.ContentMasks, i)
		}
	}
	return all, nil
}

// maskIn returns mask i of a list, nil for none.
func maskIn(row []string, i int) *Input {
	if i >= len(row) || row[i] == noMask {
		return nil
	}
	return &Input{Name: row[i]}
}

// shares parses "3,1"; without it all are equal.
func (v *version0) shares() ([]float64, error) {
	shares := make([]float64, len(v.Styles))
	for i := range shares {
		shares[i] = 1
	}
	if v.StyleWeights == "" {
		return shares, nil
	}
	fields := strings.Split(v.StyleWeights, ",")
	if len(fields) != len(shares) {
		return nil, fieldf("style_weights", "%d shares for %d paintings", len(fields), len(shares))
	}
	for i, field := range fields {
		share, err := strconv.ParseFloat(strings.TrimSpace(field), 64)
		if err != nil {
			return nil, fieldf("style_weights", "%s is not a number", quoted(field))
		}
		shares[i] = share
	}
	return shares, nil
}

// programText is "impasto 1.2 (go1.26.8, linux/amd64)".
var programText = regexp.MustCompile(`^(\S+) (.+) \((go[^()]*)\)$`)

// programOf parses the name and version of a program.
func programOf(text string) Program {
	if m := programText.FindStringSubmatch(text); m != nil {
		return Program{Name: m[1], Version: m[2], Build: m[3]}
	}
	return Program{Name: text}
}
