package functions

import (
	"strings"
)

// Listed is one row of a server's SHOW FUNCTIONS.
type Listed struct {
	Name, ReturnType, ArgumentTypes string
	Kind                            string // scalar, aggregate, window or table
	Deterministic                   bool
	Description                     string
}

// Served gives the registry of a server from what it lists: of the functions that are known here those
// that the server has, with all that is known of them, and the others by the signature that the server
// tells. Left are the signatures that can not be read, as a result whose length is computed by a
// formula that nobody told; calls of these are not resolved. What every Trino has without listing it
// stays.
func Served(rows []Listed) (r *Registry, left []string) {
	known := map[string]*Overload{}
	for _, o := range Builtin().All() {
		known[signatureKey(o.Name, o.ArgTypes, o.ReturnType, o.Kind)] = o
	}
	r = &Registry{byName: map[string][]*Overload{}}
	seen := map[string]bool{}
	for _, row := range rows {
		name := strings.ToLower(strings.TrimSpace(row.Name))
		kind, ok := kindNames[strings.ToLower(row.Kind)]
		key := signatureKey(name, row.ArgumentTypes, row.ReturnType, kind)
		if seen[key] { // an alias is listed once more for the name it stands for
			continue
		}
		seen[key] = true
		o := known[key]
		if o == nil && ok {
			o = &Overload{Name: name, Kind: kind, Deterministic: row.Deterministic, Description: row.Description,
				ArgTypes: row.ArgumentTypes, ReturnType: row.ReturnType}
			ok = kind == Table || o.compile() == nil
		}
		if !ok {
			left = append(left, name+"("+row.ArgumentTypes+") → "+row.ReturnType)
			continue
		}
		r.byName[name] = append(r.byName[name], o)
	}
	for _, h := range hidden {
		for _, o := range Builtin().byName[h.name] {
			if o.ArgTypes == h.args {
				r.byName[h.name] = append(r.byName[h.name], o)
			}
		}
	}
	return r, left
}

func signatureKey(name, args, result string, kind Kind) string {
	return name + "(" + strings.ReplaceAll(args, ", ", ",") + ")" + strings.ReplaceAll(result, ", ", ",") + string(rune('0'+kind))
}
