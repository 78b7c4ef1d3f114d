package text

import (
	"cmp"
	"iter"
	"slices"
	"unicode"
	"unicode/utf8"
)

// tokens yields the words of a text and the lines that they are in, counted
// from 1. White space separates words; each line end is a word too.
func tokens(text []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		line, start := 1, -1 // start of the word at hand, if any
		end := []byte(End)
		for i := 0; i < len(text); {
			r, size := rune(text[i]), 1
			if r >= utf8.RuneSelf {
				r, size = utf8.DecodeRune(text[i:])
			}
			space := unicode.IsSpace(r)
			switch {
			case !space && start < 0:
				start = i
			case space && start >= 0:
				if !yield(line, text[start:i]) {
					return
				}
				start = -1
			}
			if r == '\n' {
				if !yield(line, end) {
					return
				}
				line++
			}
			i += size
		}
		if start >= 0 {
			yield(line, text[start:])
		}
	}
}

// number gives ids to the words of a text, by falling count and among equals
// by code point. It returns the text in ids, and the vocabulary.
func number(text []byte) ([]int, *Vocab) {
	type entry struct {
		word         string
		count, place int // place among the words in the order of the text
	}
	var (
		entries []entry
		places  = map[string]int{}
		ids     []int // first the places of words, then their ids
	)
	for _, w := range tokens(text) {
		place, ok := places[string(w)]
		if !ok {
			place = len(entries)
			places[string(w)] = place
			entries = append(entries, entry{word: string(w), place: place})
		}
		entries[place].count++
		ids = append(ids, place)
	}
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.word, b.word))
	})
	words, at := make([]string, len(entries)), make([]int, len(entries))
	for id, e := range entries {
		words[id], at[e.place] = e.word, id
	}
	for i, place := range ids {
		ids[i] = at[place]
	}
	return ids, newVocab(words)
}

// lookUp puts a text into ids. If a word has none, and there is no [Unknown] to
// stand for it, it returns that word and its line.
func lookUp(text []byte, v *Vocab) (ids []int, missing string, line int) {
	unknown, some := v.ids[Unknown]
	for line, w := range tokens(text) {
		id, ok := v.ids[string(w)]
		if !ok {
			if !some {
				return nil, string(w), line
			}
			id = unknown
		}
		ids = append(ids, id)
	}
	return ids, "", 0
}
