package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
)

// Write writes the report as JSON. It fills in Schema and Summary, and writes nil
// lists as empty ones. A report in which Validate finds mistakes is an error, and
// nothing is written. The report itself is not changed.
func Write(w io.Writer, r *Report) error {
	out := complete(r)
	if err := out.Validate(); err != nil {
		return fmt.Errorf("report not written: %w", bounded(err))
	}
	if err := writeIndented(w, out); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// writeIndented writes a report as indented JSON, one result after the other, so that
// it needs memory for one at a time.
func writeIndented(w io.Writer, r *Report) error {
	var compact, indented bytes.Buffer
	enc := json.NewEncoder(&compact)
	enc.SetEscapeHTML(false)
	put := func(before string, depth int, v any) error {
		compact.Reset()
		if err := enc.Encode(v); err != nil {
			return err
		}
		indented.Reset()
		indented.WriteString(before)
		if octets := bytes.TrimSpace(compact.Bytes()); depth < resultDepth {
			_ = json.Indent(&indented, octets, strings.Repeat(" ", depth), " ") // it is valid
		} else {
			indent(&indented, octets, depth)
		}
		_, err := indented.WriteTo(w)
		return err
	}
	before := "{\n "
	fields := reflect.ValueOf(r).Elem()
	for i := range fields.NumField() {
		name, option, _ := strings.Cut(fields.Type().Field(i).Tag.Get("json"), ",")
		member := fields.Field(i)
		if name == "-" || option == "omitempty" && (member.IsZero() || member.Kind() == reflect.Slice && member.Len() == 0) {
			continue
		}
		before += strconv.Quote(name) + ": "
		var err error
		if member.Type() == reflect.TypeFor[[]Result]() && member.Len() > 0 {
			err = putEach(w, before, member, put)
		} else {
			err = put(before, 1, member.Interface())
		}
		if err != nil {
			return err
		}
		before = ",\n "
	}
	_, err := io.WriteString(w, "\n}\n")
	return err
}

// putEach puts the elements of a list.
func putEach(w io.Writer, before string, list reflect.Value, put func(before string, depth int, v any) error) error {
	before += "[\n  "
	for i := range list.Len() {
		if err := put(before, resultDepth, list.Index(i).Addr().Interface()); err != nil {
			return err
		}
		before = ",\n  "
	}
	_, err := io.WriteString(w, "\n ]")
	return err
}

// resultDepth is how deep a result is in a report, and mostIndented how deep its members
// are. What is in them is on the same line, because it is most of a report; only the
// objects in a list, such as the entries of a transcript, have a line each.
const (
	resultDepth  = 2
	mostIndented = resultDepth + 1
)

// indent indents a result, which is compact JSON.
func indent(out *bytes.Buffer, compact []byte, depth int) {
	newline := func(next byte) {
		if depth <= mostIndented || depth == mostIndented+1 && next == '{' {
			out.WriteByte('\n')
			out.WriteString("    "[:depth])
		}
	}
	for i := 0; i < len(compact); i++ {
		switch c := compact[i]; c {
		case '"':
			end := i + 1
			for compact[end] != '"' {
				if compact[end] == '\\' {
					end++
				}
				end++
			}
			out.Write(compact[i : end+1])
			i = end
		case '{', '[':
			out.WriteByte(c)
			next := compact[i+1]
			if next == '}' || next == ']' {
				out.WriteByte(next)
				i++
				continue
			}
			depth++
			newline(next)
		case '}', ']':
			if depth--; depth < mostIndented || depth == mostIndented && compact[i-1] == '}' && c == ']' {
				newline(c)
			}
			out.WriteByte(c)
		case ',':
			out.WriteByte(c)
			newline(compact[i+1])
		case ':':
			out.WriteString(": ")
		default:
			out.WriteByte(c)
		}
	}
}

// complete returns a copy with the members that Write fills in.
func complete(r *Report) *Report {
	out := *r
	out.Schema = Schema
	out.Command = list(r.Command)
	out.Targets = list(r.Targets)
	if out.Clauses == nil {
		out.Clauses = map[string]Clause{}
	}
	out.Results = make([]Result, len(r.Results))
	for i, res := range r.Results {
		res.Requirements = list(res.Requirements)
		res.Observed = list(res.Observed)
		res.Transcript = list(res.Transcript)
		expected := make([]Outcome, len(res.Expected))
		for j, o := range res.Expected {
			expected[j] = Outcome{Behavior: o.Behavior, Events: list(o.Events)}
		}
		res.Expected = expected
		out.Results[i] = res
	}
	out.Summary = Summarize(out.Targets, out.Results)
	return &out
}

// list returns l, or an empty list for nil, which JSON writes as [] and not
// as null.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}
