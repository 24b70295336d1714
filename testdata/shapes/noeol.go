package main

func noeol() { func() { say("noeol") }() } // no newline