package zzz

import "sweep/initialisation/reg"

var _ = reg.Add("zzz")

func init() { reg.Add("zzz init") }
