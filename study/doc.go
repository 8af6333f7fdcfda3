// Package study shows what a network sees and what a loss keeps: reconstructions of a picture from
// one layer (Mahendran and Vedaldi 2015; Gatys et al. 2015, figure 1), the patches that activate a channel most,
// and Gram matrices as pictures, together with their numbers.
//
// A study is made from an open model and pictures by [ReconstructContent], [ReconstructStyle], [StudyFeatures],
// [StudyGram] or [StudyLoss], within the budget of the model, and consists of numbers and pictures only. A report turns
// it into figures with captions in the language of the reader (package figure).
//
// A [Pipeline] records one run of style transfer; its report explains the method with the numbers of that run. [Pulls]
// computes the gradient of each term of a [Loss].
package study
