package covdata

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// A reader reads numbers and texts. Behind the first error it reads zeros.
type reader struct {
	octets []byte
	at     int
	err    error
}

var errMalformed = errors.New("the file is damaged, or it has a form that is not known")

func (r *reader) fail() {
	if r.err == nil {
		r.err = errMalformed
	}
}

// begin reads the octets that a file begins with, and its version.
func (r *reader) begin(magic string) error {
	if !strings.HasPrefix(string(r.octets), magic) {
		return errMalformed
	}
	r.take(uint64(len(magic)))
	if got := r.uint32(); got != version {
		return fmt.Errorf("it has version %d of its form; this version of wsspec reads %d", got, version)
	}
	return r.err
}

// zeros are what is read behind an error.
var zeros [16]byte

// take reads so many octets. Behind an error, or where there are less, it returns zeros for as
// many as a number has.
func (r *reader) take(n uint64) []byte {
	if r.err != nil || n > uint64(len(r.octets)-r.at) {
		r.fail()
		return zeros[:min(n, uint64(len(zeros)))]
	}
	r.at += int(n)
	return r.octets[r.at-int(n) : r.at]
}

// part is a piece of all octets.
func (r *reader) part(at, n uint64) []byte {
	if at > uint64(len(r.octets)) || n > uint64(len(r.octets))-at {
		r.fail()
		return nil
	}
	return r.octets[at : at+n]
}

func (r *reader) seek(at uint64) {
	if at > uint64(len(r.octets)) {
		r.fail()
		return
	}
	r.at = int(at)
}

func (r *reader) octet() byte        { return r.take(1)[0] }
func (r *reader) uint32() uint32     { return binary.LittleEndian.Uint32(r.take(4)) }
func (r *reader) uint64() uint64     { return binary.LittleEndian.Uint64(r.take(8)) }
func (r *reader) hash() (h [16]byte) { copy(h[:], r.take(16)); return h }
func (r *reader) uint64s(n uint64) (out []uint64) {
	for i := uint64(0); i < n && r.err == nil; i++ {
		out = append(out, r.uint64())
	}
	return out
}

func (r *reader) uint32s(n uint32) (out []uint32) {
	for i := uint32(0); i < n && r.err == nil; i++ {
		out = append(out, r.uint32())
	}
	return out
}

// uleb reads a number in the form ULEB128: seven bits in each octet, the lowest ones first.
func (r *reader) uleb() (n uint64) {
	for shift := 0; r.err == nil; shift += 7 {
		o := r.octet()
		if shift > 63 {
			r.fail()
		}
		if n |= uint64(o&0x7f) << shift; o < 0x80 {
			break
		}
	}
	if r.err != nil {
		return 0
	}
	return n
}

func (r *reader) uleb32() uint32 { return uint32(r.uleb()) }

// strings reads a table of texts.
func (r *reader) strings() (out []string) {
	n := r.uleb()
	for i := uint64(0); i < n && r.err == nil; i++ {
		out = append(out, string(r.take(r.uleb())))
	}
	return out
}
