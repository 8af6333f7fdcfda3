// Package architecture holds the packages of this module to the table of who may import whom. Its test reads the
// table from docs/engine.md, as people do, and compares it with what the packages import.
package architecture
