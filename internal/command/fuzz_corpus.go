package command

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/wsspec/wsspec/fuzz/network"
	"github.com/wsspec/wsspec/ref/wire"
)

// corpusFlags say where a campaign keeps scripts for the next one.
type corpusFlags struct{ corpora []string }

func (c *corpusFlags) addCorpus(f *pflag.FlagSet) {
	f.StringArrayVar(&c.corpora, "corpus", nil, "play the scripts in this `DIR` too, add those that make the server do something new, and drop those that do not (repeatable: the further ones are only read)")
}

// openCorpus reads the corpus, nil if none is wanted. It says on stderr which files it passes
// over.
func (c *corpusFlags) openCorpus(role wire.Role, stderr io.Writer) (*network.Corpus, error) {
	if len(c.corpora) == 0 {
		return nil, nil
	}
	passedOver := func(path string, why error) {
		fmt.Fprintf(stderr, "--corpus: %s is passed over: %v\n", path, why)
	}
	corpus, err := network.OpenCorpus(filepath.Clean(c.corpora[0]), role, passedOver)
	if err != nil {
		return nil, usage("--corpus: %w", err)
	}
	for _, dir := range c.corpora[1:] {
		if err := corpus.Read(filepath.Clean(dir), passedOver); err != nil {
			return nil, usage("--corpus: %w", err)
		}
	}
	return corpus, nil
}
