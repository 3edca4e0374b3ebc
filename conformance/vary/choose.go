package vary

import (
	"fmt"
	"slices"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// Choose applies a selection to cases. Patterns of the selection that name a variant, such
// as 3.2+cut@3, choose that one for peers of that role; the case has to be named whole.
// The chosen cases come first, and then the variants.
func Choose(s script.Selection, cases []*script.Case, role wire.Role) ([]*script.Case, error) {
	var variants []*script.Case
	plain := s
	plain.Run = nil
	for _, p := range s.Run {
		base, shape, ok := CutID(p)
		if !ok {
			plain.Run = append(plain.Run, p)
			continue
		}
		i := slices.IndexFunc(cases, func(c *script.Case) bool { return c.ID == base })
		if i < 0 {
			_, err := script.Selection{Run: []string{base}}.Select(cases)
			if err == nil {
				err = fmt.Errorf("--run %s: a variant is named by the whole id of its case", p)
			}
			return nil, err
		}
		v, err := Make(cases[i], role, shape)
		if err != nil {
			return nil, fmt.Errorf("--run %s: %w", p, err)
		}
		if !slices.ContainsFunc(variants, func(c *script.Case) bool { return c.ID == v.Case.ID }) {
			variants = append(variants, v.Case)
		}
	}
	if len(variants) > 0 && len(plain.Run) == 0 {
		return variants, nil
	}
	chosen, err := plain.Select(cases)
	return append(slices.Clone(chosen), variants...), err
}
