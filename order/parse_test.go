package order

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/impasto/impasto/recipe"
)

// digestA, digestB, digestC stand for contents of files.
var (
	digestA = strings.Repeat("a1", 32)
	digestB = strings.Repeat("b2", 32)
	digestC = strings.Repeat("c3", 32)
)

// orderText is a valid order with parts replaced or added.
func orderText(changes ...string) string {
	text := fmt.Sprintf(`{"version":1,"photograph":{"name":"cat.jpg","sha256":"%s"},"paintings":[{"picture":{"name":"stars.jpg","sha256":"%s"},"share":1}],"recipe":{"name":"impasto"},"size":512,"seed":0,"network":{"name":"vgg16","sha256":"%s"}}`,
		digestA, digestB, digestC)
	return strings.NewReplacer(changes...).Replace(text)
}

func TestCanonicalTextIsKept(t *testing.T) {
	o, err := Parse([]byte(orderText()))
	if err != nil {
		t.Fatal(err)
	}
	text, err := o.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != orderText() {
		t.Errorf("got %s\nwant %s", text, orderText())
	}
}

// bad are texts that are refused, with what the error begins with. Those that only the reader refuses lie
// within the schema.
var bad = []struct {
	text, want string
	inSchema   bool
}{
	{``, "not JSON", false},
	{`[]`, "must be an object, not a list", false},
	{`{"version":1`, "the text ends early", false},
	{orderText() + "x", "unexpected text after the closing brace", false},
	{orderText() + "{}", "unexpected text after the closing brace", false},
	{orderText(`"version":1,`, ``), `version: missing; an order has "version": 1`, false},
	{orderText(`"version":1,`, `"version":2,`), "version: 2 is newer than this program, which reads versions up to 1", false},
	{orderText(`"version":1,`, `"version":1.5,`), "version: 1.5 is not a version", false},
	{orderText(`"version":1,`, `"version":"1",`), `version: must be a number, not the string "1"`, false},
	{orderText(`"size":512`, `"size":512,"size":512`), "size: duplicate field", true}, // the schema's JSON keeps the last
	{orderText(`"size":512`, `"sise":512`), "sise: unknown field; similar names: size", false},
	{orderText(`"size":512`, `"Size":512`), "Size: unknown field; similar names: size", false},
	{orderText(`"size":512`, `"si\nze":512`), `"si\nze": unknown field`, false},
	{orderText(`"size":512`, `"size":-1`), "size: -1 is negative; it must be 0 or more", false},
	{orderText(`"size":512`, `"size":65537`), "size: 65537 is too large; it must be at most 65536", false},
	{orderText(`"size":512`, `"size":512.5`), "size: 512.5 is not a whole number", false},
	{orderText(`"size":512`, `"size":1e999`), "size: 1e999 is out of range", false},
	{orderText(`"size":512`, `"size":"512"`), `size: must be a number, not the string "512"`, false},
	{orderText(`"size":512`, `"size":null`), "size: must be a number, not null", false},
	{orderText(`"size":512`, `"size":NaN`), "size: not JSON at byte", false},
	{orderText(`"seed":0`, `"seed":-1`), "seed: -1 is negative; it must be 0 or more", false},
	{orderText(`"seed":0`, `"seed":18446744073709551616`), "seed: 18446744073709551616 is too large", false},
	{orderText(`"seed":0`, `"seed":0,"enlarge":1`), "enlarge: must be true or false, not the number 1", false},
	{orderText(`"seed":0`, `"seed":0,"effort":"much"`), `effort: unknown value "much"; must be one of draft, normal, best`, false},
	{orderText(`"seed":0`, `"seed":0,"effort":""`), `effort: unknown value ""`, false},
	{orderText(`"share":1`, `"share":-1`), "paintings[0].share: -1 is negative; it must be 0 or more", false},
	{orderText(`"share":1`, `"share":1e7`), "paintings[0].share: 1e7 is too large; it must be at most 1000000", false},
	{orderText(`"share":1`, `"share":1,"shares":1`), "paintings[0].shares: unknown field; similar names: share", false},
	{orderText(`"share":1`, `"share":0`), "paintings: all shares are 0", true},
	{orderText(`,"share":1`, `,"mask":{}`), "paintings[0].mask: empty; give name or sha256, or both", false},
	{orderText(digestB, strings.ToUpper(digestB)), "paintings[0].picture.sha256: ", false},
	{orderText(digestB, digestB[1:]), "paintings[0].picture.sha256: ", false},
	{orderText(digestB, ""), `paintings[0].picture.sha256: "" is not a SHA-256`, false},
	{orderText("cat.jpg", strings.Repeat("é", 1025)), "photograph.name: ", false},
	{orderText("cat.jpg", ""), `photograph.name: "" is not one line of text`, false},
	{orderText("cat.jpg", `a\nb`), `photograph.name: "a\nb" is not one line of text`, false},
	{orderText("cat.jpg", `a\u2028b`), "photograph.name: ", false},
	{orderText("cat.jpg", "a\xffb"), "the text is not UTF-8", true}, // the schema's JSON replaces it
	{orderText(`"paintings":[`, `"paintings":[],"x":[`), "paintings: there are 0; need at least 1", false},
	{orderText(`[{"picture"`, `[`+strings.Repeat(fmt.Sprintf(`{"picture":{"sha256":"%s"}},`, digestA), 64)+`{"picture"`), "paintings: at most 64 are allowed", false},
	{orderText(`"recipe":{"name":"impasto"},`, ``), "recipe: missing", false},
	{orderText(`"name":"impasto"`, ``), "recipe.name: missing", false},
	{orderText(`"name":"impasto"`, `"name":"impastto"`), `recipe.name: unknown recipe "impastto"; similar names: impasto`, true},
	{orderText(`"name":"impasto"`, `"name":"mine","base":"x"`), `recipe.base: unknown recipe "x"`, true},
	{orderText(`"name":"impasto"`, `"name":"impasto","settings":{"strength":"2"}`), "recipe.settings: they belong to a recipe with a base", true},
	{orderText(`"name":"impasto"`, `"name":"mine","base":"gatys","settings":{"strenth":"2"}`), "recipe.settings.strenth: unknown parameter \"strenth\"; similar names: strength", true},
	{orderText(`"seed":0`, `"seed":0,"settings":{"strength":2}`), `settings.strength: must be a string such as "2", not the number 2`, false},
	{orderText(`"seed":0`, `"seed":0,"settings":{"strength":"2","strength":"2"}`), "settings.strength: duplicate field", true},
	{orderText(`"seed":0`, `"seed":0,"settings":{"strength":"x"}`), `settings.strength: "x" `, true},
	{orderText(`"seed":0`, `"seed":0,"settings":{"strength":"-1"}`), "settings.strength: -1 ", true},
	{orderText(`"seed":0`, `"seed":0,"settings":{"strength":"NaN"}`), "settings.strength: NaN ", true},
	{orderText(`"seed":0`, `"seed":0,"settings":{"a b":"x"}`), `settings."a b": "a b" is not the name of a setting`, false},
	{orderText(`"seed":0`, `"seed":0,"settings":{"scale.nowhere.strength":"2"}`), `settings.scale.nowhere.strength: `, true},
	{orderText(`"seed":0`, `"seed":0,"settings":{"scale.first.strength":"-1"}`), `settings.scale.first.strength: -1 `, true},
	{orderText(`"seed":0`, `"seed":0,"settings":{"style-layers":"`+strings.Repeat("a", 1025)+`"}`), "settings.style-layers: ", false},
	{orderText(`"seed":0`, `"seed":0,"settings":{"init":"picture"}`), "start: missing", true},
	{orderText(`"seed":0`, `"seed":0,"settings":{"init":"noise"},"start":{"name":"x.png"}`), "settings.init: noise cannot be combined with a start picture", true},
	{orderText(`"seed":0`, `"seed":0,"region_map":{"name":"x.png"}`), "region_map: a map of regions needs at least two paintings", true},
	{orderText(`"share":1`, `"region":{"name":"x.png"}`, `"seed":0`, `"seed":0,"region_map":{"name":"x.png"}`), "paintings[0].region: there is also a region_map", true},
	{orderText(`"seed":0`, `"seed":0,"output":{"format":"gif"}`), `output.format: unknown value "gif"; must be one of png, jpeg`, false},
	{orderText(`"seed":0`, `"seed":0,"output":{"depth":12}`), "output.depth: 12 is not allowed; choose 8 or 16", false},
	{orderText(`"seed":0`, `"seed":0,"output":{"depth":16,"format":"jpeg"}`), "output.depth: a JPEG has a depth of 8 bits, not 16", true},
	{orderText(`"seed":0`, `"seed":0,"output":{"quality":50}`), "output.quality: a PNG has no quality", true},
	{orderText(`"seed":0`, `"seed":0,"output":{"quality":0,"format":"jpeg"}`), "output.quality: 0 is too small; it must be at least 1", false},
	{strings.Repeat(" ", MaxBytes) + orderText(), "the text has ", true},
	{`{"version":1,"photograph":` + strings.Repeat("[", 20000), "photograph: ", false},
}

