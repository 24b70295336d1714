// Package cart adds up what is in a shopping cart.
package cart

import "example.com/shop/db"

// Total is the price of all articles in a cart.
func Total(d *db.DB, ids []int) int {
	total := 0
	for _, id := range ids {
		total += d.Query(id)[0]
	}
	return total
}
