package main

// knobs are the hyper-parameters of docs/tuning.md, each with too little of it, enough, and too much; or,
// where it is a choice, with the choices.
var knobs = []knob{
	{"strength", "cat", "night", vary("strength", "0.05", "1", "20")},
	{"content-weight", "astronaut", "mosaic", vary("content-weight", "0.05", "1", "10")},
	{"style-layers", "coffee", "woodcut", []setting{
		{"relu1_1, relu2_1: shallow", map[string]string{"style-layers": "relu1_1=1,relu2_1=1"}},
		{"all five", nil},
		{"relu4_1, relu5_1: deep", map[string]string{"style-layers": "relu4_1=1,relu5_1=1"}},
	}},
	{"content-layers", "astronaut", "poppies", []setting{
		{"content at relu2_2: too shallow", map[string]string{"content-layers": "relu2_2=1"}},
		{"content at relu4_2", nil},
		{"content at relu5_1: too deep", map[string]string{"content-layers": "relu5_1=1"}},
	}},
	{"style-scale", "cat", "glass", vary("style-scale", "0.4", "1", "2.5")},
	{"scales", "coffee", "dots", []setting{
		{"scales 1", map[string]string{"scales": "1"}},
		{"scales 2: from 128 pixels", nil},
		{"scales 4: from 32 pixels", map[string]string{"scales": "4"}},
	}},
	{"iterations", "cat", "marble", []setting{
		{"iterations 10", map[string]string{"iterations": "10"}},
		{"iterations 60", map[string]string{"iterations": "60"}},
		{"iterations 300", map[string]string{"iterations": "300"}},
	}},
	{"tv-weight", "astronaut", "glass", vary("tv-weight", "0", "0.03", "3")},
	{"optimizer", "cat", "poppies", []setting{
		{"lbfgs", nil},
		{"adam, learning rate 0.02", map[string]string{"optimizer": "adam"}},
		{"gd", map[string]string{"optimizer": "gd"}},
	}},
	{"learning-rate", "coffee", "marble", []setting{
		{"adam, learning rate 0.002", map[string]string{"optimizer": "adam", "learning-rate": "0.002"}},
		{"0.02", map[string]string{"optimizer": "adam", "learning-rate": "0.02"}},
		{"0.2", map[string]string{"optimizer": "adam", "learning-rate": "0.2"}},
	}},
	{"init", "astronaut", "night", vary("init", "content", "noise", "style")},
	{"style-loss", "coffee", "glass", vary("style-loss", "gram", "wasserstein")},
	{"preserve-colors", "astronaut", "mosaic", vary("preserve-colors", "none", "luminance", "histogram")},
	{"pooling", "cat", "woodcut", vary("pooling", "average", "max")},
}
