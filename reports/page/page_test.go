package page

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/internal/chromium"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
	"github.com/wsspec/wsspec/reports/internal/outline"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

func TestPageOpensEveryCaseWithoutRequests(t *testing.T) {
	r := fixture.Sample()
	b := openTab(t, r, "")
	if n := eval[int](b, `document.querySelectorAll(".timeline").length`); n != 0 {
		t.Errorf("%d transcripts are drawn before any case was opened", n)
	}
	for _, c := range outline.Cases(r) {
		eval[any](b, fmt.Sprintf(`document.querySelector("a.case[href='#case=%s']").click()`, strings.ReplaceAll(c.Key, "/", "%2f")))
		b.until(fmt.Sprintf(`document.querySelector("#case").open && document.querySelector("#case-body h2 code")?.textContent === %q && document.querySelector(".crumb").textContent.startsWith(%q)`, c.ID, c.Agent+" as a "+string(c.Role)))
		if n := eval[int](b, `document.querySelectorAll("#case-body .timeline > li").length`); n != len(c.Transcript) {
			t.Errorf("%s: %d of %d entries are drawn", c.Key, n, len(c.Transcript))
		}
		if got := eval[string](b, `document.querySelector("#case-body .why").textContent`); got != wording.Visible(c.Why()) {
			t.Errorf("%s is explained as %q", c.Key, got)
		}
	}
	b.quiet()
}

func TestHostileTextDoesNothing(t *testing.T) {
	b := openTab(t, fixture.Sample(), "#case=beta~server~2.7")
	b.until(`document.querySelector("#case-body h2")`)
	if got := eval[string](b, `document.querySelector("#case-body h2").lastChild.textContent.trim()`); got != wording.Visible(fixture.Hostile) {
		t.Errorf("the title is %q", got)
	}
	if n := eval[int](b, `document.querySelectorAll("#case-body script, #case-body b b, td b b").length`); n != 0 {
		t.Errorf("%d elements came out of the report's text", n)
	}
	b.quiet()
}

func TestFilters(t *testing.T) {
	for _, c := range []struct {
		fragment string
		want     []string
	}{
		{"#verdict=fail", []string{"alpha~server~2.7", "beta~server~2.7", "alpha~server~rfc6455/4.2.1/3"}},
		{"#verdict=error,warn", []string{"alpha~server~3.2", "beta~client~robust/slow-handshake"}},
		{"#verdict=not-run", []string{"beta~client~7.1.1"}},
		{"#verdict=pass&agent=beta~client", []string{"beta~client~1.1.1"}},
		{"#section=12", []string{"beta~server~12.1.1"}},
		{"#level=SHOULD", []string{"alpha~server~3.2"}},
		{"#clause=RFC6455-4.2.1-3&agent=alpha~server", []string{"alpha~server~2.7", "alpha~server~rfc6455/4.2.1/3"}},
		{"#text=later+in+the+section", []string{"alpha~server~1.1.10"}},
		{"#text=FILE+descriptors", []string{"beta~client~robust/slow-handshake"}},
		{"#text=no+such+thing", []string{}},
	} {
		t.Run(c.fragment, func(t *testing.T) {
			b := openTab(t, fixture.Sample(), c.fragment)
			b.until(`document.querySelector("#shown").textContent`)
			if got := eval[[]string](b, visibleCases); !cmp.Equal(got, c.want) {
				t.Errorf("in sight: %q\nwant      %q", got, c.want)
			}
			if got, want := eval[bool](b, `!document.querySelector(".nothing").hidden`), len(c.want) == 0; got != want {
				t.Errorf("the page says that nothing was found: %t", got)
			}
			b.quiet()
		})
	}
}

