package labels

// Labels, goto and go statements behind labels, counted (go.dev/issue/16624, 28319).
func Count(n int) (sum int) {
	done := make(chan int, 8)
again:
	go func() { done <- 1 }()
	sum += <-done
	if n--; n > 0 {
		goto again
	}
outer:
	for i := 0; ; i++ {
		switch {
		case i > 3:
			break outer
		case i%2 == 0:
			continue outer
		default:
			select {
			case done <- i:
			default:
			}
		}
		sum += <-done
	}
	func() {
		defer func() { sum++ }()
	end:
		for {
			break end
		}
	}()
	return
}

func never() { go never(); defer never() }
