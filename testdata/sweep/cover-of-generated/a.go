package t01

//go:generate x
//line gram.y:10
func A(x int) int {
//line gram.y:12
	if x > 1 {
//line gram.y:20
		return func() int {
//line gram.y:5
			return 2
		}()
	}
	done := make(chan bool)
	/*line other.y:3:4*/ go func() { done <- true }()
	<-done
//line gram.y:30
	for i := 0; i < x; i++ { defer func() { _ = i
//line gram.y:11
	}() }
lab:
	for { switch { case x == 9: goto lab; default: break lab } }
	return 1
}
