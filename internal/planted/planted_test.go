package planted

import "testing"

func TestInFindsEachForm(t *testing.T) {
	const secret = "s3cret/Word"
	for octets, want := range map[string]string{
		"it is s3cret/Word.":         " as it is",
		"?token=s3cret%2FWord&":      " as a part of a URL",
		"7333637265742f576f7264":     " in hexadecimal",
		"czNjcmV0L1dvcmQ=":           " in base64", // alone
		"YXMzY3JldC9Xb3Jk":           " in base64", // behind an a
		"YWFzM2NyZXQvV29yZA==":       " in base64", // behind two
		"it is s3cret, and no Word.": "",
	} {
		if got := in([]byte(octets), secret); got != want {
			t.Errorf("%q: %q, want %q", octets, got, want)
		}
	}
}
