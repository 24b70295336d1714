package main

func before() {}

//line other.y:100
func directives() { before(); say("lines %s", lines()); where()
	func() { where() }()
//line third.y:7:3
	func() { where(); func() { where() }() }()
	/*line fourth.y:9:1*/func() { where() }(); /*line :20:5*/func() { where() }()
	where()
}

func where() {
	_, file, line, _ := callerOf()
	say("%s:%d", file, line)
}
