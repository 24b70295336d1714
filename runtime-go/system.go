package rt

// Functions of package runtime, which package sys defines for this package; its
// comment says why runtime is not imported here.

// callers is runtime.Callers; skip 0 stands for callers itself.
func callers(skip int, pcs []uintptr) int

// function returns the name and entry of the function at pc; "" and 0 if there is
// no function.
func function(pc uintptr) (name string, entry uintptr)

// fileLine returns the source position of the instruction at, which lies in the
// function at pc.
func fileLine(pc, at uintptr) (file string, line int)

// stack is runtime.Stack of this goroutine.
func stack(buf []byte) int

func gosched()

// goVersion is runtime.Version.
func goVersion() string

// platform is GOOS/GOARCH.
func platform() string
