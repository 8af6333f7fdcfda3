// Package figure draws: charts, diagrams, formulas, maps of numbers in colours and pictures beside them, as SVG and as
// pixels. A [Report] gathers figures with captions, findings and tables in the language of the reader. It can be
// written as one sheet (PNG), as a page without any other file (HTML), or as a folder of numbered figures.
//
// It knows nothing of networks and losses: packages study and critic bring the numbers and the words.
package figure
