package recipe

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/knadh/koanf/parsers/toml/v2"
	"github.com/knadh/koanf/providers/rawbytes"
	"github.com/knadh/koanf/v2"
)

// A recipe file is TOML: the name of a base recipe, and the settings that differ from it. Settings have the
// names that impasto recipes NAME shows; impasto recipes NAME --toml prints a complete file.
//
//	name = "mine"
//	base = "gatys"
//
//	[settings]
//	style-weight = 2e6
//	style-layers = "relu1_1=0.1,relu3_1=0.9"
//
//	[scale.coarse]
//	optimizer = "adam"
//
// The tables [scale.PLACE] hold settings for some scales only; see ScaleSettings.

// fileLimit is far larger than any recipe.
const fileLimit = 1 << 20

// IsFile reports whether a name given by a user is that of a file rather than of a recipe.
func IsFile(name string) bool { return strings.HasSuffix(strings.ToLower(name), ".toml") }

// Open returns the recipe of the given name, or reads it from a file if [IsFile] reports true. The error is
// an [UnknownError] if there is no such recipe.
func Open(name string) (Recipe, error) {
	if !IsFile(name) {
		return Find(name)
	}
	r, err := readFile(name)
	if err != nil {
		return r, fmt.Errorf("read recipe %s: %w", name, err)
	}
	return r, nil
}

func readFile(path string) (Recipe, error) {
	file, err := os.Open(path)
	if err != nil {
		return Recipe{}, unwrapPath(err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, fileLimit+1))
	if err != nil {
		return Recipe{}, unwrapPath(err)
	}
	if len(text) > fileLimit {
		return Recipe{}, fmt.Errorf("the file is over the limit of %d bytes", fileLimit)
	}
	return Parse(text)
}

// recipeKeys are the keys outside [settings].
var recipeKeys = []string{"name", "sentence", "source", "base"}

// Parse reads a recipe file. Errors name the setting.
func Parse(text []byte) (Recipe, error) {
	k := koanf.New("\x00") // names of settings contain no NUL, so none is split
	if err := k.Load(rawbytes.Provider(text), toml.Parser()); err != nil {
		return Recipe{}, fmt.Errorf("not TOML: %s", strings.Join(strings.Fields(err.Error()), " "))
	}
	for key := range k.Raw() {
		if key != "settings" && key != "scale" && !slices.Contains(recipeKeys, key) {
			return Recipe{}, fmt.Errorf("unknown key %q; valid keys are %s, [settings] and [scale.PLACE]", key, strings.Join(recipeKeys, ", "))
		}
	}
	base := cmp.Or(k.String("base"), Default)
	r, err := Find(base)
	if err != nil {
		return r, fmt.Errorf("base: %w", err)
	}
	settings, err := fileSettings(k.Raw())
	if err != nil {
		return r, err
	}
	r.Name = k.String("name")
	if r.Name == "" {
		r.Name = "own"
	}
	r.Sentence, r.Source = k.String("sentence"), k.String("source")
	return r, r.Override(settings)
}

// fileSettings collects the tables [settings] and [scale.PLACE], by the names that Recipe.Set knows.
func fileSettings(file map[string]any) (map[string]string, error) {
	settings := map[string]string{}
	add := func(prefix string, table any) error {
		values, ok := table.(map[string]any)
		if !ok {
			return fmt.Errorf("%s must be a table of settings, not %v", strings.TrimSuffix(cmp.Or(prefix, "settings"), "."), table)
		}
		for name, value := range values {
			text, err := settingText(value)
			if err != nil {
				return fmt.Errorf("%s%s: %w", prefix, name, err)
			}
			settings[prefix+name] = text
		}
		return nil
	}
	if table, ok := file["settings"]; ok {
		if err := add("", table); err != nil {
			return nil, err
		}
	}
	scales, ok := file["scale"].(map[string]any)
	if file["scale"] != nil && !ok {
		return nil, fmt.Errorf("scale: must be tables such as [scale.coarse] or [scale.last], not %v", file["scale"])
	}
	for place, table := range scales {
		if err := add("scale."+place+".", table); err != nil {
			return nil, err
		}
	}
	return settings, nil
}

// unwrapPath removes the path from an error, since the message names it anyway.
func unwrapPath(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// settingText returns a TOML value as a flag would spell it.
func settingText(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case bool:
		return strconv.FormatBool(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), nil
	}
	return "", fmt.Errorf("must be a string, a number, true or false, not %v", v)
}

// Write writes a recipe as a file that users can edit.
func Write(w io.Writer, r *Recipe) error {
	base := r.Name
	if _, err := Find(base); err != nil {
		base = Default // the recipe came from a file; all of its settings follow, so any base will do
	}
	if _, err := fmt.Fprintf(w, "# Paint with it: impasto style CONTENT STYLE --recipe FILE.toml\nname = \"my-%s\"\nbase = %q\nsentence = %q\n\n[settings]\n",
		r.Name, base, r.Sentence); err != nil {
		return err
	}
	table := ""
	for _, setting := range r.Settings() {
		name := setting.Name
		if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
			if name[:dot] != table {
				table = name[:dot]
				if _, err := fmt.Fprintf(w, "\n[%s]\n", table); err != nil {
					return err
				}
			}
			name = name[dot+1:]
		}
		if _, err := fmt.Fprintf(w, "%s = %s # %s\n", name, tomlValue(setting.Value), setting.Help); err != nil {
			return err
		}
	}
	return nil
}

// tomlValue returns a setting in TOML: numbers and booleans as they are, anything else as a string.
func tomlValue(value string) string {
	if _, err := strconv.ParseFloat(value, 64); err != nil && value != "true" && value != "false" {
		return strconv.Quote(value)
	}
	return value
}
