// Package visualize shows what a network sees and what a loss keeps: reconstructions of a picture from
// one layer (Mahendran and Vedaldi 2015; Gatys et al. 2015, figure 1), the patches that excite a channel,
// and Gram matrices as pictures, together with the numbers behind them.
//
// A study is made by a function that takes a network and pictures ([ReconstructContent],
// [ReconstructStyle], [StudyFeatures], [StudyGram]) and holds nothing but numbers and pictures. Its Report
// method turns it into figures with captions in the language of the reader, and a [Report] can be written
// as one sheet (PNG), as a page without any other file (HTML), or as a folder of numbered figures.
package visualize
