package main

func avx512(a *assembly) {
	multiplyAVX512(a)
	transformInputAVX512(a)
	transformForwardAVX512(a)
	transformBackwardAVX512(a)
	unpoolAVX512(a)
	momentsAVX512(a)
	stemForwardAVX512(a)
	stemBackwardAVX512(a)
	newAVX512(a).transformFilters()
	newAVX512(a).vectors()
	newAVX512(a).peak()
}

func avx2(a *assembly) {
	multiplyAVX2(a)
	newAVX2(a).transformInput()
	transformForwardAVX2(a)
	transformBackwardAVX2(a)
	unpoolAVX2(a)
	momentsAVX2(a)
	stemForwardAVX2(a)
	stemBackwardAVX2(a)
	newAVX2(a).transformFilters()
	newAVX2(a).vectors()
	newAVX2(a).peak()
}
