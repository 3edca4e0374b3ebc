package tap

import (
	"strings"
	"testing"

	"github.com/wsspec/wsspec/reports/internal/fixture"
)

func TestTAPHasAsManyPointsAsItPlans(t *testing.T) {
	lines := strings.Split(fixture.Drawn(t, Write, fixture.Sample()), "\n")
	if lines[0] != "TAP version 14" || lines[1] != "1..12" {
		t.Errorf("begins with %q", lines[:2])
	}
	var points, notOK, skips int
	for _, line := range lines[2:] {
		if strings.HasPrefix(line, "ok ") || strings.HasPrefix(line, "not ok ") {
			points++
		}
		if strings.HasPrefix(line, "not ok ") {
			notOK++
		}
		if strings.HasPrefix(line, "ok ") && strings.Contains(line, " # SKIP ") {
			skips++
		}
	}
	if points != 12 || notOK != 5 || skips != 1 {
		t.Errorf("%d points, %d not ok, %d skips", points, notOK, skips)
	}
	if got := escaped(`a # SKIP \ b` + "\n1..0"); got != `a \# SKIP \\ b 1..0` {
		t.Errorf("hostile description is %q", got)
	}
}

func TestFormOfTheSample(t *testing.T) { fixture.Form(t, Form) }
