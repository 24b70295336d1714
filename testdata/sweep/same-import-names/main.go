package main

import (
	"fmt"
	htemplate "html/template"
	"os"
	"text/template"

	. "strings"
	_ "embed"

	"sweep/same-import-names/codes"
	"sweep/same-import-names/redis-v9"
)

type Box[T interface{ ~int | ~string }] struct{ v []T }


func main() {
	codes := codes.OK()
	fmt.Println(codes, redis.Name(), ToUpper("x"))
	template.Must(template.New("a").Parse("<{{.}}>\n")).Execute(os.Stdout, "<b>")
	htemplate.Must(htemplate.New("a").Parse("<{{.}}>\n")).Execute(os.Stdout, "<b>")
	b := &Box[int]{}
	b.Add(3)
	fmt.Println(b.Get())
}
