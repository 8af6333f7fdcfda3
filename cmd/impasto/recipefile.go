package main

import (
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

	"github.com/impasto/impasto/transfer"
)

// A recipe file is TOML: the name of a recipe to begin with, and the settings that differ. All settings
// are named as impasto recipes NAME shows them; impasto recipes NAME --toml prints a whole file.
//
//	name = "mine"
//	base = "gatys"
//
//	[settings]
//	style-weight = 2e6
//	style-layers = "relu1_1=0.1,relu3_1=0.9"

// recipeFileLimit is far more than any recipe takes.
const recipeFileLimit = 1 << 20

// isRecipeFile reports whether --recipe names a file rather than a recipe.
func isRecipeFile(name string) bool { return strings.HasSuffix(strings.ToLower(name), ".toml") }

// findRecipe returns the recipe of a name, or of a file.
func findRecipe(name string) (transfer.Recipe, error) {
	if !isRecipeFile(name) {
		r, err := transfer.Find(name)
		if err != nil {
			return r, usageError{err}
		}
		return r, nil
	}
	r, err := readRecipe(name)
	if err != nil {
		return r, fmt.Errorf("read recipe %s: %w", name, err)
	}
	return r, nil
}

func readRecipe(path string) (transfer.Recipe, error) {
	file, err := os.Open(path)
	if err != nil {
		return transfer.Recipe{}, unwrapPath(err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, recipeFileLimit+1))
	if err != nil {
		return transfer.Recipe{}, unwrapPath(err)
	}
	if len(text) > recipeFileLimit {
		return transfer.Recipe{}, fmt.Errorf("over the limit of %d bytes: it is no recipe", recipeFileLimit)
	}
	return parseRecipe(text)
}

// recipeKeys are what stands outside [settings].
var recipeKeys = []string{"name", "sentence", "source", "base"}

func parseRecipe(text []byte) (transfer.Recipe, error) {
	k := koanf.New("\x00") // names of settings hold no NUL, so nothing is taken apart
	if err := k.Load(rawbytes.Provider(text), toml.Parser()); err != nil {
		return transfer.Recipe{}, fmt.Errorf("not TOML: %s", strings.Join(strings.Fields(err.Error()), " "))
	}
	for key := range k.Raw() {
		if key != "settings" && !slices.Contains(recipeKeys, key) {
			return transfer.Recipe{}, fmt.Errorf("%q is not known; known are %s and [settings]", key, strings.Join(recipeKeys, ", "))
		}
	}
	base := k.String("base")
	if base == "" {
		base = "gatys"
	}
	r, err := transfer.Find(base)
	if err != nil {
		return r, fmt.Errorf("base: %w", err)
	}
	settings := map[string]string{}
	for name, value := range k.Cut("settings").Raw() {
		if settings[name], err = settingText(value); err != nil {
			return r, fmt.Errorf("%s: %w", name, err)
		}
	}
	r.Name = k.String("name")
	if r.Name == "" {
		r.Name = "own"
	}
	r.Sentence, r.Source = k.String("sentence"), k.String("source")
	return r, r.Override(settings)
}

// unwrapPath takes the path out of an error whose message will name it anyway.
func unwrapPath(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// settingText writes a TOML value as a flag would have it.
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
	return "", fmt.Errorf("a text, a number or true or false is wanted, not %v", v)
}

// writeRecipe prints a recipe as a file to start from.
func writeRecipe(w io.Writer, r *transfer.Recipe) error {
	d := describe(r)
	if _, err := fmt.Fprintf(w, "# Paint with it: impasto style CONTENT STYLE --recipe FILE.toml\nname = \"my-%s\"\nbase = %q\nsentence = %q\n\n[settings]\n",
		d.Name, d.Name, d.Sentence); err != nil {
		return err
	}
	for _, p := range transfer.Parameters() {
		value, ok := d.Settings[p.Name]
		if !ok {
			continue
		}
		if _, err := strconv.ParseFloat(value, 64); err != nil && value != "true" && value != "false" {
			value = strconv.Quote(value)
		}
		if _, err := fmt.Fprintf(w, "%s = %s # %s\n", p.Name, value, p.Help); err != nil {
			return err
		}
	}
	return nil
}
