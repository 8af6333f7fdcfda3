module github.com/impasto/impasto/examples/_gen

go 1.26.0
