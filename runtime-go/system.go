package rt

// What package runtime exports, by way of package sys: see there why it is not
// imported here.

// callers is runtime.Callers; skip 0 stands for callers itself.
func callers(skip int, pcs []uintptr) int

// function returns name and entry of the function at pc, "" where there is
// none.
func function(pc uintptr) (name string, entry uintptr)

// fileLine returns the place of the instruction at, in the function at pc.
func fileLine(pc, at uintptr) (file string, line int)

// stack is runtime.Stack of this goroutine.
func stack(buf []byte) int

func gosched()

// goVersion is runtime.Version.
func goVersion() string

// platform is GOOS/GOARCH.
func platform() string
