// Package kernel holds the float32 kernels under the zoo's operations: the
// matrix product over packed panels and that of bytes, the fused LSTM gates, vector exp, sigmoid
// and tanh, optimizer updates and reductions.
//
// Every kernel exists on up to three paths, chosen once at start by the CPU's
// features: AVX-512 and AVX2 with FMA on amd64, NEON on arm64, and portable Go. All
// paths give identical bits: a sum is taken in one order with one rounding a term, and
// the portable path computes the fused multiply-add of float32 exactly, by the
// processor's own where Go's compiler has one. Work is split over
// outputs, never over a sum, so the number of goroutines does not matter
// either. Only the sign and payload of a NaN are left open: where one path
// gives a NaN all do, but its bits are the processor's choice.
//
// # Paths
//
// The environment variable ZOO_KERNEL (avx512, avx2, neon or portable) forces a path;
// Init reports a value that is unknown or that this CPU cannot run. The build
// tag noasm leaves only the portable path, as do processors other than amd64 and arm64.
// A kernel with several paths switches on the package variable current:
//
//	func Add(dst, src []float32) {
//		switch current {
//		case AVX2, AVX512:
//			addAVX2(...)
//		default:
//			addPortable(dst, src)
//		}
//	}
//
// The switch lives in a file constrained to amd64 && !noasm; its twins are for arm64
// and for other builds, which call the portable function.
//
// The NEON kernels use what every ARMv8.0 processor has. Go's assembler knows few of
// those instructions, so the generator in _asm/neon encodes them from a table, and a test
// compares every word with binutils' disassembly. They have been run under qemu, which
// rounds as the processor does: every test of this package passes there.
//
// The AVX-512 kernels have been run under Bochs's model of Skylake-X, an emulator
// that rounds as the processor does: every test of this package passed there,
// among them those that compare each path with the portable one bit for bit, and so
// did the short tests of ops and the models, and those of train and package zoo that
// compare the weights that AVX-512, AVX2 and the portable path train. (Bochs 2.7
// under Linux 5.10 with the option noxsaves: in the compacted format of XSAVE that
// emulator loses registers, and later kernels then use no AVX at all.)
//
// # Panels
//
// Activations and packed weights are kept in panels: Width (16) neighbouring
// columns of a matrix lie together, so that a matrix of F columns is
// [ceil(F/16)][rows][16], padded with zeros. A row of a panel is one AVX-512
// register or two AVX2 registers, and it is contiguous whichever way the matrix
// is used next: as the left operand of the forward product, as the left operand
// of the gradient of the input, or as either operand of the gradient of the
// weights. Nothing is packed twice.
//
// # Speed
//
// One core of an AMD EPYC of the Zen 3 generation, AVX2, multiply-add peak about
// 97 GFLOP/s (PeakGFLOPS), weights in the caches:
//
//	                                 rows x k x columns   of the peak
//	forward                            32 x 368 x 1024        92-94 %
//	gradient of the input              32 x 1024 x 368        93-95 %
//	gradient of the weights           16 x 128 x 368          88-90 %
//	one step of many texts             32 x 256 x 1024        94-96 %
//	one step of 3, 2, 1 texts          n x 256 x 1024   88, 63, 32 %
//
// The last line is bound by reading the weights, 1 MB a step, from the third
// cache at 60 to 75 GB/s. BenchmarkMul measures these.
//
// One core of a Xeon of the Sapphire Rapids generation, AVX-512, peak 238 GFLOP/s, where
// tiles are of up to 14 rows and fetch their weights ahead:
//
//	                              rows x k x columns   weights cached   not
//	inner layer of an encoder     112 x 384 x 192            98 %       95 %
//	its outer layer, a piece      112 x 192 x 384            98 %       97 %
//	the same of one sentence       28 x 384 x 128            98 %       91 %
//	                              28 x 1536 x 64             98 %       95 %
//
// With tiles of at most 8 rows, which do not, the last two were 70 and 75 % where the
// weights come from the third cache.
//
// # Float16 weights
//
// MulHalf reads the right operand as float16 and widens it in the product, which
// is exact: the weights of a step are 512 KB then. Three instructions a vector
// (the conversion is two) keep the four pipes of Zen 3 about as busy as the third
// cache, so that the order of the panels, which decides what the second cache
// still holds, makes no difference. BenchmarkMulHalf, the same core, GFLOP/s:
//
//	one step                         float32   float16
//	1 text                                38        73
//	2 texts                               74        92
//	3 texts                               90        92
//
// From four texts on a product by float32 panels is bound by arithmetic, too. There
// is no AVX-512 kernel by float16 panels: that path takes AVX2's.
//
// # Products of bytes
//
// MulAdd8 multiplies rows rounded to bytes by weights rounded to bytes, in integers, of
// which the order of summing leaves no trace. Bytes of rows are kept with 128 added,
// for VNNI's instruction, VPDPBUSD, multiplies unsigned by signed; a sum then begins with
// -128 times its weights' sum. AVX-512 and AVX-VNNI have that instruction. Where there
// is none, AVX2's VPMADDUBSW takes the magnitudes of the rows' bytes and the weights with
// the rows' signs: two products of at most 127 * 127 fit the 16 bits that it sums them
// in, and nothing is cut off. NEON does likewise with SMULL and SMLAL, or takes ARMv8.2's
// dot products, SDOT, of signed by signed. BenchmarkMulAdd8, one core of a Xeon of the Sapphire
// Rapids generation (a shared one), billions of operations a second, weights in the
// caches, where the multiply-add peak of float32 is about 100 (AVX2) and 200 (AVX-512):
//
//	rows x k x columns     AVX2   AVX-VNNI   AVX512-VNNI
//	112 x 384 x 1536        132        433           723
//	112 x 1536 x 384        144        491           826
//	8 x 384 x 1536          147        368           751
package kernel

// Width is the number of columns in a panel.
const Width = 16

// Panels returns the number of panels that hold n columns.
func Panels(n int) int { return (n + Width - 1) / Width }
