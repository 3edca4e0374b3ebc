package vary

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Shape is what is done to a case: one transform or several, one after the other. It
// is written as in ids: "cut@3", "after@text+octets".
type Shape string

// A Variant is a case in another shape.
type Variant struct {
	// Case is the varied case. Its id is that of the case with the shape behind a +.
	Case *script.Case
	// Of is the case as it is in the catalogue.
	Of    *script.Case
	Shape Shape
	// When completes a sentence that begins with "fails": "when cut after octet 3".
	When string
}

// A transform changes a case.
type transform struct {
	name string
	// shapes lists the arguments that fit a case, the simplest first.
	shapes func(*subject) []shaped
	// apply changes the script, and says what it did. It returns false if the argument
	// does not fit the case.
	apply func(s *subject, arg string) (changed script.Script, when string, ok bool)
}

// A shaped is an argument of a transform.
type shaped struct {
	arg string
	// place says in words what the argument is about. The covering selection plays each
	// place with each kind of case.
	place string
	// fine: the kind of a case matters little there, so that it is enough to play the
	// place with each class of answer.
	fine bool
	// rare: the argument is one of so many that it is played with one case of a kind, and
	// never with all.
	rare bool
	// long: the list of arguments is so long that the covering selection plays them only
	// with cases that ask for answers.
	long bool
	// dense: other arguments nearby try nearly the same. The covering selection for
	// clients leaves it out, because it starts a program for each variant.
	dense bool
}

// transforms are all transforms, those first that change the least. Variants are listed
// in this order, and a result shows the first one that fails.
var transforms = []transform{cut, frames, octets, coalesced, size, fragments, deflate, pings, pongs, after, early, with, pad, second, opening, http, reader, writer}

func transformNamed(name string) *transform {
	if i := slices.IndexFunc(transforms, func(t transform) bool { return t.name == name }); i >= 0 {
		return &transforms[i]
	}
	return nil
}

// separator parts a case's id and the transforms in the id of a variant.
const separator = "+"

// IsVariant reports whether an id or a pattern names a variant.
func IsVariant(id string) bool { return strings.Contains(id, separator) }

// CutID parts the id of a variant into that of its case and the shape.
func CutID(id string) (base string, shape Shape, ok bool) {
	base, rest, ok := strings.Cut(id, separator)
	return base, Shape(rest), ok
}

// Make returns a case in a shape, for peers of that role. It is an error if the shape
// does not exist or does not fit the case.
func Make(c *script.Case, role wire.Role, shape Shape) (*Variant, error) {
	v := &Variant{Case: c, Of: c, Shape: shape}
	var when []string
	for part := range strings.SplitSeq(string(shape), separator) {
		name, arg, _ := strings.Cut(part, "@")
		t := transformNamed(name)
		if t == nil {
			return nil, fmt.Errorf("there is no variant +%s; there are %s", name, strings.Join(names(), ", "))
		}
		s := newSubject(v.Case, role)
		if s == nil {
			return nil, fmt.Errorf("case %s has no variants for a %v", c.ID, role)
		}
		changed, words, ok := t.apply(s, arg)
		if !ok {
			return nil, fmt.Errorf("the variant +%s does not fit case %s%s", part, v.Case.ID, s.fitting(t))
		}
		when = append(when, words)
		varied := *v.Case
		varied.Script, varied.ID = changed, varied.ID+separator+part
		v.Case = &varied
	}
	v.When = strings.Join(when, ", ")
	v.Case.Title += " [" + v.When + "]"
	return v, nil
}

// names lists the transforms as they stand in ids.
func names() []string {
	var out []string
	for _, t := range transforms {
		out = append(out, separator+t.name)
	}
	return out
}

// fitting lists some shapes that fit.
func (s *subject) fitting(t *transform) string {
	const most = 6
	fit := t.shapes(s)
	if len(fit) == 0 {
		return ""
	}
	var parts []string
	for i, f := range fit {
		if i == most {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, separator+string(f.shape(t)))
	}
	return "; there are " + strings.Join(parts, ", ")
}

func (f shaped) shape(t *transform) Shape {
	if f.arg == "" {
		return Shape(t.name)
	}
	return Shape(t.name + "@" + f.arg)
}
