//go:build !amd64

package embed

func bestKernel() kernel { return mulPortable }
