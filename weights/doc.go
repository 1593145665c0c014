// Package weights keeps trained models: named tensors in safetensors files,
// and the artefact, a directory that holds everything needed to predict.
package weights
