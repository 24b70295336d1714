module gotrace.example/traceagent

go 1.21
