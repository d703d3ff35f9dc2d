module github.com/limn-data/limn

go 1.26.0

require (
	github.com/google/go-cmp v0.7.0 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
)

require github.com/google/go-cmp v0.7.0 // indirect
