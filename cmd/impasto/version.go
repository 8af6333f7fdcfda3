package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set by the release build; otherwise the build information of the toolchain is used.
var version string

type versionCommand struct {
	JSON bool `group:"report" help:"Print one JSON object."`
}

// build identifies this program.
type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Modified bool   `json:"modified,omitempty"` // the source had uncommitted changes
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func thisBuild() build {
	b := build{Version: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if b.Version == "" {
		b.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

func (b build) String() string {
	s := "impasto " + b.Version
	if b.Revision != "" {
		s += " " + b.Revision[:min(12, len(b.Revision))]
	}
	if b.Modified {
		s += " with changes"
	}
	return fmt.Sprintf("%s (%s, %s)", s, b.Go, b.Platform)
}

// Run prints the version.
func (v *versionCommand) Run(c console) error {
	if v.JSON {
		return printJSON(c, thisBuild())
	}
	_, err := fmt.Fprintln(c.out, thisBuild())
	return err
}

// printJSON writes the result of a command as one line of JSON. If the result contains NaN or an infinity, it writes
// nothing and returns an error.
func printJSON(c console, v any) error {
	err := json.NewEncoder(c.out).Encode(v)
	if no := (*json.UnsupportedValueError)(nil); errors.As(err, &no) {
		return fmt.Errorf("a number of the result is %s, which JSON cannot represent: the settings exceed the range of float32; "+
			"use smaller weights, or leave out --json to see which number", no.Str)
	}
	return err
}
