package main

func bom() { say("bom") }
func größe() { ü := make(chan string); go func(ß string) { ü <- ß }("größe — 世界"); say(<-ü) }
