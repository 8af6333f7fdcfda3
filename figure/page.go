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
	// A wide drawing keeps its text readable: it is pushed aside rather than made smaller than that.
	"least": func(d *Drawing) int { return int(0.8 * d.Width) },
	// A drawing escapes what it writes.
	"svg": func(d *Drawing) template.HTML { return template.HTML(d.SVG()) },
}).Parse(pageText))

// Page returns the report as one HTML page: no script, no other file, its pictures inside.
func (r *Report) Page() ([]byte, error) {
	r.number()
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, r); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
