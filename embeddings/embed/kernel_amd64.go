package embed

import "golang.org/x/sys/cpu"

// tileRows is how many rows the assembly takes at most.
const tileRows = 6

// bestKernel asks the processor, and through it the system, which must save the wide registers too.
func bestKernel() kernel {
	if cpu.X86.HasAVX2 {
		return mulTiles
	}
	return mulPortable
}
