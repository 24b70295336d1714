module sweepcheck

go 1.21
