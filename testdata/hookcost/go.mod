module hookcost

go 1.21
