package main

var early = note("in another file, after " + third0)

func init() { note("init 3") }
