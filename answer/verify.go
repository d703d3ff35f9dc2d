package answer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/internal/figure"
	"github.com/limn-data/limn/semantic/timex"
	"github.com/limn-data/limn/trino/rows"
)

// number finds every number of a sentence, with the sign, currency, magnitude and percent sign that
// belong to it, and the digits of other scripts.
var number = regexp.MustCompile(`-?[$€£¥]?\d+(?:,\d+)*(?:\.\d+)?(?: (?:thousand|million|billion|trillion))?(?: %)?|[^\P{N}0-9]+`)

// plainMinus writes each of the dashes that people take for a minus as one.
var plainMinus = strings.NewReplacer("−", "-", "–", "-", "‐", "-", "‑", "-", "－", "-", "﹣", "-")

func numbers(text string) []string { return number.FindAllString(plainMinus.Replace(text), -1) }

// Verify says which numbers of a sentence are neither a cell of the outcome, nor declared arithmetic,
// nor a part of the interpretation, a label of a row, a date or a name: those may not be said. It is
// the same check for sentences that limn wrote and for any other.
func Verify(o *Outcome, sentence string) []string {
	allowed := map[string]bool{}
	allow := func(text string) {
		for _, x := range numbers(text) {
			allowed[x] = true
		}
	}
	for _, a := range o.Arithmetic {
		allow(a.Shown)
	}
	for _, row := range o.Rows {
		for i, v := range row {
			for _, text := range shownForms(o.Columns[i], v) {
				allow(text)
			}
		}
	}
	names := []string{o.Interpretation}
	for _, m := range o.Metrics {
		names = append(names, m.Label)
	}
	for _, c := range o.Columns {
		names = append(names, c.Title)
	}
	for _, text := range names {
		allow(text)
	}
	var bad []string
	for _, x := range numbers(sentence) {
		if !allowed[x] && !slices.Contains(bad, x) {
			bad = append(bad, x)
		}
	}
	return bad
}

// shownForms are the ways in which a cell may stand in a sentence.
func shownForms(c Column, v rows.Value) []string {
	if v == nil {
		return nil
	}
	unit := ""
	if c.Unit != nil {
		unit = *c.Unit
	}
	d, ok := rows.Decimal(v)
	if !ok {
		text := fmt.Sprint(rows.JSON(v))
		if _, err := time.Parse(time.DateOnly, text[:min(len(text), 10)]); err == nil {
			return append(dateForms(text), text)
		}
		return []string{text}
	}
	if unit == "points" {
		return []string{figure.Points(d)}
	}
	return []string{figure.Short(d, unit), figure.Exact(d, unit, c.Scale)}
}

// dateForms are the labels of a date in every grain that a row may stand for.
func dateForms(text string) []string {
	day, err := time.Parse(time.DateOnly, text[:10])
	if err != nil {
		return nil
	}
	out := []string{day.Format("2 Jan 2006")}
	for _, fiscal := range []timex.Calendar{{}, {Fiscal: true, FiscalStart: 2}} {
		for g := timex.Day; g <= timex.Year; g++ {
			out = append(out, fiscal.Label(g, day))
		}
	}
	return out
}
