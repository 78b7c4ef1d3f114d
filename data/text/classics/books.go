package main

import (
	"regexp"
	"strings"
)

var (
	newtonNote = regexp.MustCompile(`^\[[A-Z]\]`) // at the end of a part
	newtonHead = regexp.MustCompile(`^(?:DEFIN|AX|PROP|PART|Exper|Obs|Qu|Quest|Query)\b\.? ?(?:\d+\.?)? *`)
	newtonLead = regexp.MustCompile(`^(?:Illustration|Cas\. \d+|\d+)\. *`)
	twainNote  = regexp.MustCompile(`^\[\*`)

	greek   = regexp.MustCompile(`\[Greek: ([^\]]*)\]`) // letters of figures, in ours
	aside   = regexp.MustCompile(`\[[^\]]*\]`)          // [Illustration: …], [in Fig. 2.], references
	capital = regexp.MustCompile(`^[^\p{Ll}]*$`)
)

// newtonSections cuts the Opticks at its definitions, axioms, propositions,
// experiments, observations and questions, and drops headings, tables and the
// printer's notes.
func newtonSections(book string) []section {
	_, book, _ = strings.Cut(book, "THE FIRST BOOK OF OPTICKS") // what comes before is the publisher's
	sections := []section{nil}
	for _, p := range paragraphs(book) {
		if newtonNote.MatchString(p) || strings.Contains(p, "|") {
			continue
		}
		p = plain(p)
		if head := newtonHead.FindString(p); head != "" {
			sections = append(sections, nil)
			p = strings.TrimPrefix(p, head)
		}
		p = newtonLead.ReplaceAllString(p, "")
		if !capital.MatchString(p) {
			last := &sections[len(sections)-1]
			*last = append(*last, p)
		}
	}
	return filled(sections)
}

// twainSections cuts Tom Sawyer at its chapters, and drops headings and
// notes. The preface is not in it.
func twainSections(book string) []section {
	_, book, _ = strings.Cut(book, "CHAPTER I\n")
	book, _, _ = strings.Cut(book, "End of the Project")
	sections := []section{nil}
	for _, p := range paragraphs(book) {
		last := &sections[len(sections)-1]
		switch {
		case strings.HasPrefix(p, "CHAPTER ") || p == "CONCLUSION":
			sections = append(sections, nil)
		case twainNote.MatchString(p):
		default:
			if p = plain(p); p != "" {
				*last = append(*last, p)
			}
		}
	}
	return filled(sections)
}

// paragraphs returns what blank lines separate, each on one line.
func paragraphs(book string) []string {
	var ps []string
	for _, p := range strings.Split(book, "\n\n") {
		if p = strings.Join(strings.Fields(p), " "); p != "" {
			ps = append(ps, p)
		}
	}
	return ps
}

// plain strips what transcribers put in: _italics_, *, and what is in brackets.
func plain(p string) string {
	p = greek.ReplaceAllString(p, "$1")
	p = aside.ReplaceAllString(p, "")
	return strings.Join(strings.Fields(strings.NewReplacer("_", "", "*", "").Replace(p)), " ")
}

// filled returns the sections that hold something.
func filled(sections []section) []section {
	var some []section
	for _, s := range sections {
		if len(s) > 0 {
			some = append(some, s)
		}
	}
	return some
}