func TestParseRefuses(t *testing.T) {
	s := compiled(t, Schema())
	for _, b := range bad {
		_, err := Parse([]byte(b.text))
		if err == nil {
			t.Errorf("%.300s is accepted; want %s", b.text, b.want)
			continue
		}
		if field := (*FieldError)(nil); !errors.As(err, &field) {
			t.Errorf("%T is not a *FieldError: %v", err, err)
		}
		if got := err.Error(); !strings.HasPrefix(got, b.want) || strings.Contains(got, "\n") || len(got) > 300 {
			t.Errorf("got  %s\nwant %s", got, b.want)
		}
		if in := fits(s, b.text); in != b.inSchema {
			t.Errorf("%s: in the schema: %t, want %t", b.want, in, b.inSchema)
		}
	}
}

// good are texts that are accepted, with a part of their canonical form.
var good = []struct{ text, want string }{
	{orderText(), `"size":512`},
	{orderText(`,"share":1`, ``, `"size":512,`, ``, `"seed":0,`, ``), `"share":1}],"recipe":{"name":"impasto"},"size":0,"seed":0`},
	{orderText(`"size":512`, `"size":5.12e2`, `"share":1`, `"share":10e-1`), `"size":512`},
	{orderText(`"size":512`, `"size":512.0`), `"size":512`},
	{orderText(`"seed":0`, `"seed":18446744073709551615`), `"seed":18446744073709551615`},
	{orderText(`"seed":0`, `"seed":0,"effort":"normal"`), `"recipe":{"name":"impasto"},"size":512`},
	{orderText(`"seed":0`, `"seed":0,"effort":"draft"`), `"effort":"draft","size":512`},
	{orderText(`"seed":0`, `"seed":0,"settings":{}`), `"recipe":{"name":"impasto"},"size":512`},
	{orderText(`"seed":0`, `"seed":0,"settings":{"strength":" 2.0","tv":"nine"}`), `"settings":{"strength":"2"}`},
	{orderText(`"seed":0`, `"seed":0,"settings":{"content-layers":""}`), `"settings":{"content-layers":""}`},
	{orderText(`"seed":0`, `"seed":0,"settings":{"scale.coarse.strength":"2.50"}`), `"settings":{"scale.coarse.strength":"2.5"}`},
	{orderText(`"seed":0`, `"seed":0,"settings":{"iterations":"80"}`), `"settings":{"taper":"0"}`},
	{orderText(`"seed":0`, `"seed":0,"start":{"name":"x.png"}`), `"start":{"name":"x.png"},"recipe"`},
	{orderText(`"seed":0`, `"seed":0,"start":{"name":"x.png"},"settings":{"init":"picture"}`), `"start":{"name":"x.png"},"recipe":{"name":"impasto"},"size"`},
	{orderText(`"seed":0`, `"seed":0,"output":{"format":"png","depth":8}`), `"network":{"name":"vgg16","sha256":"` + digestC + `"}}`},
	{orderText(`"seed":0`, `"seed":0,"output":{"format":"jpeg","quality":95}`), `"output":{"format":"jpeg"}}`},
	{orderText(`"name":"impasto"`, `"name":"mine","base":"gatys","settings":{"strength":"2.0","pooling":"average"}`), `"recipe":{"name":"mine","base":"gatys","settings":{"strength":"2"}}`},
	{orderText("cat.jpg", `고양이 <&> .jpg`), `"name":"고양이 <&> .jpg"`},
	{orderText(`"size":512`, `"size":0,"enlarge":true`), `"size":0,"seed":0`},
}

