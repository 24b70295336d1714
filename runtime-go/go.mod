module gotrace.internal/rt

go 1.16
