package study

import "github.com/impasto/impasto/figure"

var reconstructTexts = figure.Texts{
	"content.title": {"What each layer keeps of the content", "각 층에 남는 내용"},
	"content.lead": {
		"Each picture started as white noise. L-BFGS changed its pixels until its features F at one layer were close to the features P of the original: it minimises 1/2 Σ (F − P)² (Gatys et al. 2015, equation 1) plus a small total variation as in Mahendran and Vedaldi 2015. Differences from the original are what the layer does not represent.",
		"각 그림은 백색 잡음에서 시작했다. L-BFGS로 한 층의 특징 F가 원본의 특징 P에 가까워지도록 화소를 바꾸었다. 곧 1/2 Σ (F − P)²를 최소화하며(Gatys 외 2015, 식 1), Mahendran과 Vedaldi(2015)처럼 총변동을 조금 더했다. 원본과 다른 부분이 그 층이 나타내지 못하는 정보이다."},
	"content.original": {"The original, %d×%d pixels.", "원본, %d×%d 화소."},
	"content.caption": {
		"Reconstruction from %s: PSNR %.1f dB relative to the original; the loss fell from %s to %s in %d iterations.",
		"%s에서 복원한 그림: 원본에 대한 PSNR %.1f dB. 손실은 %[5]d회 반복하는 동안 %[3]s에서 %[4]s로 줄었다."},
	"content.sentence": {
		"The reconstruction from %s has %.1f dB, that from %s %.1f dB: the deeper the layer, the more of the exact pixels is lost.",
		"%s에서 복원하면 %.1f dB, %s에서 복원하면 %.1f dB이다. 층이 깊을수록 정확한 화솟값을 더 많이 잃는다."},
	"curves": {
		"The loss during each reconstruction, divided by the loss of the noise at its start.",
		"복원 과정의 손실을 시작할 때의 잡음의 손실로 나눈 값."},

	"style.title": {"What Gram matrices keep of the style", "그람 행렬에 남는 화풍"},
	"style.lead": {
		"Each picture started as white noise. L-BFGS changed its pixels until its Gram matrices at the named layers were close to those of the original (Gatys et al. 2015, equations 3 to 5). A Gram matrix is a sum over all positions and does not represent where anything is, so the texture returns and the layout does not. Each further layer adds structures of a larger scale.",
		"각 그림은 백색 잡음에서 시작했다. L-BFGS로 표시한 층들의 그람 행렬이 원본의 그람 행렬에 가까워지도록 화소를 바꾸었다(Gatys 외 2015, 식 3~5). 그람 행렬은 모든 위치에 대한 합이므로 무엇이 어디에 있는지 나타내지 못한다. 그래서 질감은 되살아나지만 배치는 되살아나지 않는다. 층을 더할수록 더 큰 구조가 나타난다."},
	"style.original": {"The original, %d×%d pixels.", "원본, %d×%d 화소."},
	"style.caption": {
		"Texture from the Gram matrices of %s: the loss fell from %s to %s in %d iterations.",
		"%s의 그람 행렬에서 합성한 질감: 손실은 %[4]d회 반복하는 동안 %[2]s에서 %[3]s로 줄었다."},
}
