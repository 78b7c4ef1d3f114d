// Command classics writes classics.txt.gz, the corpus that package text carries,
// from two books: Isaac Newton's Opticks, which is in Go's source tree, and Mark
// Twain's The Adventures of Tom Sawyer, which is in a Go module.
//
//	go generate ./data/text
//
// It cuts each book into sections, numbered from 1: every tenth goes to the
// validation part, the next one to the test part, the others to the training
// part. A line is a sentence, in words as package prose makes them; a word that
// occurs fewer than three times in the training part is <unk> in all parts.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/gorgonia-zoo/zoo/data/text/prose"
)

const (
	unknown = "<unk>" // not text.Unknown: package text can't do without the file that this writes
	known   = 3       // occurrences in the training part that keep a word from being unknown
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "classics:", err)
		os.Exit(1)
	}
}

// run writes the corpus to the file that args name.
func run(ctx context.Context, args []string, stdout io.Writer) error {
	if len(args) != 1 {
		return fmt.Errorf("%d arguments; give the file to write", len(args))
	}
	opticks, err := newton.read(ctx)
	if err != nil {
		return err
	}
	sawyer, err := twain.read(ctx)
	if err != nil {
		return err
	}
	parts := deal(newtonSections(opticks), twainSections(sawyer))
	spare(&parts)
	wrote, err := write(args[0], parts)
	for i, p := range parts {
		if err == nil && wrote {
			fmt.Fprintf(stdout, "%s: %d sentences\n", names[i], len(p))
		}
	}
	return err
}

// A section is some paragraphs of a book.
type section []string

// A part is some sentences, word by word.
type part [][]string

// deal sends the sections of each book to the three parts, in order.
func deal(books ...[]section) (parts [3]part) {
	for _, book := range books {
		for i, s := range book {
			to := 0
			switch number := i + 1; {
			case number%10 == 0:
				to = 1
			case number%10 == 1 && number > 1:
				to = 2
			}
			for _, paragraph := range s {
				for _, sentence := range prose.Sentences(paragraph) {
					parts[to] = append(parts[to], prose.Words(sentence))
				}
			}
		}
	}
	return parts
}

// spare puts <unk> for words that are rare in the first part.
func spare(parts *[3]part) {
	count := map[string]int{}
	for _, sentence := range parts[0] {
		for _, w := range sentence {
			count[w]++
		}
	}
	for _, p := range parts {
		for _, sentence := range p {
			for i, w := range sentence {
				if count[w] < known {
					sentence[i] = unknown
				}
			}
		}
	}
}

// lines writes a part, a sentence a line.
func (p part) lines() string {
	var b strings.Builder
	for _, sentence := range p {
		b.WriteString(strings.Join(sentence, " "))
		b.WriteByte('\n')
	}
	return b.String()
}
