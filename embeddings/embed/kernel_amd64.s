#include "go_asm.h"
#include "textflag.h"

// The kernel multiplies up to six rows of activations by sixteen outputs. A step takes two inputs: Y12 and
// Y13 hold their weights for outputs 0–7 and 8–15, widened to int16 as eight pairs; Y14 holds the two
// activations of a row, eight times. VPMADDWD multiplies and adds the pairs, so that lane k of a row's two
// sums belongs to output k, and nothing is added across lanes at the end.
//
// AX tile, SI and DI weights, DX bytes of activations to go (negative, up to 0), R8–R13 ends of the rows.

#define WEIGHTS \
	VPMOVSXBW (SI), Y12; \
	VPMOVSXBW (DI), Y13

#define ROW(x, sum0, sum1) \
	VPBROADCASTD (x)(DX*1), Y14; \
	VPMADDWD     Y12, Y14, Y15;  \
	VPADDD       Y15, sum0, sum0; \
	VPMADDWD     Y13, Y14, Y15;  \
	VPADDD       Y15, sum1, sum1

#define NEXT(loop) \
	ADDQ $16, SI; \
	ADDQ $16, DI; \
	ADDQ $4, DX;  \
	JNZ  loop

#define ZERO(sum0, sum1) \
	VPXOR sum0, sum0, sum0; \
	VPXOR sum1, sum1, sum1

// y = float32(sum)·(scale·xs) + bias, in this order and each step rounded, as the plain kernel does.
#define SCALE(sum0, sum1) \
	VBROADCASTSS (BX), Y14;        \
	VCVTDQ2PS    sum0, sum0;       \
	VMULPS       (R8), Y14, Y15;   \
	VMULPS       Y15, sum0, sum0;  \
	VADDPS       (R9), sum0, sum0; \
	VMOVUPS      sum0, (CX);       \
	VCVTDQ2PS    sum1, sum1;       \
	VMULPS       32(R8), Y14, Y15; \
	VMULPS       Y15, sum1, sum1;  \
	VADDPS       32(R9), sum1, sum1; \
	VMOVUPS      sum1, 32(CX);     \
	ADDQ         $4, BX;           \
	ADDQ         R10, CX

#define OUTPUT \
	MOVQ tile_scale(AX), R8;  \
	MOVQ tile_bias(AX), R9;   \
	MOVQ tile_stride(AX), R10; \
	MOVQ tile_xs(AX), BX;     \
	MOVQ tile_y(AX), CX

// func mulTile(t *tile)
TEXT ·mulTile(SB), NOSPLIT, $0-8
	MOVQ t+0(FP), AX
	MOVQ tile_w(AX), SI
	MOVQ tile_step(AX), DI
	ADDQ SI, DI
	MOVQ tile_row(AX), BX
	MOVQ BX, DX
	NEGQ DX
	MOVQ tile_x(AX), R8
	ADDQ BX, R8
	MOVQ tile_rows(AX), CX
	ZERO(Y0, Y1)
	CMPQ CX, $1
	JLE  one
	LEAQ (R8)(BX*1), R9
	ZERO(Y2, Y3)
	CMPQ CX, $2
	JLE  two
	LEAQ (R9)(BX*1), R10
	ZERO(Y4, Y5)
	CMPQ CX, $3
	JLE  three
	LEAQ (R10)(BX*1), R11
	ZERO(Y6, Y7)
	CMPQ CX, $4
	JLE  four
	LEAQ (R11)(BX*1), R12
	ZERO(Y8, Y9)
	CMPQ CX, $5
	JLE  five
	LEAQ (R12)(BX*1), R13
	ZERO(Y10, Y11)

six:
	WEIGHTS
	ROW(R8, Y0, Y1)
	ROW(R9, Y2, Y3)
	ROW(R10, Y4, Y5)
	ROW(R11, Y6, Y7)
	ROW(R12, Y8, Y9)
	ROW(R13, Y10, Y11)
	NEXT(six)
	OUTPUT
	SCALE(Y0, Y1)
	SCALE(Y2, Y3)
	SCALE(Y4, Y5)
	SCALE(Y6, Y7)
	SCALE(Y8, Y9)
	SCALE(Y10, Y11)
	VZEROUPPER
	RET

five:
	WEIGHTS
	ROW(R8, Y0, Y1)
	ROW(R9, Y2, Y3)
	ROW(R10, Y4, Y5)
	ROW(R11, Y6, Y7)
	ROW(R12, Y8, Y9)
	NEXT(five)
	OUTPUT
	SCALE(Y0, Y1)
	SCALE(Y2, Y3)
	SCALE(Y4, Y5)
	SCALE(Y6, Y7)
	SCALE(Y8, Y9)
	VZEROUPPER
	RET

four:
	WEIGHTS
	ROW(R8, Y0, Y1)
	ROW(R9, Y2, Y3)
	ROW(R10, Y4, Y5)
	ROW(R11, Y6, Y7)
	NEXT(four)
	OUTPUT
	SCALE(Y0, Y1)
	SCALE(Y2, Y3)
	SCALE(Y4, Y5)
	SCALE(Y6, Y7)
	VZEROUPPER
	RET

three:
	WEIGHTS
	ROW(R8, Y0, Y1)
	ROW(R9, Y2, Y3)
	ROW(R10, Y4, Y5)
	NEXT(three)
	OUTPUT
	SCALE(Y0, Y1)
	SCALE(Y2, Y3)
	SCALE(Y4, Y5)
	VZEROUPPER
	RET

two:
	WEIGHTS
	ROW(R8, Y0, Y1)
	ROW(R9, Y2, Y3)
	NEXT(two)
	OUTPUT
	SCALE(Y0, Y1)
	SCALE(Y2, Y3)
	VZEROUPPER
	RET

one:
	WEIGHTS
	ROW(R8, Y0, Y1)
	NEXT(one)
	OUTPUT
	SCALE(Y0, Y1)
	VZEROUPPER
	RET
