package access

import (
	"fmt"
	"strings"
)

// Rights is a text that is the same for two principals only if the policy shows both the same. What was prepared for
// one of them, which takes long over a great catalog, then serves the other. Where rows or values are restricted by
// an expression, which may ask who looks, nobody is the same as anybody.
func (p Policy) Rights(who Principal) string {
	who = p.member(who)
	var b strings.Builder
	bit := func(yes bool) {
		if yes {
			b.WriteByte('1')
		} else {
			b.WriteByte('0')
		}
	}
	for _, r := range p.Rules {
		bit(who.in(r.Unless))
	}
	if p.Closed {
		for _, g := range p.Grants {
			bit(g.includes(who))
		}
	}
	restricted := false
	for _, f := range p.Filters {
		restricted = restricted || f.includes(who)
	}
	for _, m := range p.Masks {
		restricted = restricted || m.includes(who)
	}
	if restricted {
		fmt.Fprintf(&b, " %q %q", who.Name, who.Groups)
	}
	return b.String()
}

// As is the view for another principal, who must have the same Rights.
func (v *View) As(who Principal) *View {
	out := *v
	out.who = v.policy.member(who)
	return &out
}
