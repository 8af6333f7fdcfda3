// Package golden holds this library to PyTorch: its tests compare feature maps, losses and gradients with numbers
// that testdata/make.py computed. testdata/README.md says what the files hold and why the tolerances are fair. The
// comparison of whole recipes is in the tests of package transfer, that of the program in scripts/goldens.py.
package golden
