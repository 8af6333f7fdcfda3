// Package study shows what a network sees and what a loss keeps: reconstructions of a picture from
// one layer (Mahendran and Vedaldi 2015; Gatys et al. 2015, figure 1), the patches that excite a channel,
// and Gram matrices as pictures, together with the numbers behind them.
//
// A study is made by a function that takes an opened model and pictures ([ReconstructContent],
// [ReconstructStyle], [StudyFeatures], [StudyGram], [StudyLoss]), keeps the model's budget, and holds nothing but
// numbers and pictures. A report turns it into figures with captions in the language of the reader (package figure).
//
// A [Pipeline] is one run of style transfer with what is seen on the way; its report explains the method by the
// numbers of that run. [Pulls] takes the gradient of each term of a [Loss] by itself.
package study
