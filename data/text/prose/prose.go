// Package prose takes English text apart into sentences and words, as language
// models read it: in lower case, punctuation split off.
//
// It prepared the classics, package text's own corpus, and puts a prompt into
// the words of a model. It knows what occurs in such text and no more: it
// takes an initial (J. Smith) for the end of a sentence.
package prose

import (
	"regexp"
	"strings"
)

// abbreviations end with a full stop that does not end a sentence.
const abbreviations = `mrs?|ms|dr|st|messrs|prof|rev|gen|col|capt|figs?|degr?|min|gr|props?|obs|exper|qu|quest|sect|cas|vol|viz|vs`

var (
	// A word is the first of these that fits.
	token = regexp.MustCompile(strings.Join([]string{
		`<\pL+>`,    // <eos>, <unk>
		`--+|\.\.+`, // dashes, dots
		`&c\.?`,     // et cetera
		`(?:` + abbreviations + `)\.`,
		`'a'|'(?:tis|twas|twill|twould|tain't|em|bout|deed|nuff|pears|tother|s|d|ll)\b`, // begin with an apostrophe
		`\pN+(?:[-.,/]\pN+)*[\pL\pN]*`, // 1-1/2, 6,000, 42d
		`\pL[\pL\pM\pN]*(?:['-][\pL\pN][\pL\pM\pN]*)*`,
		`[^ ]`,
	}, "|"))

	short = regexp.MustCompile(`^(.+?)(n't|'(?:s|d|m|ll|re|ve))$`) // for not, is, would, am, …

	typography = strings.NewReplacer("’", "'", "‘", "'", "“", `"`, "”", `"`, "—", "--", "…", "...")
)

// Words returns the words of a text:
//
//	"Didn't Tom's aunt say so?"   →   " did n't tom 's aunt say so ? "
//
// What stands for a word of its own is split off, as in the Penn Treebank
// (Marcus, Santorini, Marcinkiewicz, 1993). A full stop stays with an
// abbreviation, an apostrophe with a word that begins with it, as 'tis.
func Words(text string) []string {
	var words []string
	for _, w := range token.FindAllString(strings.ToLower(plain(text)), -1) {
		if parts := short.FindStringSubmatch(w); parts != nil {
			words = append(words, parts[1:]...)
			continue
		}
		words = append(words, w)
	}
	return words
}

var (
	stop  = regexp.MustCompile(`([.!?]+["')]*) ["'(]*\p{Lu}`)
	brief = regexp.MustCompile(`(?i)(?:^|[^\pL])(?:` + abbreviations + `)$`)
)

// Sentences cuts a paragraph after each stop, question or exclamation mark
// that a capital letter follows, with the quotation marks and parentheses that
// belong to it. It writes white space as single spaces.
func Sentences(paragraph string) []string {
	var sentences []string
	paragraph = plain(paragraph)
	start := 0
	for _, at := range stop.FindAllStringSubmatchIndex(paragraph, -1) {
		mark, end := at[2], at[3]
		word := paragraph[start:mark]
		word = word[strings.LastIndexByte(word, ' ')+1:]
		if paragraph[mark:end] == "." && brief.MatchString(word) {
			continue
		}
		sentences = append(sentences, paragraph[start:end])
		start = end + 1
	}
	if start < len(paragraph) {
		sentences = append(sentences, paragraph[start:])
	}
	return sentences
}

// plain writes a typewriter's marks, and white space as single spaces.
func plain(text string) string { return strings.Join(strings.Fields(typography.Replace(text)), " ") }
