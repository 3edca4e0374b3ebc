package covdata

import "fmt"

// The version of both forms that this package reads, and the octets that files begin with.
const (
	version       = 1
	metaMagic     = "\x00cvm"
	countersMagic = "\x00cwm"
)

// metaHeader and packageHeader are the octets of two headers.
const (
	metaHeader    = 56
	packageHeader = 44
)

// addMeta adds the blocks of a program, unless they are known.
func (p *Programs) addMeta(octets []byte) error {
	r := &reader{octets: octets}
	if err := r.begin(metaMagic); err != nil {
		return err
	}
	r.uint64() // the length of all
	packages := r.uint64()
	hash := r.hash()
	if _, known := p.programs[hash]; known {
		return nil
	}
	r.seek(metaHeader)
	offsets, lengths := r.uint64s(packages), r.uint64s(packages)
	if r.err != nil {
		return r.err
	}
	var all [][][]block
	for i := range offsets {
		part, err := packageBlocks(r.part(offsets[i], lengths[i]))
		if err != nil || r.err != nil {
			return errMalformed
		}
		all = append(all, part)
	}
	if p.programs == nil {
		p.programs, p.statements = make(map[[16]byte][][][]block), make(map[string]int)
	}
	p.programs[hash] = all
	for _, functions := range all {
		for _, units := range functions {
			for _, b := range units {
				p.statements[b.name] = b.statements
			}
		}
	}
	return nil
}

// packageBlocks reads the blocks of each function of a package.
func packageBlocks(octets []byte) ([][]block, error) {
	r := &reader{octets: octets}
	r.seek(packageHeader - 4)
	functions := r.uint32()
	offsets := r.uint32s(functions)
	names := r.strings()
	var all [][]block
	for _, offset := range offsets {
		r.seek(uint64(offset))
		units := r.uleb()
		r.uleb() // the name of the function
		file := r.uleb()
		if file >= uint64(len(names)) {
			r.fail()
		}
		var of []block
		for range units {
			fromLine, fromColumn, toLine, toColumn, statements := r.uleb(), r.uleb(), r.uleb(), r.uleb(), r.uleb()
			if r.err != nil {
				break
			}
			of = append(of, block{fmt.Sprintf("%s:%d.%d,%d.%d", names[file], fromLine, fromColumn, toLine, toColumn), int(statements)})
		}
		all = append(all, of)
	}
	return all, r.err
}
