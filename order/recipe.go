package order

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/impasto/impasto/recipe"
)

// OpenRecipe returns how an order names the recipe that recipe.Open finds: a known one by its name, one from a
// file by what it changes of the known recipe that is nearest to it. Errors are those of recipe.Open.
func OpenRecipe(name string) (Recipe, error) {
	r, err := recipe.Open(name)
	if err != nil || !recipe.IsFile(name) {
		return Recipe{Name: r.Name}, err
	}
	return based(&r), nil
}

// SetRecipe makes the order one for a finished recipe: by its name and the settings that differ where the name
// is that of a known recipe, and by what it changes of the nearest known one otherwise. The effort is then
// normal, since a finished recipe has its iterations. It fails where the recipe has a value that cannot be set.
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

// based returns a recipe by what it changes of the known one from which it differs least.
func based(r *recipe.Recipe) Recipe {
	best := Recipe{Name: cmp.Or(r.Name, "own")}
	for _, name := range append([]string{recipe.Default}, recipe.Names()...) {
		known, err := recipe.Find(name)
		if err != nil {
			panic("order: " + err.Error()) // the name is the table's own
		}
		if d := differences(known, r); best.Base == "" || len(d) < len(best.Settings) {
			best.Base, best.Settings = name, d
		}
	}
	return best
}

// differences returns the fewest settings that make one recipe another, whose values can be set. Some settings
// change others when they are set (content-weight gives up content-reference, optimizer chooses its parameters,
// a setting for all scales gives up those for some), so it sets them one by one as Override does and sees what
// is left. nil: there are none.
func differences(from recipe.Recipe, to *recipe.Recipe) map[string]string {
	from = from.Clone()
	var d map[string]string
	set := func(name, value string) {
		if err := from.Set(name, value); err != nil {
			panic("order: " + err.Error()) // a recipe's own setting, as it reads it
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

// hasSurplus reports whether a recipe has a parameter at a scale where none is wanted.
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
		panic("order: " + err.Error()) // the name is the table's own
	}
	return value
}

// settingsOf returns all that a recipe consists of, by name.
func settingsOf(r *recipe.Recipe) map[string]string {
	all := map[string]string{}
	for _, s := range r.Settings() {
		all[s.Name] = s.Value
	}
	return all
}

// FinishedRecipe returns the recipe that the order is painted by: the base, what a recipe from a file changes,
// the effort, and then the settings of the order, so that what they say of iterations stands. A start picture
// sets init. Errors are of type [*FieldError]; one for a name that is not known wraps a *recipe.UnknownError.
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
		return r, fieldf("start", "missing; the recipe begins with a picture (init is picture)")
	case !picture && o.Start != nil:
		return r, fieldf("settings.init", "%v does not go with a start picture; leave out one of them", r.Start.Init)
	}
	return r, nil
}

// effortedRecipe is the recipe before the settings of the order.
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

// override applies settings that stand at a path, and names the setting that is wrong.
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
				said = name[:dot] + ": " + name[dot+1:] // as errors have settings of some scales
			}
			if strings.HasPrefix(err.Error(), said+": ") {
				return &FieldError{member(path, name), without(err, said)}
			}
		}
		return &FieldError{path, err}
	}
	return nil
}

// without takes a prefix off an error, which its path says already.
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
