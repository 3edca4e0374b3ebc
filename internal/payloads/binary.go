package payloads

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
)

// makeBitmap makes an 8-bit image: smooth shapes with noise like that of a camera.
func makeBitmap(r *rand.Rand) []byte {
	const side = 1024
	b := []byte("BM")
	b = binary.LittleEndian.AppendUint32(b, 54+256*4+side*side)
	b = append(b, 0, 0, 0, 0)
	b = binary.LittleEndian.AppendUint32(b, 54+256*4)
	for _, v := range []uint32{40, side, side, 1 | 8<<16, 0, side * side, 2835, 2835, 256, 0} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	for grey := range 256 {
		b = append(b, byte(grey), byte(grey), byte(grey), 0)
	}
	for y := range side {
		for x := range side {
			shape := 128 + 60*math.Sin(float64(x)/70)*math.Cos(float64(y)/50) + 20*math.Sin(float64(x+y)/19)
			b = append(b, byte(shape+r.NormFloat64()*16))
		}
	}
	return b
}

// makeDocument makes content like the file of a word processor: plain records between
// data that is already compressed.
func makeDocument(r *rand.Rand) []byte {
	var b bytes.Buffer
	for object := uint32(0); b.Len() < Length; object++ {
		_ = binary.Write(&b, binary.LittleEndian, []uint32{0x0b1ec7, object, uint32(b.Len()), 0})
		for field := range 24 {
			_ = binary.Write(&b, binary.LittleEndian, []uint32{uint32(field), 0, object * 512, uint32(r.IntN(16))})
		}
		for range 20 + r.IntN(30) {
			b.WriteString(word(r))
			b.WriteByte(0)
		}
		for range 300 + r.IntN(400) {
			_ = binary.Write(&b, binary.LittleEndian, r.Uint32())
		}
	}
	return b.Bytes()
}
