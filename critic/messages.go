package critic

import "github.com/impasto/impasto/figure"

// phrase is a message with its values, before a language is chosen. Values that are phrases are said in the
// same language.
type phrase struct {
	key    string
	values []any
}

func saying(key string, values ...any) phrase { return phrase{key, values} }

func (p phrase) in(l figure.Language) string {
	values := make([]any, len(p.values))
	for i, v := range p.values {
		if inner, ok := v.(phrase); ok {
			v = inner.in(l)
		}
		values[i] = v
	}
	return say(l, p.key, values...)
}

func say(l figure.Language, key string, values ...any) string { return messages.In(l, key, values...) }

// messages are clauses that name one mistake each, and the sentences that they stand in.
var messages = figure.Texts{
	"check.right":       {"Right: your program agrees with %s to %.1g.", "맞음: 프로그램이 %s 레시피와 오차 %.1g 안에서 일치한다."},
	"check.right.kinks": {"Right: your gradient is that of %s to %.1g, which a few units on the other side of their ReLU or pooling explain.", "맞음: 기울기가 %s 레시피의 것과 오차 %.1g 안에서 일치한다. 이 오차는 몇몇 값이 ReLU나 풀링에서 다른 쪽으로 넘어간 것으로 설명된다."},
	"check.unknown":     {"Different by %.2g, and no known convention, alone or with another one, explains it.", "오차가 %.2g이고, 알려진 관례 하나나 둘로는 설명되지 않는다."},
	"check.differs":     {"Your program differs: %s.", "프로그램이 다르다: %s."},
	"check.and":         {"; and ", "; 그리고 "},
	"check.others":      {" (The same numbers come out if %s.)", " (다음이어도 같은 수가 나온다: %s.)"},
	"check.program":     {" All this is as in %s.", " 모두 %s의 방식이다."},

	"check.program.tensorflow": {"TensorFlow's tutorial", "TensorFlow 튜토리얼"},
	"check.program.pytorch":    {"PyTorch's tutorial", "PyTorch 튜토리얼"},
	"check.program.keras":      {"the Keras example", "Keras 예제"},
	"check.program.johnson":    {"Johnson's neural-style and its ports", "Johnson의 neural-style과 그 이식판"},
	"check.program.gordic":     {"Gordić's program", "Gordić의 프로그램"},
	"check.program.textbook":   {"the paper of Gatys, Ecker and Bethge", "Gatys, Ecker, Bethge의 논문"},

	"check.gradient.factor":  {"your gradient is %.4g times that of %s, in the right direction", "기울기의 방향은 맞고 크기가 %[2]s의 %[1].4g배임"},
	"check.gradient.against": {"your gradient is %.4g times that of %s: it points the opposite way", "기울기가 %[2]s의 %[1].4g배임(방향이 반대)"},
	"check.factor.all":       {"all your terms are %.4g times those of %s: they share a weight or a division", "모든 항이 똑같이 %[2]s의 %[1].4g배임(공통된 가중치 또는 나눗셈)"},
	"check.factor.rest":      {"all other terms are %.4g times those of %s", "나머지 항은 모두 %[2]s의 %[1].4g배임"},
	"check.factor.kind":      {"your %s loss is %.4g times that of %s: a weight of %.4g where %.4g is meant, or a division", "%[1]s 손실이 %[3]s의 %[2].4g배임(가중치 %[5].4g 대신 %[4].4g, 또는 나눗셈)"},
	"check.factor.form":      {"your content loss is %.4g times as large: a weight of %.4g where %.4g is meant, or rather of %.4g if yours is %s", "내용 손실이 %[1].4g배임(가중치 %[3].4g 대신 %[2].4g, 또는 손실이 %[5]s일 때의 가중치 %[4].4g)"},
	"check.factor.others":    {"the other terms of your %s loss are %.4g times those of %s: a weight of %.4g where %.4g is meant, or a division", "%[1]s 손실의 나머지 항이 %[3]s의 %[2].4g배임(가중치 %[5].4g 대신 %[4].4g, 또는 나눗셈)"},
	"check.factor.layer":     {"your %s term of %s is %.4g times that of %s: the weight of this layer, or a division in it alone", "%[1]s 손실의 %[2]s 항이 %[4]s의 %[3].4g배임(이 층의 가중치 또는 이 층에만 있는 나눗셈)"},
	"check.then":             {"with that, your %s loss is %.4g times as large: a weight of %.4g where %.4g is meant", "그 밖에 %[1]s 손실이 %[2].4g배임(가중치 %[4].4g 대신 %[3].4g)"},
	"check.then.all":         {"with that, everything is %.4g times as large: a weight or a division that all terms share", "그 밖에 모든 것이 %.4g배임(공통된 가중치 또는 나눗셈)"},
	"check.missing":          {"your %s loss is missing", "%s 손실이 빠짐"},
	"check.missing.layer":    {"your %s term of %s is missing", "%s 손실의 %s 항이 빠짐"},
	"check.total":            {"your total is %.6g, but your terms add up to %.6g", "총합이 %.6g인데 항을 모두 더하면 %.6g임"},

	"check.kind.content": {"content", "내용"},
	"check.kind.style":   {"style", "화풍"},
	"check.kind.tv":      {"total variation", "총변동"},
	"check.kind.":        {"total", "전체"},
	"check.term.total":   {"total", "총합"},
	"check.term.kind":    {"%s loss", "%s 손실"},
	"check.term.layer":   {"%s term of %s", "%s 손실의 %s 항"},

	"check.nan.term":      {"your %s is %v. Look for a division by zero, a root or logarithm of zero or of less, or a number too large for float16", "%s이 %v임. 0으로 나누는 곳, 0 이하의 제곱근이나 로그, float16의 범위를 넘는 수가 있는지 볼 것"},
	"check.nan.gradient":  {"%d of the %d numbers of your gradient are not finite, the first of them (%v) at channel %d (%s), row %d, column %d, counted from 0. Look for a division by zero, the root of a sum that is zero (its slope is infinite), or a number too large for float16", "기울기의 수 %[2]d개 가운데 %[1]d개가 유한하지 않음. 첫째(%[3]v)는 0부터 세어 채널 %[4]d(%[5]s), 행 %[6]d, 열 %[7]d에 있음. 0으로 나누는 곳, 합이 0인 제곱근(기울기가 무한함), float16의 범위를 넘는 수가 있는지 볼 것"},
	"check.zero.gradient": {"your gradient is zero everywhere, so the loss does not depend on the picture. Check that the picture requires a gradient, that nothing cuts it off from the loss (detach, no_grad, .data, NumPy, rounding to 8 bits), and that the gradient is saved after the backward pass and before it is cleared", "기울기가 모든 곳에서 0임. 곧 손실이 그림과 이어져 있지 않음. 그림에 대해 기울기를 구하도록 했는지(requires_grad), 중간에 끊긴 곳(detach, no_grad, .data, NumPy, 8비트 반올림)은 없는지, 역전파 뒤 기울기를 지우기 전에 저장했는지 볼 것"},
	"check.zero.terms":    {"all your terms are zero. Check that the features of the picture are compared with those of photograph and painting, not with themselves, and that the loss is taken at the picture named here", "모든 항이 0임. 결과 그림의 특징을 그 자신이 아니라 사진과 화풍 그림의 특징과 비교하는지, 여기서 지정한 그림에서 손실을 계산했는지 볼 것"},

	"check.hint.left":      {"%.0f%% of your gradient's length cannot be made of the gradients of these terms: the pictures, the preprocessing, the network or the layers are different, not only the weights.", "기울기 크기의 %.0f%%는 이 항들의 기울기를 어떻게 합쳐도 나오지 않는다. 가중치만이 아니라 그림, 전처리, 네트워크, 층 가운데 다른 것이 있다."},
	"check.hint.same":      {"Your %s loss agrees: the difference lies elsewhere.", "%s 손실은 일치한다. 차이는 다른 곳에 있다."},
	"check.hint.single":    {"Your %s loss is %.4g times ours: with one number, a weight, a division and a different map cannot be distinguished.", "%s 손실이 여기 값의 %.4g배이다. 수 하나로는 가중치, 나눗셈, 특징의 차이를 구별할 수 없다."},
	"check.hint.constant":  {"Your %s loss is %.4g times ours in every layer: a weight or a division outside of the sum over layers.", "%s 손실이 모든 층에서 여기 값의 %.4g배이다. 층에 대한 합 바깥의 가중치 또는 나눗셈이다."},
	"check.hint.powers":    {"The ratios of your %s loss go with %s from layer to layer (C channels, N = H W positions): look at what you divide sums, matrices and squares by.", "%s 손실의 비율이 층에 따라 %s에 비례한다(C는 채널 수, N = H W는 위치 수). 합, 행렬, 제곱을 무엇으로 나누는지 볼 것."},
	"check.hint.scale":     {"The ratios of your %s loss are near %d^%d: %s", "%s 손실의 비율이 %d^%d에 가깝다. %s"},
	"check.hint.scale.255": {"the input of your network is probably of another range (0..255 or 0..1).", "네트워크 입력의 범위(0..255 또는 0..1)가 다를 것이다."},
	"check.hint.scale.58":  {"58 is 255 times the standard deviation 0.226, so the input of your network is probably of another range and not divided by the standard deviation, or the other way about.", "58은 255에 표준편차 0.226을 곱한 수이다. 네트워크 입력의 범위가 다르고 표준편차로 나누지 않았거나, 그 반대일 것이다."},
	"check.hint.odd":       {"Your %s loss has one ratio in all layers but %s: look at the weight, the map and the division of that layer.", "%s 손실의 비율이 %s 말고는 모든 층에서 같다. 이 층의 가중치, 특징, 나눗셈을 볼 것."},
	"check.hint.from":      {"Your %s loss agrees up to %s, and from %s on it does not: look at what lies between the two, above all at the pooling, and at which layer is read.", "%s 손실이 %s까지는 일치하고 %s부터 다르다. 그 사이에 있는 것, 특히 풀링과 어느 층을 읽는지를 볼 것."},
	"check.hint.near":      {"The ratios of your %s loss are near 1 and differ from layer to layer: the loss is probably the same, and the features are not quite. Look at how pictures are read and resized, at padding and pooling, and at whose weights the network has.", "%s 손실의 비율이 1에 가깝고 층마다 다르다. 손실은 같고 특징이 조금 다른 듯하다. 그림을 읽고 크기를 바꾸는 방법, 패딩과 풀링, 네트워크의 매개변수를 볼 것."},
	"check.hint.uneven":    {"The ratios of your %s loss differ from layer to layer in no simple way: the features are different. Compare the mean and the maximum of each layer's map, from the first on, starting with the preprocessing.", "%s 손실의 비율이 층마다 다르고 규칙이 없다. 특징이 다른 것이다. 전처리부터 시작해 첫 층부터 차례로 특징의 평균과 최댓값을 비교할 것."},
	"check.hint.zero":      {"Your %s term of %s is zero: are the features compared with themselves?", "%s 손실의 %s 항이 0이다. 특징을 그 자신과 비교하고 있지는 않은가?"},
	"check.hint.negative":  {"Your %s term of %s is negative, or acts against the loss: is the sign of a difference or of a step reversed?", "%s 손실의 %s 항이 음수이거나 반대 방향으로 작용한다. 차이나 걸음의 부호가 뒤집히지 않았는가?"},
	"check.hint.none":      {"Give the terms layer by layer: they tell more than a sum.", "항을 층마다 따로 적을 것. 합보다 많은 것을 알려 준다."},

	"check.bgr":         {"your pictures are read as B, G, R, as OpenCV does, where R, G, B is meant", "그림을 OpenCV처럼 B, G, R로 읽음(R, G, B여야 함)"},
	"check.rgb":         {"your network is fed R, G, B; it wants B, G, R", "네트워크에 R, G, B를 넣음(B, G, R이어야 함)"},
	"check.reversed":    {"your network is fed its channels in the opposite order, and so is the mean; it wants %s", "네트워크에 채널과 평균을 모두 반대 순서로 넣음(%s 순서여야 함)"},
	"check.raw1":        {"your network is fed pictures in 0..1 as they are; the mean is to be subtracted and the scale adapted", "0..1 범위의 그림을 그대로 네트워크에 넣음(평균을 빼고 척도를 맞추어야 함)"},
	"check.raw255":      {"your network is fed pictures in 0..255 as they are; the mean is to be subtracted and the scale adapted", "0..255 범위의 그림을 그대로 네트워크에 넣음(평균을 빼고 척도를 맞추어야 함)"},
	"check.nomean":      {"you do not subtract the mean of ImageNet", "ImageNet의 평균을 빼지 않음"},
	"check.nostd":       {"you subtract the mean and do not divide by the standard deviation", "평균은 빼지만 표준편차로 나누지 않음"},
	"check.norm255":     {"you normalise pixels in 0..255; they are to be in 0..1", "0..255 범위의 화소를 정규화함(0..1 범위여야 함)"},
	"check.mean255":     {"you subtract a mean of the range 0..255 from pixels in 0..1", "0..1 범위의 화소에서 0..255 범위의 평균을 뺌"},
	"check.half":        {"you normalise with mean 0.5 and standard deviation 0.5; the network wants those of ImageNet", "평균 0.5, 표준편차 0.5로 정규화함(ImageNet의 값이어야 함)"},
	"check.torchvision": {"you feed the network RGB in 0..1 with mean and standard deviation, as torchvision's networks want it; %s wants another preprocessing", "torchvision의 네트워크에 하듯이 0..1 범위의 RGB를 평균과 표준편차로 정규화해 넣음(%s의 전처리는 다름)"},
	"check.caffe":       {"you feed the network B, G, R in 0..255 less the mean, as networks from Caffe want it; %s wants another preprocessing", "Caffe의 네트워크에 하듯이 0..255 범위의 B, G, R에서 평균을 빼서 넣음(%s의 전처리는 다름)"},
	"check.rgb255":      {"you feed the network R, G, B in 0..255 less the mean, without a standard deviation; %s wants another preprocessing", "0..255 범위의 R, G, B에서 평균을 빼고 표준편차로 나누지 않은 채 넣음(%s의 전처리는 다름)"},
	"check.added":       {"you add the mean instead of subtracting it", "평균을 빼지 않고 더함"},
	"check.twice":       {"you normalise your pictures twice", "그림을 두 번 정규화함"},

	"check.gram":      {"your Gram matrix is %s; %s wants: %s", "그람 행렬을 %s(%s에서는 %s)"},
	"check.gramform":  {"%s%s, %s%s", "%s%s %s%s"},
	"check.undivided": {"not divided", "나누지 않고"},
	"check.byN":       {"divided by N", "N으로 나누고"},
	"check.byC":       {"divided by C", "C로 나누고"},
	"check.byCN":      {"divided by C N", "C N으로 나누고"},
	"check.matched":   {", the painting's scaled to the picture's number N of positions", " 화풍 그림의 것은 결과의 위치 수 N에 맞춘 뒤"},
	"check.summed":    {"the squares are summed", "차이의 제곱을 더함"},
	"check.averaged":  {"the squares are averaged", "차이의 제곱을 평균함"},
	"check.paper":     {"the sum of squares is divided by C^2 N^2", "차이의 제곱합을 C^2 N^2으로 나눔"},
	"check.picture":   {"the sum of squares is divided by C^2 (H W)^2 with the picture's own 3 channels and size (as in the Keras example)", "차이의 제곱합을 C^2 (H W)^2으로 나눔(Keras 예제처럼 C는 그림의 채널 수 3, H W는 그림의 크기)"},
	"check.factor":    {" and multiplied by %g", ", 그리고 %g을 곱함"},
	"check.textbook":  {"undivided matrices, with 1/(4 C^2 N^2) outside (1/(4 N^2 M^2) in the paper's letters)", "행렬은 나누지 않고 바깥에 1/(4 C^2 N^2), 논문의 기호로는 1/(4 N^2 M^2)"},

	"check.layout.planes": {"your Gram matrix mixes positions with channels: maps of shape [C,H,W] are reshaped to [N,C], which does not transpose them; reshape to [C,N] and multiply by the transpose", "그람 행렬에서 위치와 채널이 뒤섞임: [C,H,W] 모양의 특징을 [N,C]로 바꾸었는데, 모양을 바꾸는 것(reshape)은 전치가 아님. [C,N]으로 바꾼 뒤 그 전치와 곱할 것"},
	"check.layout.pixels": {"your Gram matrix mixes positions with channels: maps of shape [H,W,C] are reshaped to [C,N], which does not transpose them; reshape to [N,C], and multiply the transpose by that", "그람 행렬에서 위치와 채널이 뒤섞임: [H,W,C] 모양의 특징을 [C,N]으로 바꾸었는데, 모양을 바꾸는 것(reshape)은 전치가 아님. [N,C]로 바꾼 뒤 그 전치를 앞에 곱할 것"},
	"check.layout.lines":  {"your Gram matrix is of lines of the picture, not of channels: maps of shape [H,W,C] are reshaped to [H,W C]; transpose them to [C,H,W] first", "그람 행렬이 채널이 아니라 그림의 줄 사이에서 계산됨: [H,W,C] 모양의 특징을 [H,W C]로 바꾸었음. 먼저 [C,H,W]로 전치할 것"},

	"check.content":      {"your content loss is %s; %s wants %s", "내용 손실이 %s임(%s에서는 %s)"},
	"check.squares":      {"%g times the sum of squares", "제곱합의 %g배"},
	"check.squares.byN":  {"%g times the sum of squares over N positions", "제곱합의 %g배를 위치 수 N으로 나눈 값"},
	"check.squares.byC":  {"%g times the sum of squares over C channels", "제곱합의 %g배를 채널 수 C로 나눈 값"},
	"check.squares.byCN": {"%g times the sum of squares over C N (the mean)", "제곱합의 %g배를 C N으로 나눈 값, 곧 평균"},
	"check.reference":    {"your content weight is not scaled to the size of the picture (content-reference)", "내용 가중치를 그림의 크기에 맞추지 않음(content-reference)"},

	"check.average":       {"your network pools by the average; %s takes the maximum", "네트워크가 평균 풀링을 씀(%s에서는 최대 풀링)"},
	"check.maximum":       {"your network pools by the maximum; %s takes the average", "네트워크가 최대 풀링을 씀(%s에서는 평균 풀링)"},
	"check.replicates":    {"your first convolution replicates the border; %s pads with zeros", "첫 합성곱이 가장자리를 복제해 채움(%s에서는 0으로 채움)"},
	"check.zeros":         {"your first convolution pads with zeros; %s pads it otherwise: %s", "첫 합성곱이 가장자리를 0으로 채움(%s에서는 %s)"},
	"check.resized":       {"your painting is resized to the size of the photograph; here it keeps its own", "화풍 그림을 사진의 크기로 바꿈(여기서는 원래 크기를 유지)"},
	"check.before":        {"before the ReLU; %s reads them after", "ReLU 앞에서 읽음(%s에서는 뒤)"},
	"check.after":         {"after the ReLU; %s reads them before", "ReLU 뒤에서 읽음(%s에서는 앞)"},
	"check.relu.all":      {"your losses read all layers %s", "두 손실 모두 층을 %s"},
	"check.relu.style":    {"your style loss reads its layers %s", "화풍 손실이 층을 %s"},
	"check.relu.content":  {"your content loss reads its layers %s", "내용 손실이 층을 %s"},
	"check.layer.content": {"your content loss reads %s where %s is meant", "내용 손실의 층이 %s임(맞는 층: %s)"},
	"check.layer.style":   {"your style loss reads %s where %s is meant", "화풍 손실의 층이 %s임(맞는 층: %s)"},
	"check.late":          {"your style loss reads %s: one convolution too late in each block", "화풍 손실이 블록마다 합성곱 하나만큼 뒤의 층(%s)을 읽음"},

	"check.alpha":         {"your content terms lack the weight alpha = %g", "내용 항에 가중치 alpha(%g)가 빠짐"},
	"check.beta":          {"your style terms lack the weight beta = %g", "화풍 항에 가중치 beta(%g)가 빠짐"},
	"check.swap":          {"your weights of content and style are interchanged", "내용과 화풍의 가중치가 서로 바뀜"},
	"check.weights.one":   {"the layers of your style loss have no weights: each counts 1", "화풍 손실의 층에 가중치가 없음(모두 1로 계산됨)"},
	"check.weights.alike": {"the layers of your style loss count alike; those of %s do not", "화풍 손실의 층을 모두 같은 비중으로 셈(%s에서는 서로 다름)"},
	"check.weights.mean":  {"your style loss is the mean over its %d layers; %s wants the sum", "화풍 손실이 %d개 층의 평균임(%s에서는 합)"},

	"check.tv.missing":  {"your total variation is missing", "총변동이 빠짐"},
	"check.tv.range":    {"your total variation is of pixels in 0..1; its weight is meant for 0..%g", "총변동을 0..1 범위의 화소로 계산함(가중치는 0..%g 범위에 맞춘 것)"},
	"check.tv.mean":     {"your total variation is a mean over all numbers of the picture; %s sums", "총변동을 그림의 모든 수에 대해 평균함(%s에서는 합)"},
	"check.tv.absolute": {"your total variation sums absolute differences; %s has another form", "총변동이 차이의 절댓값을 더함(%s의 형태는 다름)"},
	"check.tv.squared":  {"your total variation sums squared differences; %s has another form", "총변동이 차이의 제곱을 더함(%s의 형태는 다름)"},
	"check.tv.nine":     {"your total variation averages squared differences to nine neighbours; %s has another form", "총변동이 이웃 아홉과의 차이의 제곱을 평균함(%s의 형태는 다름)"},
	"check.tv.factor":   {"your total variation is %g times that of %s", "총변동이 %[2]s의 %[1]g배임"},

	"check.by255":   {"your gradient is by pixels in 0..255: multiply by 255 for those in 0..1", "기울기를 0..255 범위의 화소에 대해 구함(0..1 범위로는 255를 곱할 것)"},
	"check.byBGR":   {"your gradient has its channels in the order B, G, R", "기울기의 채널이 B, G, R 순서임"},
	"check.byinput": {"your gradient is by the normalised input of the network, not by the picture in 0..1", "기울기를 0..1 범위의 그림이 아니라 정규화된 네트워크 입력에 대해 구함"},
}
