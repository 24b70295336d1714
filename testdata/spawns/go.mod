module spawns

go 1.21
