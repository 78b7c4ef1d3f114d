package fetch_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/gorgonia-zoo/zoo/data/fetch"
)

func ExampleFile() {
	dir, err := os.MkdirTemp("", "fetch")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	dead := httptest.NewServer(http.NotFoundHandler())
	defer dead.Close()
	mirror := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "abc") }))
	defer mirror.Close()

	path := filepath.Join(dir, "abc.txt")
	const sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // of "abc", FIPS 180-2
	if err := fetch.File(context.Background(), path, sum, dead.URL+"/abc.txt", mirror.URL+"/abc.txt"); err != nil {
		fmt.Println(err)
		return
	}
	text, err := os.ReadFile(path)
	fmt.Println(string(text), err)
	// Output: abc <nil>
}
