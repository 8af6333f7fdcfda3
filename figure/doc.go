// Package figure draws charts, diagrams, formulas, numbers as colours, and pictures, as SVG and as pixels. A [Report]
// collects figures with captions, findings and tables in the reader's language. It can be
// written as one sheet (PNG), as a self-contained page (HTML), or as a folder of numbered figures.
//
// It does not know networks or losses: packages study and critic supply the numbers and the words.
package figure
