module example.com/agentload

go 1.21
