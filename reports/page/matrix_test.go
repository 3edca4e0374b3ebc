package page

import (
	"fmt"
	"slices"
	"testing"

	printing "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// several is a report of so many peers, with cases in one long section. The first peer
// fails case 1.3.
func several(peers, cases int) *reports.Report {
	r := fixture.Sample()
	r.Targets, r.Results = nil, nil
	for p := range peers {
		agent := fmt.Sprintf("library %d", p)
		r.Targets = append(r.Targets, reports.Target{Agent: agent, Role: verdict.Server, URL: "ws://localhost/"})
		for c := range cases {
			id := fmt.Sprintf("1.%d", c+1)
			if p == 0 && c == 2 {
				r.Results = append(r.Results, fixture.Failing(agent, verdict.Server, id))
			} else {
				r.Results = append(r.Results, fixture.Passing(agent, verdict.Server, id, "a text message"))
			}
		}
	}
	return r
}

// shownPeers is a JavaScript expression: the peers with a column.
const shownPeers = `[...document.querySelectorAll(".matrix thead th.agent")].filter(th => th.offsetParent).map(th => th.dataset.agent)`

// Under a filter, peers without a match have no column. Without one all have.
func TestPeersWithoutAMatchHaveNoColumn(t *testing.T) {
	b := openTab(t, several(3, 5), "#verdict=fail")
	b.until(`document.querySelector("#shown").textContent === "1 case"`)
	if got := eval[[]string](b, shownPeers); !cmp.Equal(got, []string{"library 0~server"}) {
		t.Errorf("columns of %q", got)
	}
	if got := eval[[]string](b, visibleCases); !cmp.Equal(got, []string{"library 0~server~1.3"}) {
		t.Errorf("in sight: %q", got)
	}
	b.do(chromedp.Click(chromedp.CSS(`#filters button[type=reset]`)))
	b.until(`location.hash === ""`)
	if got := eval[[]string](b, shownPeers); len(got) != 3 {
		t.Errorf("without a filter columns of %q", got)
	}
	b.quiet()
}

// At any width the page does not scroll sideways, and in the matrix the header and the
// first column stay where they are.
func TestTheHeaderAndTheFirstColumnStay(t *testing.T) {
	for _, peers := range []int{1, 3, 11} {
		b := openTab(t, several(peers, 60), "")
		eval[any](b, `document.querySelector("[data-do=expand]").click()`)
		for _, width := range []int64{390, 1400, 1920} {
			b.do(chromedp.EmulateViewport(width, 900))
			if got := eval[int64](b, `document.documentElement.scrollWidth`); got > width {
				t.Errorf("%d peers at %d px: the page is %d px wide", peers, width, got)
			}
			moved := eval[[]float64](b, `(() => {
				const box = document.querySelector(".box"), head = document.querySelector(".matrix thead th.agent"), id = document.querySelector("tbody.cases tr:nth-child(40) th");
				box.scrollTo(0, 0);
				const y = head.getBoundingClientRect().top, x = id.getBoundingClientRect().left;
				box.scrollTo(80, 400);
				return [Math.abs(head.getBoundingClientRect().top - y), Math.abs(id.getBoundingClientRect().left - x), box.scrollTop];
			})()`)
			if moved[0] > 1 || moved[1] > 1 || moved[2] == 0 {
				t.Errorf("%d peers at %d px: the header moved by %.0f px, the first column by %.0f px, the matrix by %.0f px", peers, width, moved[0], moved[1], moved[2])
			}
		}
		// Eleven peers fit into a wide window.
		if got := eval[bool](b, `document.querySelector(".box").scrollWidth <= document.querySelector(".box").clientWidth`); !got {
			t.Errorf("%d peers at 1920 px: the matrix is wider than the window", peers)
		}
		b.quiet()
	}
}

// The rows of a large report are drawn when their section is opened. Filters, links and
// keys find cases that are not drawn yet.
func TestALargeReportIsDrawnWhenItIsOpened(t *testing.T) {
	r := several(8, 400)
	b := openTab(t, r, "")
	if n := eval[int](b, `document.querySelectorAll("a.case").length`); n != 0 {
		t.Errorf("%d cells are drawn before any section was opened", n)
	}
	b.strike("j")
	b.until(`new URLSearchParams(document.activeElement.hash?.slice(1)).get("case") === "library 0~server~1.1"`)
	if n := eval[int](b, `document.querySelectorAll("a.case").length`); n != 3200 {
		t.Errorf("%d cells are drawn in the open section", n)
	}
	b.open("#verdict=fail")
	b.until(`document.querySelector("#shown").textContent === "1 case"`)
	if got := eval[[]string](b, visibleCases); !slices.Equal(got, []string{"library 0~server~1.3"}) {
		t.Errorf("in sight: %q", got)
	}
	if got := eval[string](b, `document.querySelector("a.case[title*=FAILED]").title`); got != "FAILED, WRONG CODE" {
		t.Errorf("the cell says %q", got)
	}
	b.open("#case=library+7~server~1.400")
	b.until(`document.querySelector("#case-body h2 code")?.textContent === "1.400"`)
	// Findings are links to the case, and are filtered like the matrix.
	b.open("#agent=library+1~server")
	b.until(`document.querySelector("#findings").classList.contains("off")`)
	b.open("#level=MUST&section=1&clause=RFC6455-5.5-2&verdict=fail&text=126")
	b.until(`document.querySelector("#shown").textContent.startsWith("1 case")`)
	eval[any](b, `document.querySelector(".finding:not(.off) a.open").click()`)
	b.until(`document.querySelector("#case-body h2 code")?.textContent === "1.3"`)
	b.quiet()
}

// The charts of a large report are drawn when the page has loaded.
func TestTheChartsOfALargeReportAreDrawnLater(t *testing.T) {
	r := several(8, 400)
	r.Results = append(r.Results, fixture.Measured("library 0", "library 1").Results...)
	b := openTab(t, r, "")
	b.until(`document.querySelectorAll("#plots figure svg use").length > 0`)
	if n := eval[int](b, `document.querySelectorAll("#plots > .hint").length`); n != 0 {
		t.Error("the page still says that the charts will be drawn")
	}
	b.quiet()
}

// All peers fit on the paper, however many there are.
func TestAllPeersFitOnThePaper(t *testing.T) {
	for _, peers := range []int{1, 6, 11} {
		b := openTab(t, several(peers, 60), "")
		// A listener is called when the page has the width of the paper.
		eval[any](b, `matchMedia("print").addEventListener("change", (event) => {
			if (event.matches) window.printed = [...document.querySelectorAll(".matrix, .ledger table")].map((table) => table.offsetWidth - document.documentElement.clientWidth);
		})`)
		if pdf := command(b, printing.PrintToPDF, printing.PrintToPDFParams{}); len(pdf.Data) == 0 {
			t.Errorf("%d peers: nothing is printed", peers)
		}
		for i, over := range eval[[]float64](b, `window.printed`) {
			if over > 0 {
				t.Errorf("%d peers: table %d is %.0f px wider than the paper", peers, i, over)
			}
		}
		b.quiet()
	}
}

// On a telephone the verdict is beside the case.
func TestTheVerdictIsInSightOnATelephone(t *testing.T) {
	for _, peers := range []int{1, 3, 11} {
		b := openTab(t, several(peers, 20), "")
		b.do(chromedp.EmulateViewport(390, 900))
		eval[any](b, `document.querySelector("[data-do=expand]").click()`)
		sight := eval[int](b, `(() => {
			const box = document.querySelector(".box").getBoundingClientRect();
			return [...document.querySelector("tbody.cases tr").querySelectorAll("a.case")].filter((a) => a.getBoundingClientRect().right <= box.right).length;
		})()`)
		if want := min(peers, 4); sight < want {
			t.Errorf("of %d peers %d are in sight, want %d", peers, sight, want)
		}
		b.quiet()
	}
}
