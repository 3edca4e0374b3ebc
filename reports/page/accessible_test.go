package page

import (
	"testing"

	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// openEverything opens all details elements.
const openEverything = `document.querySelectorAll("details").forEach(d => d.open = true)`

// lowContrast is a JavaScript expression: each visible text with less contrast than
// WCAG 2 AA demands: 4.5 to 1, or 3 to 1 for large text.
const lowContrast = `(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
  const rgba = color => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const behind = e => {
    const layers = [];
    for (; e; e = e.parentElement) {
      const layer = rgba(getComputedStyle(e).backgroundColor);
      layers.unshift(layer);
      if (layer[3] === 1) break;
    }
    return layers.reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const light = c => {
    const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const poor = new Set();
  let seen = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !e.checkVisibility() || e.closest("script, style, option, .unseen, .jump")) continue;
    seen++;
    const style = getComputedStyle(e);
    const back = behind(e), ink = over(rgba(style.color), back);
    const [hi, lo] = [light(ink), light(back)].sort((a, b) => b - a);
    const ratio = (hi + 0.05) / (lo + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || size >= 18.66 && style.fontWeight >= 700;
    if (ratio < (large ? 3 : 4.5)) poor.add(ratio.toFixed(2) + " " + e.tagName + "." + e.className + " " + walker.currentNode.data.trim().slice(0, 40));
  }
  if (seen < 50) poor.add("only " + seen + " texts were looked at");
  return [...poor];
})()`

func TestContrastIsEnough(t *testing.T) {
	for _, scheme := range []string{"light", "dark"} {
		t.Run(scheme, func(t *testing.T) {
			b := openTab(t, fixture.Sample(), "")
			b.prefer(scheme)
			if dark := eval[bool](b, `matchMedia("(prefers-color-scheme: dark)").matches`); dark != (scheme == "dark") {
				t.Fatal("the browser does not prefer what it was told to")
			}
			for _, fragment := range []string{"", "#verdict=pass,warn,fail,skip,error", "#case=alpha~server~2.7", "#case=beta~server~2.7"} {
				b.open(fragment)
				b.until(`document.querySelector("#case").open === location.hash.includes("case=")`)
				eval[any](b, openEverything)
				for _, poor := range eval[[]string](b, lowContrast) {
					t.Errorf("%q: %s", fragment, poor)
				}
			}
		})
	}
}

func TestDarkIsDarkAndLightIsLight(t *testing.T) {
	b := openTab(t, fixture.Sample(), "")
	brightness := `getComputedStyle(document.body).backgroundColor.match(/\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0)`
	b.prefer("light")
	light := eval[int](b, brightness)
	b.prefer("dark")
	dark := eval[int](b, brightness)
	if light < 600 || dark > 150 {
		t.Errorf("the paper's three colours add up to %d in light and %d in dark", light, dark)
	}
}

// TestPageHasNamesForScreenReaders looks for what a screen reader needs.
func TestPageHasNamesForScreenReaders(t *testing.T) {
	b := openTab(t, fixture.Sample(), "#case=alpha~server~2.7")
	b.until(`document.querySelector("#case-body h2")`)
	for what, expression := range map[string]string{
		"table headers without a scope":  `[...document.querySelectorAll("th")].filter(e => !e.scope)`,
		"tables without headers":         `[...document.querySelectorAll("table")].filter(e => !e.tHead)`,
		"controls without a name":        `[...document.querySelectorAll("button, a, summary")].filter(e => !(e.getAttribute("aria-label") || e.textContent.trim()))`,
		"fields without a label":         `[...document.querySelectorAll("input, select")].filter(e => !e.labels.length || !e.labels[0].textContent.trim())`,
		"dialogs without a name":         `[...document.querySelectorAll("dialog")].filter(e => !e.getAttribute("aria-label"))`,
		"ids that are there twice":       `[...document.querySelectorAll("[id]")].filter((e, i, all) => all.findIndex(o => o.id === e.id) !== i)`,
		"labels that lead nowhere":       `[...document.querySelectorAll("[aria-labelledby]")].filter(e => !document.getElementById(e.getAttribute("aria-labelledby")))`,
		"places that are linked but not": `[...document.querySelectorAll("a[href^='#']")].filter(e => !e.hash.includes("=") && !document.getElementById(e.hash.slice(1)))`,
		"verdicts by colour alone":       `[...document.querySelectorAll("td:is(.pass, .warn, .fail, .skip, .error) a")].filter(e => !e.textContent.trim() || getComputedStyle(e, "::before").content.length < 3)`,
		"skipped heading levels":         `[...document.querySelectorAll("body > header h1, body > header h2, main h2, main h3, main h4")].filter((e, i, all) => i && e.tagName[1] - all[i - 1].tagName[1] > 1)`,
	} {
		if bad := eval[[]string](b, expression+`.map(e => e.outerHTML.slice(0, 120))`); len(bad) > 0 {
			t.Errorf("%s: %q", what, bad)
		}
	}
	if got := eval[string](b, `document.documentElement.lang + " " + document.querySelectorAll("h1").length`); got != "en 1" {
		t.Errorf("language and number of first headings: %s", got)
	}
}