func TestFilterByTheBaseline(t *testing.T) {
	r := fixture.After()
	reports.BaselineOf(fixture.Before()).Mark(r)
	b := openTab(t, r, "#baseline=new")
	b.until(`document.querySelector("#shown").textContent`)
	if got, want := eval[[]string](b, visibleCases), []string{"alpha~server~1.1.2", "alpha~server~5.1", "alpha~server~9.9"}; !cmp.Equal(got, want) {
		t.Errorf("in sight: %q", got)
	}
	if got := eval[string](b, `document.querySelector("select[name=baseline]").value`); got != "new" {
		t.Errorf("the form shows %q", got)
	}
	b.quiet()
}

func TestFiltersAreKeptInTheAddress(t *testing.T) {
	b := openTab(t, fixture.Sample(), "")
	b.do(chromedp.Click(chromedp.CSS(`input[value=fail]`)), chromedp.SetValue(chromedp.CSS(`select[name=level]`), "MUST"))
	eval[bool](b, `document.querySelector("#filters").dispatchEvent(new Event("input"))`)
	b.do(chromedp.SendKeys(chromedp.CSS(`input[name=text]`), "126 octets"))
	b.until(`location.hash === "#text=126+octets&level=MUST&verdict=fail"`)
	before := eval[[]string](b, visibleCases)
	if want := []string{"alpha~server~2.7", "beta~server~2.7", "alpha~server~rfc6455/4.2.1/3"}; !cmp.Equal(before, want) {
		t.Errorf("in sight: %q", before)
	}
	// The receiver of the link sees the same cases.
	b.open(eval[string](b, `location.hash`))
	b.until(`document.querySelector("#shown").textContent`)
	if after := eval[[]string](b, visibleCases); !cmp.Equal(before, after) {
		t.Errorf("from the link: %q", after)
	}
	if got := eval[string](b, `[document.querySelector("input[name=text]").value, document.querySelector("select[name=level]").value, document.querySelector("input[value=fail]").checked].join()`); got != "126 octets,MUST,true" {
		t.Errorf("the form shows %s", got)
	}
	b.do(chromedp.Click(chromedp.CSS(`#filters button[type=reset]`)))
	b.until(`location.hash === "" && !document.querySelector("#shown").textContent`)
}

func TestKeyboard(t *testing.T) {
	b := openTab(t, fixture.Sample(), "")
	focused := `new URLSearchParams(document.activeElement.hash?.slice(1)).get("case")`
	b.strike("j")
	b.until(focused + ` === "alpha~server~1.1.1"`)
	b.strike("jj")
	b.until(focused + ` === "beta~client~1.1.1"`)
	b.strike("k")
	b.until(focused + ` === "beta~server~1.1.1"`)
	b.press(kb.Enter)
	b.until(`document.querySelector("#case").open && location.hash.includes("beta~server~1.1.1".replaceAll("~", "%7E")) || location.hash.includes("beta~server~1.1.1")`)
	b.until(`document.querySelector(".crumb")?.textContent.startsWith("beta as a server")`)
	b.strike("j")
	b.until(`document.querySelector(".crumb").textContent.startsWith("beta as a client")`)
	b.press(kb.Escape)
	b.until(`!document.querySelector("#case").open && location.hash === ""`)
	b.until(focused + ` === "beta~client~1.1.1"`)
	b.strike("f")
	b.until(`location.hash === "#verdict=fail%2Cerror"`)
	b.press(kb.Escape)
	b.until(`location.hash === ""`)
	b.strike("/")
	b.until(`document.activeElement.name === "text"`)
	b.strike("jk?")
	b.until(`document.activeElement.value === "jk?" && !document.querySelector("#keys").open`)
	b.press(kb.Escape)
	b.until(`location.hash === "" && document.activeElement === document.body`)
	b.strike("?")
	b.until(`document.querySelector("#keys").open`)
	b.press(kb.Escape)
	b.strike("e")
	b.until(`[...document.querySelectorAll(".toggle")].every(t => t.getAttribute("aria-expanded") === "true")`)
	b.quiet()
}

