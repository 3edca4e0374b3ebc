package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/fuzz/network"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/forms"
)

// A fuzzMerge merges what campaigns wrote.
type fuzzMerge struct {
	out             string
	partial, latest bool
}

func newFuzzMerge() *cobra.Command {
	var m fuzzMerge
	cmd := &cobra.Command{
		Use:   "merge DIR... --out DIR",
		Short: "Merge what several campaigns found",
		Long: `Merge the reports and findings of several campaigns on one server, and corpora. A finding
that several campaigns have is there once. A DIR is what wsspec fuzz --out or --corpus wrote.

Of the shards of a campaign (--shard 2/4), each has to be there once, and to have come to
its end. --partial lets shards be missing or incomplete, and --latest lets them be there
more than once. Files that are no scripts of a corpus are named and passed over.`,
		Example: `  wsspec fuzz merge report/shard-*-of-4 --out report/all
  wsspec fuzz merge monday tuesday corpus-of-monday corpus-of-tuesday --out week`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("merge which folders? For example: wsspec fuzz merge report/shard-*-of-4 --out report/all")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return m.merge(args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVar(&m.out, "out", "", "write findings, corpus, report.json, index.html and junit.xml into this `DIR`")
	cmd.Flags().BoolVar(&m.partial, "partial", false, "allow shards to be missing or incomplete")
	cmd.Flags().BoolVar(&m.latest, "latest", false, "allow shards to be there more than once: the campaign that began last and came to its end counts")
	return cmd
}

func (m *fuzzMerge) merge(dirs []string, stdout, stderr io.Writer) error {
	if m.out == "" {
		return usage("--out: into which folder?")
	}
	if err := m.checkOut(dirs); err != nil {
		return err
	}
	var parts []*campaignPart
	var corpora []string
	for _, dir := range dirs {
		if isCorpus(dir) {
			corpora = append(corpora, dir)
			continue
		}
		part, err := readCampaign(dir)
		if err != nil {
			return err
		}
		parts = append(parts, part)
		if own := filepath.Join(dir, corpusFolder); isCorpus(own) {
			corpora = append(corpora, own)
		}
	}
	parts, err := m.chosen(parts)
	if err != nil {
		return mergeRefused(err)
	}
	if len(parts) > 0 {
		report, err := mergedCampaigns(parts)
		if err != nil {
			return mergeRefused(err)
		}
		if err := m.writeFindings(parts, report); err != nil {
			return couldNot(err)
		}
		if err := forms.WriteFolder(m.out, report); err != nil {
			return couldNot(fmt.Errorf("cannot write the report: %w", err))
		}
		for _, a := range report.Summary.Agents {
			fmt.Fprintf(stderr, "%s as a %s: %s\n", a.Agent, a.Role, tally(a.Verdicts))
		}
		fmt.Fprintf(stdout, "%d campaigns: %s\n", len(parts), filepath.Join(m.out, reports.JSONForm.File))
	}
	if len(corpora) > 0 {
		n, err := m.mergeCorpora(corpora, stderr)
		if err != nil {
			return couldNot(err)
		}
		fmt.Fprintf(stdout, "%d corpora: %d scripts in %s\n", len(corpora), n, filepath.Join(m.out, corpusFolder))
	}
	return nil
}

// mergeRefused is the error of a merge that is refused.
func mergeRefused(err error) error {
	_, err = asUsage(nil, err)
	return err
}

// checkOut reports whether a merge can be written without replacing what is merged, or files
// of somebody else.
func (m *fuzzMerge) checkOut(dirs []string) error {
	if out, err := os.Stat(m.out); err == nil {
		for _, dir := range dirs {
			if info, err := os.Stat(dir); err == nil && os.SameFile(out, info) {
				return usage("--out %s: it is one of the folders that are merged", m.out)
			}
		}
	}
	if err := errors.Join(canWrite(m.out), checkOwn(m.out)); err != nil {
		return couldNot(fmt.Errorf("cannot write into %s: %w", m.out, err))
	}
	return nil
}

// writeFindings copies the files of each finding of the merged report.
func (m *fuzzMerge) writeFindings(parts []*campaignPart, report *reports.Report) error {
	for i := range report.Results {
		res := &report.Results[i]
		if !res.IsFinding() {
			continue
		}
		at := slices.IndexFunc(parts, func(p *campaignPart) bool { return p.has(res.ID) })
		name := strings.TrimPrefix(res.ID, "fuzz/")
		for _, suffix := range []string{".jsonl", "_test.go", pcapngSuffix} {
			from := filepath.Join(parts[at].dir, reports.FindingsFolder, name+suffix)
			err := copyFile(from, filepath.Join(m.out, reports.FindingsFolder, name+suffix))
			if err != nil && !(errors.Is(err, os.ErrNotExist) && suffix != ".jsonl") {
				return fmt.Errorf("cannot copy a finding: %w", err)
			}
		}
	}
	return nil
}

func copyFile(from, to string) error {
	file, err := os.Open(from)
	if err != nil {
		return err
	}
	defer file.Close()
	return reports.ReplaceFile(to, func(w io.Writer) error {
		_, err := io.Copy(w, file)
		return err
	})
}

// corpusFolder is the folder of a merged corpus.
const corpusFolder = "corpus"

// isCorpus reports whether a folder has scripts of a corpus.
func isCorpus(dir string) bool {
	files, err := filepath.Glob(filepath.Join(dir, "*"+network.ScriptFile))
	return err == nil && len(files) > 0
}

// mergeCorpora copies the scripts of corpora, each once: files have the hashes of their contents
// as names.
func (m *fuzzMerge) mergeCorpora(dirs []string, stderr io.Writer) (n int, err error) {
	seen := make(map[string]bool)
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return n, err
		}
		for _, e := range entries {
			from := filepath.Join(dir, e.Name())
			if why := noScript(from); why != nil {
				fmt.Fprintf(stderr, "%s is passed over: %v\n", from, why)
				continue
			}
			if err := copyFile(from, filepath.Join(m.out, corpusFolder, e.Name())); err != nil {
				return n, fmt.Errorf("cannot copy a script: %w", err)
			}
			if !seen[e.Name()] {
				seen[e.Name()] = true
				n++
			}
		}
	}
	return n, nil
}

// noScript says why a file is no script of a corpus.
func noScript(path string) error {
	if !strings.HasSuffix(path, network.ScriptFile) {
		return fmt.Errorf("its name does not end in %s", network.ScriptFile)
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, _, err = network.ReadScript(file)
	return err
}
