module arch

go 1.21
