package main

import (
	"encoding/json"
	"testing"
)

// TestDryRunOfVariations checks that the time is that of all pictures.
func TestDryRunOfVariations(t *testing.T) {
	studio(t)
	var r planResult
	got := invoke(t, small("--dry-run", "--json", "--size", "32", "--variations", "3")...)
	if err := json.Unmarshal([]byte(got.out), &r); err != nil {
		t.Fatal(err, got.errors)
	}
	if r.Variations != 3 || !(r.Seconds > 0) {
		t.Errorf("planned %+v", r)
	}
}
