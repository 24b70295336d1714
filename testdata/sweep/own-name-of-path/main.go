package main

import (
	"fmt"
	"sweep/own-name-of-path/gotrace.internal/rt"
)

func main() { fmt.Println(rt.X()) }
