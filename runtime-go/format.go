package rt

// The trace format, version 3. src/calltrace/spec.ts mirrors this table;
// testdata/format/golden.gotrace keeps the two in step. All integers are
// little-endian, all offsets relative to the start of the process trace.

const (
	formatMagic   = 0x0a65636172746f67 // "gotrace\n" read as a u64
	formatVersion = 3
	headerSize    = 4096
)

// Offsets of the header's fields.
const (
	hdrMagic      = 0
	hdrVersion    = 8  // u32
	hdrHeaderSize = 12 // u32
	hdrUsed       = 16 // u64, the allocation cursor
	hdrFlags      = 24 // u32
	hdrStopReason = 28 // u32
	hdrStopTicks  = 32 // u64
	hdrStartTicks = 40 // u64
	hdrStartNano  = 48 // u64
	hdrStartWall  = 56 // i64
	hdrPairA      = 64 // u64 ticks, u64 nano
	hdrPairB      = 80 // u64 ticks, u64 nano
	hdrLatest     = 96 // u32: 0 none, 1 A, 2 B
	hdrPid        = 100
	hdrPpid       = 104
	hdrHalt       = 108 // u32, set by the gotrace command: do not grow
	hdrEndNano    = 112
	hdrExit       = 120 // u32; at 124 u32, processor time in milliseconds. The gotrace command writes both
	hdrDefsHead   = 128 // u64
	hdrLimit      = 136 // u64
	hdrInner      = 144 // u32, ticks/1024: what an empty traced call appears to take; 0 not measured
	hdrOuter      = 148 // u32, ticks/1024: what a traced call costs its caller beyond that
	hdrGrown      = 152 // u64, size of the file in bytes
	hdrStrings    = 160 // u16 length + bytes, four times
	hdrStringsEnd = 2048
	hdrShards     = 2048
	shardCount    = 32
	shardStride   = 64
	hdrControl    = 2056 // u64, the offset of the control chunk, in unused bytes of the first shard
)

// Header flags.
const flagRawTicks = 1

// Why nothing is recorded after stopTicks.
const (
	stopNone    = 0
	stopLimit   = 1
	stopNoSpace = 2
	stopRlimit  = 3
	stopMapping = 4
	stopTotal   = 5
	stopCopy    = 6 // only in snapshots: the recording went on
)

// Chunks.
const (
	chunkMagic     = 0x7467
	chunkEvents    = 1
	chunkDefs      = 2
	chunkNote      = 3
	chunkExecution = 4
	chunkControl   = 5
	chunkRing      = 6
	chunkFree      = 7
	chunkCounts    = 8
	chunkHeader    = 32
	chunkAlign     = 64
	chkMagicKind   = 0  // u16 magic, u16 kind, u32 size
	chkSize        = 4  // u32
	chkSlot        = 8  // u32
	chkSeq         = 12 // u32
	chkTicks       = 16 // u64
	chkNano        = 24 // u64

	// Chunks of a ring have a longer header, and then a snapshot: what a reader
	// must know that has no earlier chunk of the slot.
	ringHeader  = 64
	chkClosed   = 32 // u64: ticks when the slot opened its next chunk, 0 before that
	chkSnapshot = 40 // u32: bytes of the snapshot
	chkPassed   = 48 // u64: ticks when the ring last left the chunk alone
	// In a free chunk: u32, not 0 while a slot takes the space.
	chkTaken = 8
)

