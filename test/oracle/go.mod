// Below golang.org/x/exp/trace, so that its internal tools (text to binary) can be imported.
module golang.org/x/exp/trace/oracle

go 1.26.0

require golang.org/x/exp v0.0.0-20260908205506-85c1c2202aba
