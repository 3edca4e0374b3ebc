package wording

import (
	"fmt"
	"strings"
)

// Ranges names ascending numbers: "1 and 3", "1 to 5, 7 and 9". Of very many it names the
// first.
func Ranges(numbers []int) string {
	var words []string
	for i := 0; i < len(numbers); {
		end := i
		for end+1 < len(numbers) && numbers[end+1] == numbers[end]+1 {
			end++
		}
		switch {
		case len(words) == MaxEvents:
			return fmt.Sprintf("%s and %s more", strings.Join(words, ", "), Grouped(len(numbers)-i))
		case end > i+1:
			words = append(words, fmt.Sprintf("%d to %d", numbers[i], numbers[end]))
		default:
			end = i
			words = append(words, fmt.Sprint(numbers[i]))
		}
		i = end + 1
	}
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}
