// Package architecture checks the imports of this module's packages. Its test reads the table of permitted imports
// from docs/engine.md and compares it with what the packages import.
package architecture
