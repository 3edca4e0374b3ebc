package reports

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What is in the members of a result is on one line, except the objects in a list.
func TestIndent(t *testing.T) {
	for _, tt := range []struct{ name, compact, want string }{
		{"nothing", `{}`, `{}`},
		{"members", `{"id":"1.1.1","flaky":false,"code":null}`, "{\n   \"id\": \"1.1.1\",\n   \"flaky\": false,\n   \"code\": null\n  }"},
		{"empty lists", `{"observed":[],"transcript":[]}`, "{\n   \"observed\": [],\n   \"transcript\": []\n  }"},
		{"a list of strings", `{"observed":["a","b"]}`, "{\n   \"observed\": [\"a\",\"b\"]\n  }"},
		{"an object", `{"departs":{"entry":1,"octet":2}}`, "{\n   \"departs\": {\"entry\": 1,\"octet\": 2}\n  }"},
		{
			"a list of objects", `{"transcript":[{"t":0,"frame":{"fin":true}},{"t":1}],"x":0}`,
			"{\n   \"transcript\": [\n    {\"t\": 0,\"frame\": {\"fin\": true}},\n    {\"t\": 1}\n   ],\n   \"x\": 0\n  }",
		},
		{"what looks like JSON in a string", `{"a":"{[\"\\\",: \\\\\"]}","b":"\\"}`, "{\n   \"a\": \"{[\\\"\\\\\\\",: \\\\\\\\\\\"]}\",\n   \"b\": \"\\\\\"\n  }"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			indent(&out, []byte(tt.compact), resultDepth)
			if diff := cmp.Diff(tt.want, out.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			var back bytes.Buffer
			if err := json.Compact(&back, out.Bytes()); err != nil || back.String() != tt.compact {
				t.Errorf("compacted it is %s, %v", back.String(), err)
			}
		})
	}
}
