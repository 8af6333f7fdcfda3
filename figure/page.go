package figure

import (
	"bytes"
	_ "embed"
	"html/template"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"figure": func(l Language, n int) string { return say(l, "figure", n) },
	"code":   func(l Language) string { return say(l, "code") },
	// A wide drawing keeps its text readable: below that width it scrolls rather than shrinks.
	"least": func(d *Drawing) int { return int(0.8 * d.Width) },
	// A drawing escapes what it writes.
	"svg": func(d *Drawing) template.HTML { return template.HTML(d.SVG()) },
}).Parse(pageText))

// Page returns the report as one HTML page, without scripts or other files; its pictures are embedded.
func (r *Report) Page() ([]byte, error) {
	r.number()
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, r); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
