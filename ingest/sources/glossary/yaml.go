package glossary

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
	"github.com/limn-data/limn/internal/conf"
)

// business is DataHub's business_glossary.yml.
type business struct {
	Version loose.Text `json:"version"`
	URL     string     `json:"url"`
	Owners  ownerList  `json:"owners"`
	Nodes   []node     `json:"nodes"`
	Terms   []term     `json:"terms"`
}

func (business) Unread() []string { return []string{"source"} }

type node struct {
	Name  string    `json:"name"`
	ID    string    `json:"id"`
	About string    `json:"description"`
	Owner ownerList `json:"owners"`
	Nodes []node    `json:"nodes"`
	Terms []term    `json:"terms"`
}

func (node) Unread() []string {
	return []string{"knowledge_links", "custom_properties", "domain", "institutional_memory"}
}

type term struct {
	Name     string                `json:"name"`
	ID       string                `json:"id"`
	About    string                `json:"description"`
	Source   string                `json:"term_source"`
	Ref      string                `json:"source_ref"`
	URL      string                `json:"source_url"`
	Owners   ownerList             `json:"owners"`
	Inherits loose.Texts           `json:"inherits"`
	Contains loose.Texts           `json:"contains"`
	Values   loose.Texts           `json:"values"`
	Related  loose.Texts           `json:"related_terms"`
	Custom   map[string]loose.Text `json:"custom_properties"`
	Links    []struct {
		Label string `json:"label"`
		URL   string `json:"url"`
	} `json:"knowledge_links"`
	Domain string `json:"domain"`
}

// ownerList is users and groups, or several of such with the type of the owners.
type ownerList []owners

type owners struct {
	Users  loose.Texts `json:"users"`
	Groups loose.Texts `json:"groups"`
	Type   string      `json:"type"`
	URN    string      `json:"typeUrn"`
}

// UnmarshalJSON takes one or several.
func (o *ownerList) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '[' {
		type plain ownerList
		return json.Unmarshal(raw, (*plain)(o))
	}
	var one owners
	if len(raw) == 0 || raw[0] != '{' {
		return nil
	}
	if err := json.Unmarshal(raw, &one); err != nil {
		return err
	}
	*o = ownerList{one}
	return nil
}

func (o ownerList) list() []catalog.Ownership {
	var out []catalog.Ownership
	for _, x := range o {
		word := first(x.Type, x.URN)
		role := loose.Role(word)
		if word == "" { // who keeps a word in a glossary answers for what it means
			role = catalog.Business
		}
		for _, who := range append(x.Users, x.Groups...) {
			out = append(out, catalog.Ownership{Principal: who, Role: role, SourceRole: word})
		}
	}
	return out
}

// deepest is how deep nodes may be nested.
const deepest = 50

func yamlTerms(name string, raw []byte, rep *catalog.Report) ([]entry, error) {
	docs, err := conf.JSON(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var out []entry
	for _, d := range docs {
		var b business
		if err := loose.Decode(d, &b, loose.Notes{Report: rep, Where: "glossary"}); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		var walk func(nodes []node, above []string, by ownerList, depth int)
		terms := func(list []term, above []string, by ownerList) {
			for _, t := range list {
				if t.Name != "" {
					out = append(out, t.entry(above, by))
				}
			}
		}
		walk = func(nodes []node, above []string, by ownerList, depth int) {
			for _, n := range nodes {
				if depth > deepest {
					return
				}
				rep.Count("nodes")
				path := append(above[:len(above):len(above)], n.Name)
				mine := by
				if len(n.Owner) > 0 {
					mine = n.Owner
				}
				terms(n.Terms, path, mine)
				walk(n.Nodes, path, mine, depth+1)
			}
		}
		terms(b.Terms, nil, b.Owners)
		walk(b.Nodes, nil, b.Owners, 0)
	}
	return out, nil
}

func (t *term) entry(above []string, by ownerList) entry {
	e := entry{TermClaim: catalog.TermClaim{Name: t.Name, Inherits: t.Inherits}, path: append(above[:len(above):len(above)], t.Name), definition: strings.TrimSpace(t.About), custom: map[string]string{}}
	if len(above) > 0 {
		e.Parent = above[len(above)-1]
	}
	for _, l := range []loose.Texts{t.Contains, t.Values, t.Related} {
		e.Related = append(e.Related, l...)
	}
	if len(t.Owners) > 0 {
		by = t.Owners
	}
	e.owners = by.list()
	e.domain = t.Domain[strings.LastIndexByte(t.Domain, ':')+1:]
	for k, v := range t.Custom {
		if len(k) <= 100 && len(v) <= 500 {
			e.custom[k] = string(v)
		}
	}
	for _, l := range t.Links {
		if l.URL != "" {
			e.links = append(e.links, catalog.Link{Text: l.Label, URL: l.URL})
		}
	}
	if t.URL != "" {
		e.links = append(e.links, catalog.Link{Text: t.Ref, URL: t.URL})
	}
	if len(e.custom) == 0 {
		e.custom = nil
	}
	return e
}
