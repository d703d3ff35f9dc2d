//go:build !amd64 && !arm64

package embed

func bestKernel() kernel { return mulPortable }
