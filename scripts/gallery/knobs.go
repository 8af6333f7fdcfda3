package main

// knobs are the settings of docs/tuning.md, each at a value that is too low, right, and too high or, for a choice,
// at each option. A few pairs serve for all, so that the right value is painted only once.
var knobs = []knob{
	{"strength", "coffee", "woodcut", vary("strength", "0.05", "1", "20")},
	{"content-weight", "astronaut", "mosaic", vary("content-weight", "0.05", "1", "10")},
	{"style-layers", "coffee", "woodcut", []setting{
		{"relu1_1, relu2_1: shallow", map[string]string{"style-layers": "relu1_1=1,relu2_1=1"}},
		{"all five", nil},
		{"relu4_1, relu5_1: deep", map[string]string{"style-layers": "relu4_1=1,relu5_1=10"}},
	}},
	{"content-layers", "astronaut", "mosaic", []setting{
		{"content at relu2_2: too shallow", map[string]string{"content-layers": "relu2_2=1"}},
		{"content at relu4_2", nil},
		{"content at relu5_1: too deep", map[string]string{"content-layers": "relu5_1=1"}},
	}},
	{"style-scale", "coffee", "dots", vary("style-scale", "0.4", "1", "2.5")},
	{"scales", "coffee", "dots", []setting{
		{"scales 1", map[string]string{"scales": "1"}},
		{"scales 2: from 128 pixels", nil},
		{"scales 4: from 32 pixels", map[string]string{"scales": "4"}},
	}},
	{"iterations", "coffee", "woodcut", []setting{
		{"iterations 5", map[string]string{"iterations": "5", "coarse-iterations": "10", "first-iterations": "10"}},
		{"iterations 80", nil},
		{"iterations 250", map[string]string{"iterations": "250"}},
	}},
	{"tv-weight", "coffee", "dots", vary("tv-weight", "0", "0.1", "300")},
	{"optimizer", "coffee", "woodcut", []setting{
		{"lbfgs", nil},
		{"adam, learning rate 0.02", map[string]string{"optimizer": "adam"}},
		{"gd", map[string]string{"optimizer": "gd"}},
	}},
	{"learning-rate", "coffee", "woodcut", []setting{
		{"adam, learning rate 0.002", map[string]string{"optimizer": "adam", "learning-rate": "0.002"}},
		{"0.02", map[string]string{"optimizer": "adam"}},
		{"0.2", map[string]string{"optimizer": "adam", "learning-rate": "0.2"}},
	}},
	{"levels", "coffee", "dots", []setting{
		{"one scale, levels 0", map[string]string{"scales": "1"}},
		{"one scale, levels 4", map[string]string{"scales": "1", "levels": "4"}},
		{"two scales", nil},
	}},
	{"reduced-weight", "coffee", "woodcut", []setting{
		{"reduced-weight 0", map[string]string{"reduced": "128", "reduced-weight": "0"}},
		{"1", map[string]string{"reduced": "128"}},
		{"100", map[string]string{"reduced": "128", "reduced-weight": "100"}},
	}},
	{"init", "coffee", "dots", vary("init", "content", "noise", "style")},
	{"style-loss", "coffee", "dots", []setting{
		{"gram", nil},
		{"wasserstein, style weight 5", map[string]string{"style-loss": "wasserstein", "style-weight": "5"}},
		{"wasserstein, style weight 50", map[string]string{"style-loss": "wasserstein"}},
	}},
	{"preserve-colors", "astronaut", "mosaic", vary("preserve-colors", "none", "luminance", "histogram")},
	{"pooling", "coffee", "woodcut", vary("pooling", "average", "max")},
}
