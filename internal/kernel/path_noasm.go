//go:build !(amd64 || arm64) || noasm

package kernel

const preferAVX512 = false

func available() []Path { return nil }
