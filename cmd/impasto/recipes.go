package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/impasto/impasto/recipe"
)

type recipesCommand struct {
	Name string `arg:"" optional:"" placeholder:"NAME|FILE" help:"Recipe to show with all its settings."`
	TOML bool   `name:"toml" group:"report" help:"Print the recipe as a TOML file, to edit and to use with --recipe."`
	JSON bool   `group:"report" help:"Print one JSON object."`
}

// recipeResult is what --json prints.
type recipeResult struct {
	Name     string            `json:"name"`
	Sentence string            `json:"sentence"`
	Source   string            `json:"source"`
	Network  string            `json:"network"`
	Settings map[string]string `json:"settings"`
}

// Run lists the recipes, or shows one.
func (r *recipesCommand) Run(c console) error {
	if r.Name != "" {
		return r.show(c)
	}
	if r.TOML {
		return usagef("--toml prints one recipe; name it, as in impasto recipes gatys --toml")
	}
	all := make([]recipeResult, 0, len(recipe.Names()))
	for _, name := range recipe.Names() {
		chosen, err := recipe.Find(name)
		if err != nil {
			return err
		}
		all = append(all, describe(&chosen))
	}
	if r.JSON {
		return printJSON(c, map[string]any{"recipes": all})
	}
	table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, chosen := range all {
		fmt.Fprintf(table, "%s\t%s\n", chosen.Name, chosen.Sentence)
	}
	return table.Flush()
}

func describe(r *recipe.Recipe) recipeResult {
	settings := map[string]string{}
	for _, s := range r.Settings() {
		settings[s.Name] = s.Value
	}
	return recipeResult{r.Name, r.Sentence, r.Source, r.Network, settings}
}

func (r *recipesCommand) show(c console) error {
	chosen, err := findRecipe(r.Name)
	if err != nil {
		return err
	}
	if r.TOML {
		return recipe.Write(c.out, &chosen)
	}
	d := describe(&chosen)
	if r.JSON {
		return printJSON(c, d)
	}
	fmt.Fprintf(c.out, "%s: %s\n\nsource: %s\n\n", d.Name, d.Sentence, d.Source)
	table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, s := range chosen.Settings() {
		fmt.Fprintf(table, "%s\t%s\t%s\n", s.Name, s.Value, s.Help)
	}
	return table.Flush()
}
