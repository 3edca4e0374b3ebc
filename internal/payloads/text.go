package payloads

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
)

// words is sorted by frequency: word chooses the first ones often and the last ones
// rarely, as in natural language.
var words = strings.Fields(`the of and a to in is it that was for on as with he be by at this have from or one had not
but what all were when we there can an your which their said if do will each about how up out them then she many some
so these would other into has more her two like him see time could no make than first been its who now people my made
over did down only way find use may water long little very after words called just where most know get through back
much before go good new write our used me man too any day same right look think also around another came come work
three word must because does part even place well such here take why things help put years different away again off
went old number great tell men say small every found still between name should home big give air line set own under
read last never us left end along while might next sound below saw something thought both few those always looked show
large often together asked house world going want school important until form food keep children feet land side
without boy once animals life enough took sometimes four head above kind began almost live page got earth need far
hand high year mother light parts country father let night following picture being study second eyes soon times story
boys since white days ever paper hard near sentence better best across during today others however sure means knew try
told young miles sun ways thing whole hear example heard several change answer room sea against top turned learn point
city play toward five using himself usually`)

func word(r *rand.Rand) string {
	rank := int(float64(len(words)) * r.Float64() * r.Float64() * r.Float64())
	return words[rank]
}

func makeProse(r *rand.Rand) []byte {
	var b bytes.Buffer
	for b.Len() < Length {
		for s := range 3 + r.IntN(6) {
			for w := range 6 + r.IntN(14) {
				switch {
				case w == 0 && s > 0:
					b.WriteByte(' ')
					fallthrough
				case w == 0:
					b.WriteString(strings.Title(word(r))) //nolint:staticcheck // one ASCII word
					continue
				case r.IntN(11) == 0:
					b.WriteByte(',')
				}
				b.WriteByte(' ')
				b.WriteString(word(r))
			}
			b.WriteByte(".?!;."[r.IntN(5)])
		}
		b.WriteString("\n\n")
	}
	return b.Bytes()
}

func makeJSON(r *rand.Rand) []byte {
	var b bytes.Buffer
	b.WriteString(`{"readings":[`)
	for id := 0; b.Len() < Length; id++ {
		if id > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":%d,"station":"station-%02d","temperature":%d.%d,"humidity":%d,"status":"%s","tags":["outdoor","calibrated"],"position":{"latitude":48.%d,"longitude":11.%d}}`,
			100000+id, r.IntN(40), 10+r.IntN(15), r.IntN(10), 40+r.IntN(30), []string{"ok", "ok", "ok", "degraded"}[r.IntN(4)], 100+r.IntN(20), 500+r.IntN(20))
	}
	return b.Bytes()
}

func makeHTML(r *rand.Rand) []byte {
	var b bytes.Buffer
	b.WriteString("<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Übersicht – 概要</title></head>\n<body>\n<table>\n")
	for row := 0; b.Len() < Length; row++ {
		fmt.Fprintf(&b, "  <tr class=\"%s\">\n    <td class=\"number\">%d</td>\n    <td class=\"name\"><a href=\"/items/%d\">%s %s – naïve façade</a></td>\n    <td class=\"price\">%d,%02d €</td>\n  </tr>\n",
			[]string{"odd", "even"}[row%2], row, row, word(r), word(r), r.IntN(400), r.IntN(100))
	}
	return b.Bytes()
}
