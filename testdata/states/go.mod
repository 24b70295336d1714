module states

go 1.22
