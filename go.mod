module github.com/limn-data/limn

go 1.26.0