func TestPageWithoutScript(t *testing.T) {
	b := openTab(t, fixture.Sample(), "")
	command(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.open("")
	command(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{})
	// The page's script did not run: visible is what a reader without JavaScript
	// sees.
	if eval[bool](b, `document.documentElement.classList.contains("js")`) {
		t.Fatal("the script ran")
	}
	if got := eval[[]string](b, visibleCases); len(got) != len(fixture.Sample().Results) {
		t.Errorf("%d of %d cases are in sight", len(got), len(fixture.Sample().Results))
	}
	if n := eval[int](b, `[...document.querySelectorAll("#filters, button:not(.toggle), dialog")].filter(e => e.offsetParent).length`); n != 0 {
		t.Errorf("%d controls that do nothing are in sight", n)
	}
	text := eval[string](b, `document.querySelector("#findings").innerText`)
	if !strings.Contains(text, "Likely cause: the peer takes control frames of any length.") {
		t.Errorf("findings say %q", text)
	}
}

func TestPageInPrintHasAllCases(t *testing.T) {
	b := openTab(t, fixture.Sample(), "")
	command(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	if got := eval[[]string](b, visibleCases); len(got) != len(fixture.Sample().Results) {
		t.Errorf("%d of %d cases are printed", len(got), len(fixture.Sample().Results))
	}
	if n := eval[int](b, `[...document.querySelectorAll("#filters, nav, button:not(.toggle)")].filter(e => e.offsetParent).length`); n != 0 {
		t.Errorf("%d controls are printed", n)
	}
}

// TestPageFirstPaint logs how long the page of six agents takes to appear. It has no
// limit, because that depends on the machine.
func TestPageFirstPaint(t *testing.T) {
	html, err := largePage()
	if err != nil {
		t.Fatal(err)
	}
	b := openPage(t, html, "")
	b.until(`performance.getEntriesByName("first-contentful-paint").length`)
	t.Logf("first paint of 3102 results after %.0f ms, loaded after %.0f ms",
		eval[float64](b, `performance.getEntriesByName("first-contentful-paint")[0].startTime`),
		eval[float64](b, `performance.timing.loadEventEnd - performance.timing.navigationStart`))
	b.open("#verdict=fail")
	b.until(`document.querySelector("#shown").textContent === "517 cases"`)
	b.quiet()
}

// picture is the sample with measurements.
func picture() *reports.Report {
	r, more := fixture.Sample(), fixture.Measured("alpha", "beta")
	r.Results = append(r.Results[:8], r.Results[9:]...) // the one measurement it has
	r.Results = append(r.Results, more.Results...)
	return r
}

func TestScreenshots(t *testing.T) {
	if *screenshots == "" {
		t.Skip("no -screenshots FOLDER given: nothing to look at is made")
	}
	report := picture()
	if *pictured != "" {
		var err error
		if report, err = reports.ReadFile(*pictured); err != nil {
			t.Fatal(err)
		}
	}
	b := openTab(t, report, "")
	opened := "#case=" + eval[string](b, `document.querySelector("[href^='#case=']").getAttribute("href").slice(6)`)
	for _, scheme := range []string{"light", "dark"} {
		b.prefer(scheme)
		for _, width := range []int64{390, 1400, 1920} {
			b.do(chromedp.EmulateViewport(width, 1000))
			for shown, fragment := range map[string]string{"front": "#", "failing": "#verdict=fail", "case": opened, "measurements": "#measurements"} {
				b.open(fragment)
				b.until(`document.querySelector("#case").open === location.hash.includes("case=")`)
				chromium.Picture(t, b.ctx, *screenshots, fmt.Sprintf("%s-%d-%s.png", shown, width, scheme))
			}
		}
	}
	b.open("#")
	command(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	b.do(chromedp.EmulateViewport(1000, 1400))
	chromium.Picture(t, b.ctx, *screenshots, "print.png")
}
