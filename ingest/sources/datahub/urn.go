package datahub

import (
	"net/url"
	"strings"
)

// urn is a URN of DataHub taken apart: urn:li:dataset:(urn:li:dataPlatform:hive,db.table,PROD) is of kind
// dataset and has three parts; urn:li:corpuser:ada is of kind corpuser and has one.
type urn struct {
	kind  string
	parts []string
}

// parseURN takes a URN apart. ok is false for a text that is none.
func parseURN(s string) (u urn, ok bool) {
	rest, ok := strings.CutPrefix(s, "urn:li:")
	if !ok {
		return u, false
	}
	kind, rest, ok := strings.Cut(rest, ":")
	if !ok || kind == "" || rest == "" {
		return u, false
	}
	u.kind = kind
	if rest[0] != '(' || rest[len(rest)-1] != ')' {
		u.parts = []string{rest}
		return u, true
	}
	rest = rest[1 : len(rest)-1]
	depth, start := 0, 0
	for i := range len(rest) {
		switch rest[i] {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				u.parts = append(u.parts, rest[start:i])
				start = i + 1
			}
		}
	}
	u.parts = append(u.parts, rest[start:])
	return u, true
}

// last is what people call a thing by: the last part of its kind, hive of urn:li:dataPlatform:hive.
func last(s string) string {
	u, ok := parseURN(s)
	if !ok {
		return s
	}
	return unescape(u.parts[len(u.parts)-1])
}

// unescape undoes how commas and parentheses are written inside of a URN.
func unescape(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	if t, err := url.PathUnescape(s); err == nil {
		return t
	}
	return s
}

// dataset is the URN of a dataset, taken apart.
type dataset struct{ platform, name, env string }

func parseDataset(s string) (dataset, bool) {
	u, ok := parseURN(s)
	if !ok || u.kind != "dataset" || len(u.parts) < 3 {
		return dataset{}, false
	}
	// A comma in a name is to be escaped, and is not always.
	name := strings.Join(u.parts[1:len(u.parts)-1], ",")
	return dataset{last(u.parts[0]), unescape(name), u.parts[len(u.parts)-1]}, true
}

// field is the URN of a column: the URN of its dataset and its path.
func parseField(s string) (of, path string, ok bool) {
	u, ok := parseURN(s)
	if !ok || u.kind != "schemaField" || len(u.parts) < 2 {
		return "", "", false
	}
	return u.parts[0], fieldPath(unescape(strings.Join(u.parts[1:], ","))), true
}

// fieldPath is the path of a column without what the second form of paths adds, such as
// [version=2.0].[type=struct].[type=array].[type=string].address.street.
func fieldPath(s string) string {
	if !strings.HasPrefix(s, "[version=2.0]") {
		return s
	}
	var out []string
	depth := 0
	start := 0
	flush := func(end int) {
		if part := s[start:end]; part != "" && !strings.HasPrefix(part, "[") {
			out = append(out, part)
		}
	}
	for i := range len(s) {
		switch s[i] {
		case '[':
			depth++
		case ']':
			depth--
		case '.':
			if depth == 0 {
				flush(i)
				start = i + 1
			}
		}
	}
	flush(len(s))
	return strings.Join(out, ".")
}

// isKeyField tells whether a path lies in the key of a message.
func isKeyField(s string) bool {
	return strings.HasPrefix(s, "[version=2.0]") && strings.Contains(s, "[key=True]")
}
