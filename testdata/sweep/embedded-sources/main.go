package main

import (
	"embed"
	"fmt"
)

//go:embed main.go sub/*.go
var sources embed.FS

//go:embed main.go
var source string

func main() {
	inner, _ := sources.ReadFile("sub/sub.go")
	fmt.Println(len(source), len(inner))
	fmt.Print(source, string(inner))
	go func() {}()
}
