package rt

// Times of day as text.

// copyTime writes a time in UTC such as 20261129T094155.123Z and returns its length.
// The date follows Howard Hinnant's civil_from_days.
//
//go:norace
func copyTime(to []byte, wall int64) int {
	ms := uint64(wall) / 1e6
	seconds := ms / 1000
	z := seconds/86400 + 719468
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day, month, year := doy-(153*mp+2)/5+1, mp+3, yoe+era*400
	if month > 12 {
		month -= 12
	}
	if month <= 2 {
		year++
	}
	n := copyDigits(to, year, 4)
	n += copyDigits(to[n:], month, 2)
	n += copyDigits(to[n:], day, 2)
	n += copyString(to[n:], "T")
	n += copyDigits(to[n:], seconds/3600%24, 2)
	n += copyDigits(to[n:], seconds/60%60, 2)
	n += copyDigits(to[n:], seconds%60, 2)
	n += copyString(to[n:], ".")
	n += copyDigits(to[n:], ms%1000, 3)
	return n + copyString(to[n:], "Z")
}

//go:norace
func copyDigits(to []byte, v uint64, digits int) int {
	for i := digits - 1; i >= 0; i-- {
		to[i] = byte('0' + v%10)
		v /= 10
	}
	return digits
}
