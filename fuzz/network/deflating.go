package network

import (
	"bytes"
	"compress/flate"
	"sync"
)

// levels are the ways in which the generator compresses: stored blocks, and Huffman codes with
// few, with no and with many references back.
var levels = []int{flate.NoCompression, flate.BestSpeed, flate.HuffmanOnly, flate.BestCompression}

// compressors keep the writers of each level: one has up to 1.2 MB, and a script needs it for
// some octets.
var compressors [4]sync.Pool

// deflated compresses a message in one of several ways (RFC 7692 7.2.1).
func (g *generator) deflated(message []byte) []byte {
	var out bytes.Buffer
	level := g.IntN(len(levels))
	w, ok := compressors[level].Get().(*flate.Writer)
	if ok {
		w.Reset(&out)
	} else {
		var err error
		if w, err = flate.NewWriter(&out, levels[level]); err != nil {
			return message
		}
	}
	defer compressors[level].Put(w)
	_, _ = w.Write(message) // a Buffer takes all
	if g.IntN(8) == 0 {     // a block with BFINAL, and an octet of zeros (RFC 7692 7.2.3.4)
		_ = w.Close()
		return append(out.Bytes(), 0)
	}
	_ = w.Flush()
	return bytes.TrimSuffix(out.Bytes(), []byte{0, 0, 0xff, 0xff})
}
