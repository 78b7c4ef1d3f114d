package main

import (
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/data/text"
	"github.com/gorgonia-zoo/zoo/data/text/prose"
)

// read returns the ids of the prompt's words, after the end of a line before each
// of its lines, and the words that the model does not know. These are <unk> to it, and
// left out where it has none.
func (r *opened) read(prompt string) (ids []int, strange []string) {
	unknown, end := r.id(text.Unknown), r.id(text.End)
	add := func(id int) {
		if id >= 0 {
			ids = append(ids, id)
		}
	}
	for line := range strings.SplitSeq(prompt, "\n") {
		if len(ids) == 0 || ids[len(ids)-1] != end {
			add(end)
		}
		for _, w := range r.words(line) {
			id := r.id(w)
			if id < 0 {
				id = r.id(strings.ToLower(w))
			}
			if id < 0 {
				id = unknown
				if !slices.Contains(strange, w) {
					strange = append(strange, w)
				}
			}
			add(id)
		}
	}
	return ids, strange
}

// id returns a word's id, or -1 if it has none.
func (r *opened) id(word string) int {
	if id, ok := r.vocab.ID(word); ok {
		return id
	}
	return -1
}

// onlyMarks reports whether the vocabulary is <unk> and <eos>, or one of these.
func (r *opened) onlyMarks() bool {
	for id := range r.vocab.Len() {
		if w := r.vocab.Word(id); w != text.Unknown && w != text.End {
			return false
		}
	}
	return true
}

// words takes a line apart as the corpus was.
func (r *opened) words(line string) []string {
	if r.Corpus == classics {
		return prose.Words(line)
	}
	return strings.Fields(line)
}
