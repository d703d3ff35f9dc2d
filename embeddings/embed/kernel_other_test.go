//go:build !amd64

package embed

const vectors = false
