//go:build !amd64 && !arm64

package embed

const vectors = false
