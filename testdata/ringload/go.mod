module example.com/ringload

go 1.21
