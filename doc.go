// Package impasto repaints a photograph in the manner of a painting by neural style transfer
// (Gatys, Ecker and Bethge 2015, 2016).
package impasto
