package command

import (
	"cmp"
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
that several campaigns have is there once, and of scripts on which the server did the same,
the shortest. A DIR is what wsspec fuzz --out or --corpus wrote, or a pattern of such folders or
of their report.json.

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
	dirs, err := expanded(dirs)
	if err != nil {
		return err
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
	if parts, err = m.chosen(parts); err != nil {
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

// A corpusScript is a script that is merged.
type corpusScript struct {
	path, signature string
	size            int64
}

// mergeCorpora copies the scripts of corpora. Of those on which the server did the same, it takes
// the shortest, and none if one is there already.
func (m *fuzzMerge) mergeCorpora(dirs []string, stderr io.Writer) (n int, err error) {
	to := filepath.Join(m.out, corpusFolder)
	seen := make(map[string]bool)
	if isCorpus(to) {
		there, err := corpusScripts(to, stderr)
		if err != nil {
			return 0, err
		}
		n = len(there)
		for _, s := range there {
			seen[s.key()] = true
		}
	}
	var all []corpusScript
	for _, dir := range dirs {
		scripts, err := corpusScripts(dir, stderr)
		if err != nil {
			return n, err
		}
		all = append(all, scripts...)
	}
	slices.SortStableFunc(all, func(a, b corpusScript) int {
		return cmp.Or(cmp.Compare(a.size, b.size), cmp.Compare(filepath.Base(a.path), filepath.Base(b.path)))
	})
	for _, s := range all {
		if seen[s.key()] {
			continue
		}
		seen[s.key()] = true
		if err := copyFile(s.path, filepath.Join(to, filepath.Base(s.path))); err != nil {
			return n, fmt.Errorf("cannot copy a script: %w", err)
		}
		n++
	}
	return n, nil
}

// key is what two scripts share of which one is enough: files have the hashes of their contents
// as names.
func (s corpusScript) key() string { return cmp.Or(s.signature, filepath.Base(s.path)) }

// corpusScripts are the scripts in a folder. What is none is named on stderr.
func corpusScripts(dir string, stderr io.Writer) (out []corpusScript, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		s, why := readCorpusScript(path)
		if why != nil {
			fmt.Fprintf(stderr, "%s is passed over: %v\n", path, why)
			continue
		}
		out = append(out, s)
	}
	return out, nil
}

// readCorpusScript reads a script. The error says why the file is none.
func readCorpusScript(path string) (s corpusScript, err error) {
	if !strings.HasSuffix(path, network.ScriptFile) {
		return s, fmt.Errorf("its name does not end in %s", network.ScriptFile)
	}
	file, err := os.Open(path)
	if err != nil {
		return s, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return s, err
	}
	signature, err := network.ScriptSignature(file)
	return corpusScript{path, signature, info.Size()}, err
}

// expanded are folders, with patterns such as reports/*/report.json expanded: a report stands for
// its folder. It is for callers without a shell.
func expanded(args []string) (dirs []string, err error) {
	for _, arg := range args {
		found := []string{arg}
		if _, err := os.Stat(arg); err != nil && strings.ContainsAny(arg, "*?[") {
			if found, err = filepath.Glob(arg); err != nil || len(found) == 0 {
				return nil, usage("%s: there is no such file or folder", arg)
			}
		}
		for _, path := range found {
			if filepath.Base(path) == reports.JSONForm.File {
				path = filepath.Dir(path)
			}
			dirs = append(dirs, path)
		}
	}
	return dirs, nil
}
