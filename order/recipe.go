package order

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/impasto/impasto/recipe"
)

// OpenRecipe returns the order's form of the recipe that recipe.Open finds: a known one by its name, one from a
// file by its differences from the most similar known recipe. Errors are those of recipe.Open.
func OpenRecipe(name string) (Recipe, error) {
	r, err := recipe.Open(name)
	if err != nil || !recipe.IsFile(name) {
		return Recipe{Name: r.Name}, err
	}
	return based(&r), nil
}

// SetRecipe makes the order one for a finished recipe: by its name and the settings that differ if the name
// is that of a known recipe, and otherwise by its differences from the most similar known one. The effort is then
// normal, since a finished recipe has its iterations. It fails if the recipe has a value that cannot be set.
func (o *Order) SetRecipe(r recipe.Recipe) error {
	probe := r.Clone()
	if err := probe.Override(settingsOf(&r)); err != nil {
		return &FieldError{"recipe", err}
	}
	o.Effort = ""
	if known, err := recipe.Find(r.Name); err == nil {
		o.Recipe, o.Settings = Recipe{Name: r.Name}, differences(known, &r)
		return nil
	}
	o.Recipe, o.Settings = based(&r), nil
	return nil
}

// based returns a recipe by its differences from the known one from which it differs least.
func based(r *recipe.Recipe) Recipe {
	best := Recipe{Name: cmp.Or(r.Name, "own")}
	for _, name := range append([]string{recipe.Default}, recipe.Names()...) {
		known, err := recipe.Find(name)
		if err != nil {
			panic("order: " + err.Error()) // the name comes from the table
		}
		if d := differences(known, r); best.Base == "" || len(d) < len(best.Settings) {
			best.Base, best.Settings = name, d
		}
	}
	return best
}

// differences returns the fewest settings that turn one recipe into another, restricted to values that can be set.
// Some settings change others when they are set (content-weight clears content-reference, optimizer sets its
// parameters, a setting for all scales clears those for some), so it sets them one by one as Override does and
// checks what remains. nil means there are none.
func differences(from recipe.Recipe, to *recipe.Recipe) map[string]string {
	from = from.Clone()
	var d map[string]string
	set := func(name, value string) {
		if err := from.Set(name, value); err != nil {
			panic("order: " + err.Error()) // a setting that the recipe itself wrote
		}
		if d == nil {
			d = map[string]string{}
		}
		d[name] = value
	}
	wanted := settingsOf(to)
	for _, p := range recipe.Parameters() {
		if valueOf(&from, p.Name) != wanted[p.Name] || hasSurplus(&from, wanted, p.Name) {
			set(p.Name, wanted[p.Name])
		}
	}
	now := settingsOf(&from)
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if value, ok := now[name]; !ok || value != wanted[name] {
			set(name, wanted[name])
		}
	}
	return d
}

// hasSurplus reports whether a recipe has a parameter at a scale where wanted has none.
func hasSurplus(r *recipe.Recipe, wanted map[string]string, name string) bool {
	for _, s := range r.ByScale {
		_, has := s.Values[name]
		if _, want := wanted["scale."+s.Scale+"."+name]; has && !want {
			return true
		}
	}
	return false
}

// valueOf returns the value of a parameter.
func valueOf(r *recipe.Recipe, name string) string {
	value, err := r.Get(name)
	if err != nil {
		panic("order: " + err.Error()) // the name comes from the table
	}
	return value
}

// settingsOf returns all settings of a recipe, by name.
func settingsOf(r *recipe.Recipe) map[string]string {
	all := map[string]string{}
	for _, s := range r.Settings() {
		all[s.Name] = s.Value
	}
	return all
}

// FinishedRecipe returns the recipe by which the order is painted: the base, the differences of a recipe from a
// file, the effort, and then the settings of the order, so that their iterations are unaffected by the effort. A
// start picture sets init. Errors are of type [*FieldError]; one for an unknown name wraps a *recipe.UnknownError.
func (o *Order) FinishedRecipe() (recipe.Recipe, error) {
	r, err := o.effortedRecipe()
	if err != nil {
		return r, err
	}
	settings := o.Settings
	if _, said := settings["init"]; o.Start != nil && !said {
		settings = cloneMap(settings)
		if settings == nil {
			settings = map[string]string{}
		}
		settings["init"] = recipe.InitPicture.String()
	}
	if err := override(&r, "settings", settings); err != nil {
		return r, err
	}
	switch picture := r.Start.Init == recipe.InitPicture; {
	case picture && o.Start == nil:
		return r, fieldf("start", "missing; the recipe starts from a picture (init is picture)")
	case !picture && o.Start != nil:
		return r, fieldf("settings.init", "%v cannot be combined with a start picture; leave out one of them", r.Start.Init)
	}
	return r, nil
}

// effortedRecipe returns the recipe before the settings of the order.
func (o *Order) effortedRecipe() (recipe.Recipe, error) {
	r, err := o.Recipe.open()
	if err != nil {
		return r, err
	}
	e, err := recipe.FindEffort(cmp.Or(o.Effort, "normal"))
	if err != nil {
		return r, &FieldError{"effort", err}
	}
	e.Apply(&r)
	return r, nil
}

// open returns the recipe at normal effort.
func (n *Recipe) open() (recipe.Recipe, error) {
	if n.Base == "" {
		if len(n.Settings) > 0 {
			return recipe.Recipe{}, fieldf("recipe.settings",
				"they belong to a recipe with a base; write them in the order's settings, or name the base")
		}
		r, err := recipe.Find(n.Name)
		if err != nil {
			return r, &FieldError{"recipe.name", err}
		}
		return r, nil
	}
	r, err := recipe.Find(n.Base)
	if err != nil {
		return r, &FieldError{"recipe.base", err}
	}
	r.Name, r.Sentence, r.Source = n.Name, "", ""
	return r, override(&r, "recipe.settings", n.Settings)
}

// override applies the settings at a path, and names the setting that is wrong.
func override(r *recipe.Recipe, path string, values map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		probe := r.Clone()
		if err := probe.Set(name, values[name]); err != nil {
			return &FieldError{member(path, name), without(err, name)}
		}
	}
	if err := r.Override(values); err != nil {
		err = without(err, "recipe "+r.Name)
		for name := range values {
			said := name
			if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
				said = name[:dot] + ": " + name[dot+1:] // as errors name settings of some scales
			}
			if strings.HasPrefix(err.Error(), said+": ") {
				return &FieldError{member(path, name), without(err, said)}
			}
		}
		return &FieldError{path, err}
	}
	return nil
}

// without removes a prefix from an error, since its path already says it.
func without(err error, prefix string) error {
	text, ok := strings.CutPrefix(err.Error(), prefix+": ")
	if inner := errors.Unwrap(err); ok && inner != nil && inner.Error() == text {
		return inner
	}
	if ok {
		return errors.New(text)
	}
	return err
}

func cloneMap(m map[string]string) map[string]string {
	if len(m) == 0 {
		return nil
	}
	return maps.Clone(m)
}