// The control chunk: what the gotrace command may change while the process runs,
// and the state of the ring.
const (
	controlSize   = 1024
	ctrGate       = 32  // u32: not 0 while recording is paused
	ctrGeneration = 36  // u32: the gotrace command adds 1 after a change
	ctrMinimum    = 40  // u64 ns
	ctrDepth      = 48  // u32
	ctrDump       = 52  // u32
	ctrTextLength = 56  // u32
	ctrMode       = 60  // u32
	ctrRingBytes  = 64  // u64
	ctrRingAge    = 72  // u64 ns
	ctrRingFrom   = 80  // u64 ticks: nothing since then was overwritten
	ctrReused     = 88  // u64: bytes of chunks that were overwritten
	ctrLeftOut    = 96  // u64: offset of the first chunk of counts
	ctrChanges    = 104 // u32: of the gate; the log of the gotrace command is at 768
	ctrApplied    = 108 // u32: the generation in force
	ctrWrong      = 112 // u32: the number of the first line of the text that is no pattern, from 1
	ctrSnapshots  = 116 // u32: written so far
	ctrSkipped    = 120 // u32: triggers met too soon after a snapshot
	ctrFailed     = 124 // u32: snapshots that could not be written
	ctrText       = 128
	ctrTextMost   = 624
	ctrStates     = 752 // u32: see snapshot_states.go
	ctrStatesDone = 756 // u32: snapshots that have got all that they get
	ctrStateCalls = 764 // u32: calls that took as long as a condition about states says, to be looked at
	ctrWrongWhen  = 896 // u32: as ctrWrong, of the triggers
	ctrGiveAsked  = 900 // u32: ranges that the gotrace command wants to be holes, counted
	ctrGiven      = 904 // u64: bytes of holes
	ctrGiveDone   = 912 // u32: ranges that were seen to
	ctrGiveFailed = 916 // u32: 1 if the file system has no holes
	ctrGive       = 920 // entries of u64, u64: from, to; range n is at n modulo their number
	giveEntries   = 6
)

// Values of ctrGate, besides 0. The process itself only turns the third into the first.
const (
	gatePaused = 1
	gateBehind = 2 // until the gotrace command has read what was written
	gateAsked  = 3 // paused, and a snapshot is asked for
)

// Modes of the recorder.
const (
	modePlain = 0
	modeRing  = 1 // the oldest chunks are overwritten
)

// Chunks of counts: for each of countsIDs function ids, two u64, the number of
// calls left out and their time in ticks. chkSlot is the first id, chkTicks the
// offset of the next such chunk.
const (
	countsIDs  = 512
	countsSize = (chunkHeader + countsIDs*16 + 63) &^ 63
)

// Record tags: the low 3 bits of a record's first byte.
const (
	tagEnd     = 0
	tagExit2   = 1
	tagExit4   = 2
	tagEnter4  = 3
	tagEnter6  = 4
	tagEnter8  = 5
	tagControl = 7
)

// Control records: bits 3..7 of the first byte.
const (
	ctlSync     = 1
	ctlBegin    = 2
	ctlSpawn    = 3
	ctlPanic    = 4
	ctlGoexit   = 5
	ctlDeferred = 6  // a return while a panic or Goexit runs deferred calls
	ctlParent   = 7  // the parent of an untraced goroutine
	ctlTest     = 8  // like ctlBegin, for a goroutine that runs a test
	ctlResume   = 9  // in a snapshot: the goroutine of the slot
	ctlFrame    = 10 // in a snapshot: an open frame
	ctlLate     = 11 // the enter of a call that began during a pause

	// The second byte of 4 to 6: length of the chain of panics at Enter.
	argShift = 8
	argMax   = 255

	lenSync    = 18
	lenBegin   = 24
	lenSpawn   = 10
	lenParent  = 18
	lenTest    = 28
	lenResume  = 48
	lenFrame   = 14
	lenLate    = 10
	lenExitEnd = 6 // exits that are control records
	// lenMax is the room a chunk must have for any record to be written
	// with 8-byte stores.
	lenMax = 28
)

// Widths of the fields of the short records.
const (
	exit2Delta  = 1 << 13
	exit4Delta  = 1 << 29
	enter4Delta = 1 << 17
	enter4ID    = 1 << 12
	enter6Delta = 1 << 25
	enter6ID    = 1 << 20
	enter8Delta = 1 << 29
)

// Definition records.
const (
	defFunction = 0
	defGo       = 1
	defTest     = 2
	defHeader   = 16 // u32 id, u8 kind, u8 0, u16 nameLen, u16 fileLen, u16 0, u32 line
)

// Minimum and maximum distance between two clock pairs of a slot, in ticks.
const (
	syncMin = 1 << 14
	syncMax = 1 << 28
)
