package embed

// vectors says whether the kernel in assembly serves here.
const vectors = true
