package embed

import "golang.org/x/sys/cpu"

// vectors says whether the kernel in assembly serves here.
var vectors = cpu.X86.HasAVX2
