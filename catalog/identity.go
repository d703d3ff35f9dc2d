package catalog

import (
	"fmt"
	"regexp"
	"strings"
)

// Identity says which names of other systems are tables of the lake. Nothing is guessed from likeness: the same
// table name in two catalogs or accounts stays two tables.
type Identity struct {
	// LakeAt are namespaces in which names are those of the lake, such as trino://host:port.
	LakeAt []string
	Rules  []IdentityRule
}

// IdentityRule maps ids that From matches to the table To. From is an id as people write it, in which {word}
// stands for one part of a name and {word*} for any text; To is a full name in which the same words stand:
//
//	hive://metastore:9083/{schema}.{table} → lake.{schema}.{table}
//	arn:aws:glue:eu-west-1:1234/table/{schema}/{table} → lake.{schema}.{table}
type IdentityRule struct{ From, To string }

// mapper is an identity made ready.
type mapper struct {
	lakeAt map[string]bool
	rules  []compiledRule
	known  func(Name) bool
}

type compiledRule struct {
	re *regexp.Regexp
	to string
}

var placeholder = regexp.MustCompile(`\\\{([a-zA-Z_]+)(\\\*)?\\\}`)

// Check says what is wrong with the rules.
func (d Identity) Check() error {
	_, err := d.compile(func(Name) bool { return true })
	return err
}

func (d Identity) compile(known func(Name) bool) (*mapper, error) {
	m := &mapper{lakeAt: map[string]bool{}, known: known}
	for _, ns := range d.LakeAt {
		m.lakeAt[strings.ToLower(strings.TrimSuffix(ns, "/"))] = true
	}
	for _, r := range d.Rules {
		words := map[string]bool{}
		pattern := placeholder.ReplaceAllStringFunc(regexp.QuoteMeta(r.From), func(s string) string {
			p := placeholder.FindStringSubmatch(s)
			if words[p[1]] {
				return s // the name of a group may stand once; the text is then a literal that matches nothing
			}
			words[p[1]] = true
			if p[2] != "" {
				return "(?P<" + p[1] + ">.+)"
			}
			return "(?P<" + p[1] + ">[^./]+)"
		})
		re, err := regexp.Compile("(?i)^" + pattern + "$")
		if err != nil {
			return nil, fmt.Errorf("identity: %q: %w", r.From, err)
		}
		to := r.To
		for w := range words {
			to = strings.ReplaceAll(to, "{"+w+"}", "${"+w+"}")
		}
		if bare := regexp.MustCompile(`\$\{[a-zA-Z_]+\}`).ReplaceAllString(to, "x"); strings.ContainsAny(bare, "{}$") {
			return nil, fmt.Errorf("identity: %q uses a word that does not stand in %q", r.To, r.From)
		} else if strings.Count(bare, ".") < 2 {
			return nil, fmt.Errorf("identity: %q is no full name; write catalog.schema.table", r.To)
		}
		m.rules = append(m.rules, compiledRule{re, to})
	}
	return m, nil
}

// id is what an id is called here: a table of the lake where a rule or its namespace says so, and itself
// otherwise. A name without a namespace that is no table of the lake is one of its source alone.
func (m *mapper) id(id ID, source string) ID {
	if id.Namespace == Lake {
		return ID{Lake, strings.ToLower(id.Name)}
	}
	text := id.String()
	for _, r := range m.rules {
		if at := r.re.FindStringSubmatchIndex(text); at != nil {
			return ID{Lake, strings.ToLower(string(r.re.ExpandString(nil, r.to, text, at)))}
		}
	}
	if m.lakeAt[strings.ToLower(strings.TrimSuffix(id.Namespace, "/"))] && strings.Count(id.Name, ".") >= 2 {
		return ID{Lake, strings.ToLower(id.Name)}
	}
	if id.Namespace != "" {
		return id
	}
	if strings.Count(id.Name, ".") >= 2 && m.known(ParseName(id.Name, "", "")) {
		return ID{Lake, strings.ToLower(id.Name)}
	}
	return ID{"source://" + source, id.Name}
}

// tableName is the table of the lake that an id names.
func (id ID) tableName() (Name, bool) {
	if id.Namespace != Lake {
		return Name{}, false
	}
	return ParseName(id.Name, "", ""), true
}
