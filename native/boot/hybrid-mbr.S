/*
 * Boot code for the master boot record of an image that BIOS starts from a disk. It reads what the loader wants to have
 * read of its boot image, whose first sector stands in bytes 432 to 439, and goes on there.
 *
 * Made with LOADER=1 for isolinux: its first four sectors go to 7C00h, and it is entered behind the mark at its byte 64,
 * with heads and sectors of the disk on the stack. With LOADER=2 for GRUB 2: one sector goes to 8000h, where it is
 * entered with SI behind a byte that says that sectors are addressed by number, at a packet for the BIOS.
 *
 * The BIOS has to know reading by sector number: INT 13h, function 42h of the Enhanced Disk Drive Specification.
 * Bytes 2 to 25 do nothing, so that block 0 of an Apple partition map can take the first eight.
 *
 * scripts/boot-code.mjs puts the bytes into src/fs/boot/own-boot-code.ts.
 */
	.code16
	.text
	.globl	_start

	.set	RUN_AT, 0x600
	.set	LOADED_AT, 0x7c00
	.set	ADDRESS, RUN_AT + 432
	.set	DRIVE, LOADED_AT - 14		/* where the drive is kept */

_start:
	nop
	nop
	.fill	24, 1, 0x90

	cli
	xorw	%ax, %ax
	movw	%ax, %ss
	movw	$LOADED_AT, %sp
	/* What isolinux finds on the stack, from the top: where its partition starts, in eight bytes; */
	pushl	$0
	pushl	$0
	pushw	%es			/* with DI: the header of Plug and Play */
	pushw	%di
	pushw	%dx			/* DL: the drive */
	movw	%ax, %ds
	movw	%ax, %es
	sti
	cld

	/* Out of the way of what is read. */
	movw	$LOADED_AT, %si
	movw	$RUN_AT, %di
	movw	$256, %cx
	rep movsw
	ljmpw	$0, $(RUN_AT + (moved - _start))

moved:
	movb	$0x41, %ah
	movw	$0x55aa, %bx
	int	$0x13
	movw	$(RUN_AT + (no_extensions - _start)), %si
	jc	fail
	cmpw	$0xaa55, %bx
	jne	fail

	/* The packet: its length, a zero, sectors, offset, segment, and the first sector in eight bytes. */
	movw	$(RUN_AT + (address_field - _start)), %di
	movw	$ADDRESS, %si
	movw	$4, %cx
	rep movsw
	movw	$(RUN_AT + (packet - _start)), %si
	movb	(DRIVE), %dl
	movb	$0x42, %ah
	int	$0x13
	movw	$(RUN_AT + (not_read - _start)), %si
	jc	fail

.if LOADER == 1
	movw	$(RUN_AT + (no_loader - _start)), %si
	cmpl	$0x7078c0fb, (LOADED_AT + 64)
	jne	fail
	/* below the drive, heads, sectors of a track, and whether sectors are read by number. */
	movb	(DRIVE), %dl
	movb	$0x08, %ah
	xorw	%di, %di
	int	$0x13
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movb	%dh, %al
	incw	%ax
	pushw	%ax
	andw	$0x3f, %cx
	pushw	%cx
	pushw	$1
	ljmpw	$0, $(LOADED_AT + 68)
.else
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movb	(DRIVE), %dl
	movw	$0x2000, %sp
	movw	$(RUN_AT + (packet - _start)), %si
	ljmpw	$0, $0x8000
.endif

/* Prints what SI leads to, and gives up: the BIOS may try another disk. */
fail:
	xorw	%ax, %ax
	movw	%ax, %ds
1:
	lodsb
	testb	%al, %al
	jz	2f
	movb	$0x0e, %ah
	movw	$0x0007, %bx
	int	$0x10
	jmp	1b
2:
	int	$0x18
3:
	hlt
	jmp	3b

	.byte	1			/* GRUB: sectors are addressed by number */
packet:
	.byte	16, 0
.if LOADER == 1
	.word	4, LOADED_AT, 0
.else
	.word	1, 0x8000, 0
.endif
address_field:
	.fill	8, 1, 0

no_extensions:
	.asciz	"This disk cannot be read by sector number.\r\n"
not_read:
	.asciz	"The boot image cannot be read.\r\n"
.if LOADER == 1
no_loader:
	.asciz	"The boot image is no isolinux.\r\n"
.endif
	.org	432			/* refused where there is no room for the address */
