// Package golden compares this library with PyTorch: its tests compare feature maps, losses and gradients with numbers
// computed by testdata/make.py. testdata/README.md describes the files and justifies the tolerances. The
// comparison of complete recipes is in the tests of package transfer, that of the program in scripts/goldens.py.
package golden
