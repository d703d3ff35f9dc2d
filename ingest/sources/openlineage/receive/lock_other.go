//go:build !unix

package receive

import "os"

// lock only makes the file: there is no lock of the system that ends with the process.
func lock(name string) (*os.File, error) { return os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600) }
