package answer

import (
	"github.com/limn-data/limn/nl2sql/question"
)

// maxBars is how many bars can be told apart.
const maxBars = 30

// chart picks how the rows are drawn: lines over time, bars over groups, nothing where a picture says
// no more than the number. The asker's wish wins where it fits.
func chart(o *Outcome, r *question.Reading) *Chart {
	var x, series string
	var y []string
	timed := false
	for _, c := range o.Columns {
		switch c.Role {
		case "time":
			if x == "" || !timed {
				series, x, timed = x, c.Name, true
			}
		case "dimension":
			switch {
			case x == "":
				x = c.Name
			case series == "":
				series = c.Name
			}
		case "metric":
			y = append(y, c.Name)
		case "prior", "target":
			if len(y) == 1 {
				y = append(y, c.Name)
			}
		}
	}
	if x == "" || len(y) == 0 || len(o.Rows) < 2 || r == nil || r.Query == nil || r.Query.Rows != nil || r.Chart == "table" {
		return nil
	}
	if !sameUnit(o, y) {
		y = y[:1]
	}
	kind := "bar"
	if timed && len(o.Rows) > 2 {
		kind = "line"
	}
	if r.Chart == "bar" || r.Chart == "line" && timed {
		kind = r.Chart
	}
	if kind == "bar" && len(o.Rows) > maxBars && !timed {
		return nil
	}
	c := &Chart{Kind: kind, X: x, Y: y}
	if series != "" && timed {
		c.Series = &series
		c.Y = y[:1]
	}
	return c
}

// sameUnit says that values can share one axis.
func sameUnit(o *Outcome, y []string) bool {
	unit := ""
	for i, name := range y {
		for _, c := range o.Columns {
			if c.Name != name {
				continue
			}
			u := ""
			if c.Unit != nil {
				u = *c.Unit
			}
			if i > 0 && u != unit {
				return false
			}
			unit = u
		}
	}
	return true
}
