#include "go_asm.h"
#include "textflag.h"

// The kernel multiplies up to four rows of activations by sixteen outputs. A step takes two inputs. V6 and V7
// hold the weights of the first and the second of them for outputs 0–7, V8 and V9 those for outputs 8–15,
// widened to int16. Row r has its two activations in Vr and its sums in V(16+4r) and the three behind it.
//
// R0 tile, R1 and R2 weights, R3 steps to go, R4–R7 rows.
//
// The assembler lacks most integer vector instructions; these are their codes.

// Vd.8H = Vn.8B with signs
#define SXTL(n, d) WORD $(0x0F08A400 | (n)<<5 | (d))
// Vd.4S += Vn.4H (SMLAL) or its upper half (SMLAL2) times element 0 or 1 of Vm.H
#define SMLAL(m, e, n, d) WORD $(0x0F402000 | (e)<<20 | (m)<<16 | (n)<<5 | (d))
#define SMLAL2(m, e, n, d) WORD $(0x4F402000 | (e)<<20 | (m)<<16 | (n)<<5 | (d))
// Vd.4S = float32(Vn.4S)
#define SCVTF(n, d) WORD $(0x4E21D800 | (n)<<5 | (d))
#define FMUL(m, n, d) WORD $(0x6E20DC00 | (m)<<16 | (n)<<5 | (d))
#define FADD(m, n, d) WORD $(0x4E20D400 | (m)<<16 | (n)<<5 | (d))

#define WEIGHTS \
	VLD2.P 16(R1), [V4.B8, V5.B8]; \
	SXTL(4, 6);                    \
	SXTL(5, 7);                    \
	VLD2.P 16(R2), [V4.B8, V5.B8]; \
	SXTL(4, 8);                    \
	SXTL(5, 9)

#define ROW(r) \
	SMLAL(r, 0, 6, 16+4*r);  \
	SMLAL2(r, 0, 6, 17+4*r); \
	SMLAL(r, 0, 8, 18+4*r);  \
	SMLAL2(r, 0, 8, 19+4*r); \
	SMLAL(r, 1, 7, 16+4*r);  \
	SMLAL2(r, 1, 7, 17+4*r); \
	SMLAL(r, 1, 9, 18+4*r);  \
	SMLAL2(r, 1, 9, 19+4*r)

#define ZERO(a, b, c, d) \
	VEOR a.B16, a.B16, a.B16; \
	VEOR b.B16, b.B16, b.B16; \
	VEOR c.B16, c.B16, c.B16; \
	VEOR d.B16, d.B16, d.B16

#define OUTPUT \
	MOVD tile_scale(R0), R1;  \
	MOVD tile_bias(R0), R2;   \
	MOVD tile_xs(R0), R3;     \
	MOVD tile_y(R0), R4;      \
	MOVD tile_stride(R0), R5; \
	VLD1 (R1), [V0.S4, V1.S4, V2.S4, V3.S4]; \
	VLD1 (R2), [V4.S4, V5.S4, V6.S4, V7.S4]

// y = float32(sum)·(scale·xs) + bias, in this order and each step rounded, as the plain kernel does.
#define FOUR(i, sum) \
	FMUL(8, i, 9);      \
	SCVTF(sum, sum);    \
	FMUL(9, sum, sum);  \
	FADD(4+i, sum, sum)

#define SCALE(r, a, b, c, d) \
	VLD1R.P 4(R3), [V8.S4]; \
	FOUR(0, 16+4*r);        \
	FOUR(1, 17+4*r);        \
	FOUR(2, 18+4*r);        \
	FOUR(3, 19+4*r);        \
	VST1    [a.S4, b.S4, c.S4, d.S4], (R4); \
	ADD     R5, R4

// func mulTile(t *tile)
TEXT ·mulTile(SB), NOSPLIT, $0-8
	MOVD t+0(FP), R0
	MOVD tile_w(R0), R1
	MOVD tile_step(R0), R2
	ADD  R1, R2
	MOVD tile_row(R0), R8
	LSR  $2, R8, R3
	MOVD tile_x(R0), R4
	MOVD tile_rows(R0), R9
	ZERO(V16, V17, V18, V19)
	CMP  $1, R9
	BLE  one
	ADD  R8, R4, R5
	ZERO(V20, V21, V22, V23)
	CMP  $2, R9
	BLE  two
	ADD  R8, R5, R6
	ZERO(V24, V25, V26, V27)
	CMP  $3, R9
	BLE  three
	ADD  R8, R6, R7
	ZERO(V28, V29, V30, V31)

four:
	WEIGHTS
	FMOVS.P 4(R4), F0
	FMOVS.P 4(R5), F1
	FMOVS.P 4(R6), F2
	FMOVS.P 4(R7), F3
	ROW(0)
	ROW(1)
	ROW(2)
	ROW(3)
	SUBS $1, R3
	BNE  four
	OUTPUT
	SCALE(0, V16, V17, V18, V19)
	SCALE(1, V20, V21, V22, V23)
	SCALE(2, V24, V25, V26, V27)
	SCALE(3, V28, V29, V30, V31)
	RET

three:
	WEIGHTS
	FMOVS.P 4(R4), F0
	FMOVS.P 4(R5), F1
	FMOVS.P 4(R6), F2
	ROW(0)
	ROW(1)
	ROW(2)
	SUBS $1, R3
	BNE  three
	OUTPUT
	SCALE(0, V16, V17, V18, V19)
	SCALE(1, V20, V21, V22, V23)
	SCALE(2, V24, V25, V26, V27)
	RET

two:
	WEIGHTS
	FMOVS.P 4(R4), F0
	FMOVS.P 4(R5), F1
	ROW(0)
	ROW(1)
	SUBS $1, R3
	BNE  two
	OUTPUT
	SCALE(0, V16, V17, V18, V19)
	SCALE(1, V20, V21, V22, V23)
	RET

one:
	WEIGHTS
	FMOVS.P 4(R4), F0
	ROW(0)
	SUBS $1, R3
	BNE  one
	OUTPUT
	SCALE(0, V16, V17, V18, V19)
	RET
