// All files import "C" (go.dev/issue/66142).
package main

// typedef int (*fn)(int);
// static int twice(int n) { return 2 * n; }
import "C"

type number C.int

func (n number) twice() number { return number(C.twice(C.int(n))) }

func main() {
	go func() {}()
	defer func() { println(recover() == nil) }()
	println(number(4).twice())
}
