package bench

import "syscall"

// systemCPUName asks macOS, which says "Apple M2" and the like.
func systemCPUName() string {
	name, err := syscall.Sysctl("machdep.cpu.brand_string")
	if err != nil {
		return ""
	}
	return name
}
