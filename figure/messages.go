package figure

import (
	"fmt"
	"slices"
)

// Language is that of titles, captions and axes.
type Language string

// The languages of texts.
const (
	English Language = "en"
	Korean  Language = "ko"
)

// Texts are sentences by key, for fmt.Sprintf: in English, then in Korean. Names of layers and formulas are the
// same in all languages.
type Texts map[string][2]string

// GatherTexts returns all texts in one table. It panics on a duplicate key.
func GatherTexts(all ...Texts) Texts {
	sum := Texts{}
	for _, t := range all {
		for key, m := range t {
			if _, twice := sum[key]; twice {
				panic("figure: duplicate message " + key)
			}
			sum[key] = m
		}
	}
	return sum
}

// messages are the texts of every report.
var messages = Texts{
	"figure": {"Figure %d", "그림 %d"},
	"code":   {"In the code:", "코드 위치:"},
}

func (l Language) column() int {
	if l == Korean {
		return 1
	}
	return 0
}

// In returns a text in a language, with its values. It panics if there is no such text.
func (t Texts) In(l Language, key string, values ...any) string {
	m, ok := t[key]
	if !ok {
		panic("figure: no message " + key)
	}
	if len(values) == 0 {
		return m[l.column()]
	}
	return fmt.Sprintf(m[l.column()], values...)
}

// Problems returns what is wrong with the texts, for the tests of packages that have them: the keys with a missing
// text, and those with a character that the fonts of figures lack.
func (t Texts) Problems() []string {
	var all []string
	f := newFace(20, false)
	for key, m := range t {
		for _, words := range m {
			if words == "" {
				all = append(all, key+": a text is missing")
			}
			for _, r := range words {
				if !f.has(f.latin, r) && !f.second(r) {
					all = append(all, fmt.Sprintf("%s: no glyph for %q", key, r))
				}
			}
		}
	}
	slices.Sort(all)
	return all
}

func say(l Language, key string, values ...any) string { return messages.In(l, key, values...) }
