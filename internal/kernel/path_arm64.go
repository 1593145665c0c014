//go:build arm64 && !noasm

package kernel

const preferAVX512 = false

// available lists the assembly paths of this CPU. All that Go runs on have NEON.
func available() []Path { return []Path{NEON} }
