// Spawns starts goroutines in all ways. Each started function is named after the frame that it must hang under.
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/pprof"
	"sync"
	"time"
)

var wg sync.WaitGroup

func main() {
	plain()
	twoFrames()
	arguments()
	nested()
	methods()
	labelled()
	panicking()
	wg.Wait()
	afterFunc()
	server()
}

func leaf() { time.Sleep(100 * time.Microsecond) }

// plain

func plain() {
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go underPlain()
	}
	leaf()
}

func underPlain() { defer wg.Done(); leaf() }

// The same go statement in two frames of one path, and two go statements in one frame.

func twoFrames() { first(); second() }
func first()     { start(underFirst) }
func second()    { start(underSecond) }

func start(f func()) {
	wg.Add(2)
	go f()
	go func() { defer wg.Done(); underStart() }()
}

func underFirst()  { defer wg.Done(); leaf() }
func underSecond() { defer wg.Done(); leaf() }
func underStart()  { leaf() }

// Arguments are evaluated by the goroutine that says go, at that moment; evaluating them may start goroutines too.

func arguments() {
	value := 1
	wg.Add(2)
	go underArguments(value, evaluate(&value))
	value = 100
}

func evaluate(value *int) int {
	go underEvaluate()
	*value = 2
	return *value
}

func underEvaluate() { defer wg.Done(); leaf() }

func underArguments(a, b int) {
	defer wg.Done()
	fmt.Println("arguments:", a, b)
}

// Goroutines that start goroutines, and one that its parent does not outlive.

func nested() {
	wg.Add(1)
	go underNested()
}

func underNested() {
	wg.Add(1)
	go underUnderNested()
	wg.Done()
}

func underUnderNested() { defer wg.Done(); leaf(); leaf() }

// Methods, method values, function values, built-in functions, go statements after a label and in one line.

type worker struct{ n int }

func (w *worker) underMethods()     { defer wg.Done(); leaf() }
func (w worker) underMethodsValue() { defer wg.Done(); leaf() }

func methods() {
	w := &worker{}
	wg.Add(3)
	go w.underMethods()
	bound := w.underMethodsValue
label:
	go bound()
	if w.n == 0 { w.n++; go w.underMethods() }
	if w.n < 0 {
		goto label
	}
}

// Profiler labels are the user's own, in parent and child.

func labelled() {
	pprof.Do(context.Background(), pprof.Labels("who", "me"), func(ctx context.Context) {
		wg.Add(1)
		go underLabelled(ctx)
		wg.Add(1)
		go func() { defer wg.Done(); fmt.Println("child labelled:", carries("who")) }()
		wg.Wait()
		fmt.Println("parent labelled:", carries("who"))
	})
	fmt.Println("labelled after:", carries("who"))
}

func underLabelled(ctx context.Context) {
	defer wg.Done()
	value, _ := pprof.Label(ctx, "who")
	fmt.Println("context label:", value)
}

// A panic while the arguments are evaluated: no goroutine is started, and the next one hangs under its own frame.

func panicking() {
	func() {
		defer func() { recover() }()
		go underLabelled(throws())
	}()
	afterPanic()
}

func throws() context.Context { panic("no goroutine") }

func afterPanic() {
	wg.Add(1)
	go underAfterPanic()
}

func underAfterPanic() { defer wg.Done(); leaf() }

// Started by the standard library on the module's behalf.

func afterFunc() {
	done := make(chan bool)
	time.AfterFunc(time.Millisecond, func() {
		underAfterFunc()
		pcs := make([]uintptr, 10)
		frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
		for more := true; more; {
			var frame runtime.Frame
			frame, more = frames.Next()
			fmt.Println("frame:", frame.Function)
		}
		done <- true
	})
	<-done
	var none func()
	time.AfterFunc(time.Hour, none).Stop()
	timer := time.AfterFunc(time.Hour, func() { underReset(); done <- true })
	for i := 0; i < 2; i++ {
		timer.Reset(time.Microsecond)
		<-done
	}
}

func underReset() { leaf() }

func underAfterFunc() { leaf() }

func server() {
	s := httptest.NewServer(http.HandlerFunc(handler))
	defer s.Close()
	for i := 0; i < 3; i++ {
		response, err := http.Get(s.URL)
		if err != nil {
			panic(err)
		}
		response.Body.Close()
	}
}

func handler(w http.ResponseWriter, r *http.Request) { leaf() }
