//go:build amd64 && !noasm

package kernel

import "golang.org/x/sys/cpu"

// preferAVX512 says whether the AVX-512 path is chosen by itself where the CPU
// has it, or only when ZOO_KERNEL asks for it.
const preferAVX512 = true

// available lists the assembly paths of this CPU, best first. The cpu package
// has asked the operating system, too, whether it saves the wide registers.
func available() []Path {
	var paths []Path
	x := &cpu.X86
	avx2 := x.HasAVX2 && x.HasFMA
	if avx2 && x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512BW && x.HasAVX512VL {
		paths = append(paths, AVX512)
	}
	if avx2 {
		paths = append(paths, AVX2)
	}
	return paths
}
