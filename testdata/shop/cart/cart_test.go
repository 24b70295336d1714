package cart

import (
	"testing"

	"example.com/shop/db"
)

func TestTotal(t *testing.T) {
	d := db.Open()
	t.Run("empty", func(t *testing.T) { check(t, d, nil, 0) })
	t.Run("five", func(t *testing.T) { check(t, d, []int{1, 2, 3, 4, 5}, 150) })
}

func check(t *testing.T, d *db.DB, ids []int, want int) {
	if got := Total(d, ids); got != want {
		t.Errorf("Total(%v) = %d, want %d", ids, got, want)
	}
}
