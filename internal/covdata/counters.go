package covdata

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// The octets of a file's header and of its footer, the forms of numbers, and where the count of
// segments stands in the footer.
const (
	countersHeader = 32
	footer         = 16
	rawNumbers     = 1
	ulebNumbers    = 2
	footerSegments = 8
)

// count adds the blocks to run that were run, as a file with counters says.
func (p *Programs) count(octets []byte, run map[string]int) error {
	r := &reader{octets: octets}
	if err := r.begin(countersMagic); err != nil {
		return err
	}
	program, known := p.programs[r.hash()]
	flavor, bigEndian := r.octet(), r.octet() != 0
	end := len(octets) - footer
	if r.err != nil || end < countersHeader || !bytes.HasPrefix(octets[end:], []byte(countersMagic)) {
		return errors.New("the end of the file is not there")
	}
	if !known {
		return errors.New("it is of a program whose covmeta file is not there")
	}
	number := r.uleb32
	switch {
	case flavor == rawNumbers && bigEndian:
		number = func() uint32 { return binary.BigEndian.Uint32(r.take(4)) }
	case flavor == rawNumbers:
		number = r.uint32
	case flavor != ulebNumbers:
		return errors.New("its counters have a form that is not known")
	}
	segments := binary.LittleEndian.Uint32(octets[end+footerSegments:])
	r.seek(countersHeader)
	for i := uint32(0); i < segments && r.err == nil; i++ {
		if i > 0 {
			r.take(footer)
		}
		r.segment(number, program, run)
	}
	return r.err
}

// segment reads the counters of one run of the program: those of each function that was run.
func (r *reader) segment(number func() uint32, program [][][]block, run map[string]int) {
	functions := r.uint64()
	texts, arguments := r.uint32(), r.uint32()
	r.take(uint64(texts))
	r.take(uint64(arguments))
	r.seek(uint64(r.at+3) &^ 3)
	for i := uint64(0); i < functions && r.err == nil; i++ {
		counters, pkg, function := number(), number(), number()
		if uint64(pkg) >= uint64(len(program)) || uint64(function) >= uint64(len(program[pkg])) || int64(counters) > int64(len(program[pkg][function])) {
			r.fail()
			return
		}
		for j := range counters {
			if number() > 0 && r.err == nil {
				b := program[pkg][function][j]
				run[b.name] = b.statements
			}
		}
	}
}
