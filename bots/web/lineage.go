package web

import (
	"fmt"
	"strings"

	"github.com/limn-data/limn/bots/view"
)

// The measures of the lineage drawing, in the units of its view box.
const (
	nodeWidth  = 228.0
	nodeHeight = 50.0
	nodeGapX   = 48.0
	nodeGapY   = 16.0
)

// lineage is the drawing of where the answer comes from, left to right.
type lineage struct {
	Width, Height string
	Nodes         []box
	Edges         []curve
	Describe      string
	Indirect      bool // there are dashed edges, which the legend explains
}

// box is a node; Full is its whole name.
type box struct {
	X, Y, Width, Height, TextX, KindY, NameY string
	Kind, Name, Full, Class                  string
}

// curve is an edge as the path of an SVG.
type curve struct{ D, Class string }

var kinds = [...]string{"Source", "Table", "Metric", "Answer"}

// drawLineage places the layers that have nodes beside each other, each in the middle of the height.
// It returns nil where there is nothing to draw.
func drawLineage(g view.Graph) *lineage {
	if len(g.Nodes) < 2 {
		return nil
	}
	counts := make([]int, len(kinds))
	for _, n := range g.Nodes {
		counts[n.Layer]++
	}
	column, tallest, columns := make([]int, len(kinds)), 0, 0
	for i, c := range counts {
		column[i] = columns
		if c > 0 {
			columns++
		}
		tallest = max(tallest, c)
	}
	height := float64(tallest)*(nodeHeight+nodeGapY) - nodeGapY
	bottom := height + 2
	out := &lineage{Width: num(float64(columns)*(nodeWidth+nodeGapX) - nodeGapX)}
	at := make([]struct{ x, y float64 }, len(g.Nodes))
	placed := make([]int, len(kinds))
	for i, n := range g.Nodes {
		own := float64(counts[n.Layer])*(nodeHeight+nodeGapY) - nodeGapY
		x := float64(column[n.Layer]) * (nodeWidth + nodeGapX)
		y := 2 + (height-own)/2 + float64(placed[n.Layer])*(nodeHeight+nodeGapY)
		placed[n.Layer]++
		at[i].x, at[i].y = x, y
		kind := kinds[n.Layer]
		switch {
		case n.Layer > 0:
		case strings.HasPrefix(n.Name, "kafka://"):
			kind = "Kafka topic"
		case !strings.Contains(n.Name, "://"):
			kind = "Table"
		}
		name := n.Short
		if n.Layer == 0 {
			name = name[strings.LastIndex(name, "/")+1:]
			if name == "" {
				name = n.Short
			}
		}
		out.Nodes = append(out.Nodes, box{X: num(x + 1), Y: num(y), Width: num(nodeWidth - 2), Height: num(nodeHeight), TextX: num(x + 14), KindY: num(y + 19), NameY: num(y + 37),
			Kind: kind, Name: fit(name, nodeWidth-24, 13), Full: n.Name, Class: strings.ToLower(kinds[n.Layer])})
	}
	var told []string
	lanes := 0.0
	for _, e := range g.Edges {
		x0, y0 := at[e.From].x+nodeWidth, at[e.From].y+nodeHeight/2
		x1, y1 := at[e.To].x, at[e.To].y+nodeHeight/2
		c := curve{D: "M" + num(x0) + " " + num(y0)}
		if column[g.Nodes[e.To].Layer]-column[g.Nodes[e.From].Layer] > 1 { // below what stands between
			lane := y0
			for i, n := range g.Nodes {
				if n.Layer > g.Nodes[e.From].Layer && n.Layer < g.Nodes[e.To].Layer {
					lane = max(lane, at[i].y+nodeHeight+12+8*lanes)
				}
			}
			lanes++
			bottom = max(bottom, lane+2)
			c.D += bend(x0, y0, x0+nodeGapX, lane) + "L" + num(x1-nodeGapX) + " " + num(lane)
			x0, y0 = x1-nodeGapX, lane
			y1 += 12 // beside the arrows of what stands between
		}
		c.D += bend(x0, y0, x1-1, y1)
		if e.Indirect {
			c.Class, out.Indirect = "indirect", true
		}
		out.Edges = append(out.Edges, c)
		told = append(told, g.Nodes[e.From].Name+" feeds "+g.Nodes[e.To].Name)
	}
	out.Height = num(bottom + 2)
	out.Describe = strings.Join(told, "; ") + "."
	return out
}

// bend is a curve that leaves and arrives level.
func bend(x0, y0, x1, y1 float64) string {
	mid := num((x0 + x1) / 2)
	return fmt.Sprintf("C%s %s %s %s %s %s", mid, num(y0), mid, num(y1), num(x1), num(y1))
}
