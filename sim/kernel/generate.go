package kernel

//go:generate go run ./gen -set avx512-float32 -pkg kernel -out avx512_float32_amd64.s -stubs avx512_float32_amd64.go
//go:generate go run ./gen -set avx512-float64 -pkg kernel -out avx512_float64_amd64.s -stubs avx512_float64_amd64.go
//go:generate go run ./gen -set avx2-float32 -pkg kernel -out avx2_float32_amd64.s -stubs avx2_float32_amd64.go
//go:generate go run ./gen -set avx2-float64 -pkg kernel -out avx2_float64_amd64.s -stubs avx2_float64_amd64.go