func TestParseAccepts(t *testing.T) {
	s := compiled(t, Schema())
	for _, g := range good {
		o, err := Parse([]byte(g.text))
		if err != nil {
			t.Errorf("%v: %s", err, g.text)
			continue
		}
		text, err := o.JSON()
		if err != nil {
			t.Errorf("%v: %s", err, g.text)
			continue
		}
		if !strings.Contains(string(text), g.want) {
			t.Errorf("got  %s\nwant %s", text, g.want)
		}
		if !fits(s, g.text) || !fits(s, string(text)) {
			t.Errorf("not in the schema: %s", g.text)
		}
	}
}

func TestUnknownRecipeIsTyped(t *testing.T) {
	_, err := Parse([]byte(orderText(`"name":"impasto"`, `"name":"impastto"`)))
	if unknown := (*recipe.UnknownError)(nil); !errors.As(err, &unknown) {
		t.Errorf("%v wraps no *recipe.UnknownError", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, g := range good {
		f.Add([]byte(g.text))
	}
	for _, b := range bad {
		if len(b.text) < 10000 {
			f.Add([]byte(b.text))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := Parse(data)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one line: %q", err)
			}
			return
		}
		text, err := o.JSON()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(text)
		if err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		second, err := again.JSON()
		if err != nil || string(second) != string(text) {
			t.Fatalf("%v: %s became %s", err, text, second)
		}
		one, failed := o.Digest()
		two, failedToo := again.Digest()
		if one != two || (failed == nil) != (failedToo == nil) {
			t.Errorf("digest %s became %s: %s", one, two, text)
		}
	})
}
