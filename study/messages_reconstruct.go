package study

import "github.com/impasto/impasto/figure"

var reconstructTexts = figure.Texts{
	"content.title": {"What each layer keeps of the content", "각 층이 내용에서 무엇을 남기는가"},
	"content.lead": {
		"Each picture began as white noise. Gradient descent (L-BFGS) moved its pixels until its features F at one layer came close to the features P of the original there: the minimum of 1/2 Σ (F − P)² (Gatys et al. 2015, equation 1), with a little total variation as in Mahendran and Vedaldi 2015. What differs from the original is what the layer does not know.",
		"각 그림은 백색 잡음에서 시작했다. 경사 하강법(L-BFGS)이 한 층의 특징 F가 원본의 특징 P에 가까워지도록 화소를 움직였다. 곧 1/2 Σ (F − P)²의 최솟값을 찾으며(Gatys 외 2015, 식 1), Mahendran과 Vedaldi(2015)처럼 약간의 총변동을 더했다. 원본과 다른 점이 바로 그 층이 모르는 것이다."},
	"content.original": {"The picture that the layers saw, %d×%d pixels.", "층들이 본 원본, %d×%d 화소."},
	"content.caption": {
		"Reconstruction from %s: PSNR %.1f dB against the original; the loss fell from %s to %s in %d iterations.",
		"%s에서 복원: 원본 대비 PSNR %.1f dB. 손실은 %[5]d회 반복에서 %[3]s에서 %[4]s로 줄었다."},
	"content.sentence": {
		"From %s the picture comes back with %.1f dB, from %s with %.1f dB: the deeper the layer, the more of the exact pixels is lost.",
		"%s에서는 %.1f dB로, %s에서는 %.1f dB로 되살아난다. 층이 깊을수록 정확한 화솟값을 더 많이 잃는다."},
	"curves": {
		"The loss of each descent, divided by that of the noise it began with.",
		"각 하강의 손실을 시작할 때의 잡음의 손실로 나눈 값."},

	"style.title": {"What Gram matrices keep of the style", "그람 행렬이 화풍에서 무엇을 남기는가"},
	"style.lead": {
		"Each picture began as white noise. Gradient descent (L-BFGS) moved its pixels until its Gram matrices at the named layers came close to those of the original (Gatys et al. 2015, equations 3 to 5). A Gram matrix is a sum over all positions: it does not know where anything is, so the texture returns and the layout does not. Each further layer adds structures of a larger scale.",
		"각 그림은 백색 잡음에서 시작했다. 경사 하강법(L-BFGS)이 표시한 층들의 그람 행렬이 원본과 가까워지도록 화소를 움직였다(Gatys 외 2015, 식 3~5). 그람 행렬은 모든 위치에 대한 합이어서 무엇이 어디에 있는지 모른다. 그래서 질감은 돌아오지만 배치는 돌아오지 않는다. 층을 더할수록 더 큰 구조가 나타난다."},
	"style.original": {"The picture whose Gram matrices were taken, %d×%d pixels.", "그람 행렬을 계산한 원본, %d×%d 화소."},
	"style.caption": {
		"Texture from the Gram matrices of %s: the loss fell from %s to %s in %d iterations.",
		"%s의 그람 행렬에서 합성한 질감: 손실은 %[4]d회 반복에서 %[2]s에서 %[3]s로 줄었다."},
}
