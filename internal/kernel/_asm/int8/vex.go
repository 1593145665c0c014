package main

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// encode writes the VPDPBUSD of functions for AVX-VNNI as bytes: Go's assembler
// knows only AVX-512's encoding, which processors without AVX-512 do not run.
func encode(f *ir.Function) error {
	if !strings.HasSuffix(f.Name, vex) {
		return nil
	}
	var nodes []ir.Node
	for _, n := range f.Nodes {
		i, ok := n.(*ir.Instruction)
		if !ok || i.Opcode != "VPDPBUSD" {
			nodes = append(nodes, n)
			continue
		}
		var r [3]byte
		for k, op := range i.Operands {
			p, ok := op.(reg.Physical)
			if !ok || p.Size() != 32 || p.PhysicalIndex() > 15 {
				return fmt.Errorf("VPDPBUSD of %s, want a register of 32 bytes", op.Asm())
			}
			r[k] = byte(p.PhysicalIndex())
		}
		from, by, to := r[0], r[1], r[2]
		// VEX.256.66.0F38.W0 50 /r: the high bits of registers are inverted.
		code := []byte{0xc4, 0x42 | (^to>>3&1)<<7 | (^from>>3&1)<<5, (^by&15)<<3 | 5, 0x50, 0xc0 | to&7<<3 | from&7}
		var text []string
		for _, op := range i.Operands {
			text = append(text, op.Asm())
		}
		nodes = append(nodes, &ir.Comment{Lines: []string{"VPDPBUSD " + strings.Join(text, ", ")}})
		for _, b := range code {
			nodes = append(nodes, &ir.Instruction{Opcode: "BYTE", Operands: []operand.Op{operand.Imm(uint64(b))}})
		}
	}
	f.Nodes = nodes
	return nil
}
