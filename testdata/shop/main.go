// A shop: an HTTP server, and a client that sends it requests.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
	"runtime/trace"
	"strconv"
	"sync"

	"example.com/shop/cart"
	"example.com/shop/db"
)

type server struct{ db *db.DB }

// cart answers /cart?articles=N.
func (s *server) cart(w http.ResponseWriter, r *http.Request) {
	ctx, task := trace.NewTask(r.Context(), "request")
	defer task.End()
	articles, _ := strconv.Atoi(r.FormValue("articles"))
	trace.Logf(ctx, "articles", "%d", articles)
	ids := make([]int, articles)
	for i := range ids {
		ids[i] = i + 1
	}
	fmt.Fprintln(w, cart.Total(s.db, ids))
}

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address")
	requests := flag.Int("requests", 8, "send this many requests at a time")
	serve := flag.Bool("serve", false, "serve and send forever")
	flag.Parse()
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	s := &server{db: db.Open()}
	http.HandleFunc("/cart", s.cart)
	go http.Serve(listener, nil)
	for again := true; again; again = *serve {
		send("http://"+listener.Addr().String(), *requests)
	}
}

// send asks for carts of one article, and for one that is large.
func send(address string, requests int) {
	var group sync.WaitGroup
	for i := 1; i <= requests; i++ {
		articles := 1
		if i == requests {
			articles = 40
		}
		group.Add(1)
		go func() {
			defer group.Done()
			get(fmt.Sprintf("%s/cart?articles=%d", address, articles))
		}()
	}
	group.Wait()
}

func get(url string) {
	response, err := http.Get(url)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	io.Copy(io.Discard, response.Body)
}
