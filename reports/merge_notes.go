package reports

import (
	"slices"
	"strings"
)

// mergedNotes are the BaselineNotes of parts for the report that is merged of them: one
// sentence about the peers that the same baseline does not have. What a part did not run
// another part may have run, so that each of those sentences says that it is about a part.
func mergedNotes(parts []*Report) (notes []string) {
	names := make(map[string][]string) // by what the baseline has
	for _, part := range parts {
		for _, note := range part.BaselineNotes {
			lacks, has, unknown := strings.Cut(note, itHas)
			lacks, ours := strings.CutPrefix(lacks, doesNotHave)
			switch {
			case unknown && ours:
				if names[has] == nil {
					notes = append(notes, has)
				}
				for name := range strings.SplitSeq(lacks, ", ") {
					if !slices.Contains(names[has], name) {
						names[has] = append(names[has], name)
					}
				}
				continue
			case len(parts) > 1 && strings.Contains(note, ofBaseline) && !strings.HasPrefix(note, inPart):
				note = inPart + note
			}
			if !slices.Contains(notes, note) {
				notes = append(notes, note)
			}
		}
	}
	for i, has := range notes {
		if lacks := names[has]; lacks != nil {
			notes[i] = doesNotHave + strings.Join(lacks, ", ") + itHas + has
		}
	}
	return notes
}

const inPart = "In one of the merged reports, "
