package verdict

import (
	"slices"
	"testing"
)

func TestOverall(t *testing.T) {
	tests := []struct {
		behavior Behavior
		close    CloseBehavior
		want     Verdict
	}{
		{OK, CloseOK, Pass},
		{OK, CloseInformational, Pass},
		{Informational, CloseOK, Pass},
		{NonStrict, CloseOK, Warn},
		{OK, CloseWrongCode, Warn},
		{OK, CloseFailedByClient, Fail},
		{OK, CloseUnclean, Fail},
		{OK, CloseFailed, Fail},
		{NonStrict, CloseUnclean, Fail},
		{Informational, CloseFailed, Fail},
		{Failed, CloseOK, Fail},
		{Unimplemented, CloseOK, Skip},
		{Unimplemented, CloseFailed, Skip},
	}
	for _, tt := range tests {
		if got := Overall(tt.behavior, tt.close); got != tt.want {
			t.Errorf("Overall(%s, %s) = %s, want %s", tt.behavior, tt.close, got, tt.want)
		}
	}
}

// A worse behaviour or a worse end never gives the better verdict.
func TestOverallNeverImprovesWhenAPartGetsWorse(t *testing.T) {
	for _, b := range Behaviors() {
		for _, worse := range Behaviors() {
			for _, c := range CloseBehaviors() {
				if b == Unimplemented || worse == Unimplemented || worse.Rank() < b.Rank() {
					continue
				}
				if Overall(b, c).Worse(Overall(worse, c)) {
					t.Errorf("close %s: %s gives %s, the worse %s gives %s", c, b, Overall(b, c), worse, Overall(worse, c))
				}
			}
		}
	}
}

func TestVerdictsRank(t *testing.T) {
	want := []Verdict{Pass, Skip, Warn, NotRun, Error, Fail}
	got := slices.SortedFunc(slices.Values(Verdicts()), func(a, b Verdict) int { return a.Rank() - b.Rank() })
	if !slices.Equal(got, want) {
		t.Errorf("by rank: %v, want %v", got, want)
	}
	for i, v := range want {
		if v.Rank() != i {
			t.Errorf("%s has the rank %d, want %d", v, v.Rank(), i)
		}
		if i > 0 && !v.Worse(want[i-1]) {
			t.Errorf("%s is not worse than %s", v, want[i-1])
		}
	}
	if Pass.Worse(Pass) || Verdict("passed").Rank() != -1 {
		t.Error("a verdict is worse than itself, or an unknown word has a rank")
	}
}

// What reports make of each verdict.
func TestTraits(t *testing.T) {
	for _, tt := range []struct {
		verdict               Verdict
		ran, settled, finding bool
	}{
		{Pass, true, true, false}, {Warn, true, true, true}, {Fail, true, true, true},
		{Skip, false, true, false}, {Error, false, false, true}, {NotRun, false, false, false}, {"passed", false, false, false},
	} {
		if v := tt.verdict; v.Ran() != tt.ran || v.Settled() != tt.settled || v.Finding() != tt.finding {
			t.Errorf("%s: ran %t, settled %t, finding %t", v, v.Ran(), v.Settled(), v.Finding())
		}
	}
}

func TestOnlyPassWarnAndFailSaySomethingOfThePeer(t *testing.T) {
	for _, v := range Verdicts() {
		if want := v != Skip && v != Error && v != NotRun; v.Ran() != want {
			t.Errorf("%s.Ran() = %t", v, v.Ran())
		}
	}
}
