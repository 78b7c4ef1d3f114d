package prose

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
)

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"Tom's aunt SAID: stop!":                "tom 's aunt said : stop !",
		"I'll, I'd, I'm, you've, they're":       "i 'll , i 'd , i 'm , you 've , they 're",
		"don't can't ain't":                     "do n't ca n't ai n't",
		"“Well”—he said…":                       `" well " -- he said ...`,
		"he--said -- so ---":                    "he -- said -- so ---",
		"Mr. Hook; St. Paul's (Fig. 3.)":        "mr. hook ; st. paul 's ( fig. 3 . )",
		"first. Mist.":                          "first . mist .",
		"'Tis so; stop 'em's cat":               "'tis so ; stop 'em 's cat",
		"'Tom said, 'so'":                       "' tom said , ' so '",
		"to-morrow, ting-a-ling- o'clock":       "to-morrow , ting-a-ling - o'clock",
		"1-1/2 of 6,000 at the 42d, 1/89000th.": "1-1/2 of 6,000 at the 42d , 1/89000th .",
		"Rays, &c. are AB/CD":                   "rays , &c. are ab / cd",
		"phænomena of ÆRAS, naïve cafe\u0301":   "phænomena of æras , naïve cafe\u0301",
		"the <unk> ran <eos> <3":                "the <unk> ran <eos> < 3",
		"":                                      "",
		" \n\t":                                 "",
	} {
		if got := strings.Join(Words(text), " "); got != want {
			t.Errorf("%q: got  %q\nwant %q", text, got, want)
		}
	}
}

func TestSentences(t *testing.T) {
	for _, want := range [][]string{
		{"One.", "Two!", "Three?!", "Four"},
		{`"Tom!"`, "No answer.", `"What's that?" said he.`},
		{"He left. so it went.", "He?"},
		{`"No, sir!"`, `"Go on."`},
		{"(It was so.)", "(Was it?)"},
		{"Mr. Hook and St. Paul, in Fig. 3. and Prop. IV.", "Then more."},
		{"At 3.5 degrees, or 2. it froze... and then"},
		{"Æras pass.", "Éclairs aren't."},
		{"It is I.", "You."},
	} {
		paragraph := strings.Join(want, "\n ")
		if got := Sentences(paragraph); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", paragraph, got, want)
		}
	}
	if got := Sentences("  "); got != nil {
		t.Errorf("no text has the sentences %q", got)
	}
}

// Nothing is lost but white space, capitals and typography; words have no
// white space in them; and taking words apart again changes nothing.
func FuzzProse(f *testing.F) {
	f.Add(`"Tom's aunt," he said. "Don't--'tis Mr. B. &c."`)
	f.Add("1-1/2 6,000 <unk> a.b'c-d")
	f.Add("’“—…\u00a0\u0301\xff")
	f.Fuzz(func(t *testing.T, text string) {
		letters := func(s string) string {
			return strings.Join(strings.Fields(strings.ToLower(typography.Replace(s))), "")
		}
		words := Words(text)
		if got, want := strings.Join(words, ""), letters(text); got != want {
			t.Errorf("%q: words %q", text, words)
		}
		for _, w := range words {
			if w == "" || strings.ContainsFunc(w, unicode.IsSpace) {
				t.Errorf("%q: word %q", text, w)
			}
		}
		sentences := Sentences(text)
		if got, want := letters(strings.Join(sentences, " ")), letters(text); got != want {
			t.Errorf("%q: sentences %q", text, sentences)
		}
	})
}

func ExampleWords() {
	fmt.Printf("%q\n", Words(`"Didn't Tom's aunt say so?"`))
	// Output: ["\"" "did" "n't" "tom" "'s" "aunt" "say" "so" "?" "\""]
}

func ExampleSentences() {
	for _, s := range Sentences(`"Tom!" No answer. What's gone with that boy, Mr. Jones?`) {
		fmt.Println(s)
	}
	// Output:
	// "Tom!"
	// No answer.
	// What's gone with that boy, Mr. Jones?
}
